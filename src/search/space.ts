import type { ActivationLayer, Conv1dLayer, InputName, Loss } from "../model/spec.ts";

/** Numbers between two bounds, for a random search; a grid needs lists. */
export interface NumberRange {
  /** Lower bound. */
  readonly from: number;
  /** Upper bound, above `from`. */
  readonly to: number;
  /** `log`: every factor is equally likely, for values that matter by their order of magnitude. */
  readonly scale: "linear" | "log";
}

/** Candidates for a convolution and the pooling after it. */
export interface ConvolutionAxes {
  /** Output channels. */
  readonly filters?: readonly number[];
  /** Kernel width, in bins. */
  readonly width?: readonly number[];
  /** Distance between the kernel's taps, in bins. */
  readonly dilation?: readonly number[];
  /** Window and stride of the max pooling after it, in positions; 1 for none. */
  readonly pool?: readonly number[];
}

/** Candidates for the branch over an input other than the signal. */
export interface BranchAxes {
  /**
   * What the branch reads. References have the layers of the branch over `summary`, where there is one; they are joined
   * as their mean, and then also as difference from the sample and as mean weighted by distance. Labels of references
   * are joined as their mean and, with references and a summary, as mean weighted by distance.
   */
  readonly input: Exclude<InputName, "signal">;
  /**
   * Of a branch over `sequence` only: a convolution over the letters, then the activation and the pooling; after it the
   * branch is flattened, with the dropout of the space. Its padding is that of the other convolutions.
   *
   * @default {no convolution}
   */
  readonly convolution?: ConvolutionAxes;
  /**
   * Units of its linear layers, each followed by the activation; after a convolution they read all positions.
   *
   * @default {no layers}
   */
  readonly units?: readonly (readonly number[])[];
}

/**
 * What a search chooses from. Each list holds the candidates for one choice, without repeats. Convolutional axes are in
 * `blocks`, where each block chooses by itself, or at the top, where all blocks share the choice. Make one with
 * `parseSpace`, which fills in what is left out.
 */
export interface SearchSpace extends ConvolutionAxes {
  /** Axes of the first convolution, the second, and so on. */
  readonly blocks: readonly ConvolutionAxes[];
  /** Candidates for the number of convolutions: a model has that many of the blocks, from the first. */
  readonly convolutions: readonly number[];
  /** Padding of all convolutions. */
  readonly padding: readonly Conv1dLayer["padding"][];
  /** Follows every layer with weights but the last; LeakyReLU has the report's slope, 0.05. */
  readonly activation: readonly Exclude<ActivationLayer["kind"], "sigmoid">[];
  /** Whether each convolution is followed by batch normalisation. */
  readonly batchNorm: readonly boolean[];
  /** Rate of the dropout after the convolutions; 0 for none. */
  readonly dropout: readonly number[] | NumberRange;
  /** Units of the dense layers before the last, which has one; in a model with branches, of the head. */
  readonly dense: readonly (readonly number[])[];
  /** Adam's learning rate. */
  readonly learningRate: readonly number[] | NumberRange;
  /** Samples of a step. */
  readonly batchSize: readonly number[];
  /**
   * Units of the linear layers after the convolutions, each followed by the activation; their weights are shared by all
   * positions.
   *
   * @default {no layers}
   */
  readonly linear?: readonly (readonly number[])[];
  /**
   * In a model with branches, units of the dense layers at the end of the branch over the signal, each followed by the
   * activation. `dense` has those of the head then.
   *
   * @default {no layers}
   */
  readonly signal?: readonly (readonly number[])[];
  /**
   * Branches in addition to that over the signal. All models of the space have all of them.
   *
   * @default {none: models are sequential}
   */
  readonly branches?: readonly BranchAxes[];
  /** What training minimises and trials are scored by; one for all of them. */
  readonly loss: Loss;
}

/** One convolution of a {@linkcode SearchPoint}. */
export interface ConvolutionPoint {
  /** Output channels. */
  readonly filters: number;
  /** Kernel width, in bins. */
  readonly width: number;
  /** Distance between the kernel's taps, in bins. */
  readonly dilation: number;
  /** Window and stride of the max pooling after it, in positions; 1 for none. */
  readonly pool: number;
}

/** One branch of a {@linkcode SearchPoint}. */
export interface BranchPoint {
  /** What it reads. */
  readonly input: Exclude<InputName, "signal">;
  /** Its convolution; absent where the space has none for it. */
  readonly convolution?: ConvolutionPoint;
  /** Units of its linear layers. */
  readonly units: readonly number[];
}

/** One choice from every axis of a {@linkcode SearchSpace}. */
export interface SearchPoint {
  /** From input to output. */
  readonly convolutions: readonly ConvolutionPoint[];
  /** Padding of all convolutions. */
  readonly padding: Conv1dLayer["padding"];
  /** Follows every layer with weights but the last. */
  readonly activation: Exclude<ActivationLayer["kind"], "sigmoid">;
  /** Whether each convolution is followed by batch normalisation. */
  readonly batchNorm: boolean;
  /** Rate of the dropout after the convolutions; 0 for none. */
  readonly dropout: number;
  /** Units of the dense layers before the last. */
  readonly dense: readonly number[];
  /** Adam's learning rate. */
  readonly learningRate: number;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Units of the linear layers after the convolutions; absent where the space has none. */
  readonly linear?: readonly number[];
  /** Units of the dense layers at the end of the signal's branch; absent where the space has none. */
  readonly signal?: readonly number[];
  /** Branches in addition to that over the signal; absent in a sequential model. */
  readonly branches?: readonly BranchPoint[];
}

/** Names of a {@linkcode ConvolutionAxes}' fields. */
export const CONVOLUTION_AXES = ["filters", "width", "dilation", "pool"] as const;

/**
 * A space around wakawaka, which is one of its points: what the report's search ranged over, with the values
 * that its experiments used and neighbours of them.
 */
export const DEFAULT_SPACE: SearchSpace = {
  filters: [25, 50, 100],
  blocks: [
    { width: [5, 10, 15], dilation: [1], pool: [3, 5] },
    { width: [3, 5, 7], dilation: [1, 2, 3], pool: [2, 3] },
    { width: [3, 5], dilation: [1, 2], pool: [1, 3] },
    { width: [3], dilation: [1], pool: [1] },
  ],
  convolutions: [1, 2, 3, 4],
  padding: ["same", "valid"],
  activation: ["leakyRelu", "relu"],
  batchNorm: [false, true],
  dropout: [0, 0.1, 0.3, 0.5],
  dense: [[50, 10], [625, 125], [64, 32], [50], []],
  learningRate: [0.0003, 0.001, 0.003, 0.01],
  batchSize: [100, 250, 500],
  loss: "meanSquaredError",
};
