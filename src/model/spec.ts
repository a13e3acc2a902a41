/**
 * A model as plain JSON: the layers of a sequential 1-D network over bins × marks, or branches over several inputs with
 * a head that joins them; and its loss.
 *
 * @module
 */

/** 1-D convolution over the bins, stride 1, with bias. */
export interface Conv1dLayer {
  /** Discriminator. */
  readonly type: "conv1d";
  /** Output channels. */
  readonly filters: number;
  /** Kernel width, in bins. */
  readonly width: number;
  /** Distance between the kernel's taps, in bins. */
  readonly dilation: number;
  /**
   * `same` keeps the number of positions: zeros are added, the floor of half of them on the left, as
   * TensorFlow does. `valid` adds none.
   */
  readonly padding: "same" | "valid";
}

/**
 * Element-wise activation without parameters. `gelu` is the exact one, x · Φ(x) = x · (1 + erf(x / √2)) / 2 (Hendrycks and
 * Gimpel 2016), the default of PyTorch and Keras. Every engine computes erf with formula 7.1.26 of Abramowitz and Stegun
 * (1964), as tf.js does: its error is at most 1.5e-7.
 */
export interface PlainActivationLayer {
  /** Discriminator. */
  readonly type: "activation";
  /** `sigmoid` is allowed as the last layer only. */
  readonly kind: "relu" | "gelu" | "sigmoid";
  /** For `leakyRelu` only. */
  readonly alpha?: undefined;
}

/** Element-wise activation with a slope below zero (Maas et al. 2013). */
export interface LeakyReluLayer {
  /** Discriminator. */
  readonly type: "activation";
  /** Which one. */
  readonly kind: "leakyRelu";
  /** Slope below zero: from 0 to 1. */
  readonly alpha: number;
}

/** Element-wise activation. */
export type ActivationLayer = PlainActivationLayer | LeakyReluLayer;

/** Batch normalisation over samples and positions (Ioffe and Szegedy 2015). */
export interface BatchNormLayer {
  /** Discriminator. */
  readonly type: "batchNorm";
  /** Share of the old moving average kept in each step. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Maximum over windows of `size` positions, stride `size`; positions left over are dropped. */
export interface MaxPool1dLayer {
  /** Discriminator. */
  readonly type: "maxPool1d";
  /** Window and stride, in positions. */
  readonly size: number;
}

/** Sets a share of the values to zero in training and scales the rest by 1 / (1 − rate). */
export interface DropoutLayer {
  /** Discriminator. */
  readonly type: "dropout";
  /** Share set to zero: at least 0, below 1. */
  readonly rate: number;
}

/** Positions × channels to one row, channels fastest. */
export interface FlattenLayer {
  /** Discriminator. */
  readonly type: "flatten";
}

/**
 * A bidirectional gated recurrent unit (Cho et al. 2014, EMNLP) over the positions. One GRU reads them from first to
 * last, another with weights of its own from last to first; the output is the last state of the one and then of the
 * other, 2 · `units` values.
 *
 * A GRU's state h, `units` values, starts at zero. Having read the channels x of a position it is z ∘ h + (1 − z) ∘ c,
 * where ∘ multiplies element by element, σ is the sigmoid, and
 *
 * - z = σ(x·W₁ + h·U₁ + b₁) is the update gate,
 * - r = σ(x·W₂ + h·U₂ + b₂) the reset gate,
 * - c = tanh(x·W₃ + (r ∘ h)·U₃ + b₃) the candidate.
 *
 * Each direction has a kernel `[channels, 3 · units]`, the columns W₁ W₂ W₃, a recurrent kernel `[units, 3 · units]`,
 * U₁ U₂ U₃, and a bias `[3 · units]`, b₁ b₂ b₃.
 *
 * To Keras it is `Bidirectional(GRU(units, reset_after=False))`. Keras' own default resets after the product,
 * r ∘ (h·U₃ + d) with one more bias d, which tf.js does not have.
 */
export interface BidirectionalGruLayer {
  /** Discriminator. */
  readonly type: "bidirectionalGru";
  /** Size of the state of each direction. */
  readonly units: number;
}

/** Fully connected layer with bias, over a flat row. */
export interface DenseLayer {
  /** Discriminator. */
  readonly type: "dense";
  /** Output values. */
  readonly units: number;
}

/**
 * Fully connected layer with bias over the last axis, its weights shared by all positions: Keras' `Dense` on
 * `[positions, channels]`. On a flat row it is the same as {@linkcode DenseLayer}.
 */
export interface LinearLayer {
  /** Discriminator. */
  readonly type: "linear";
  /** Output channels. */
  readonly units: number;
}

/** Any layer. */
export type LayerSpec =
  | Conv1dLayer
  | ActivationLayer
  | BatchNormLayer
  | MaxPool1dLayer
  | DropoutLayer
  | FlattenLayer
  | BidirectionalGruLayer
  | DenseLayer
  | LinearLayer;

/** What training minimises; cross-entropy needs a `sigmoid` at the end and labels 0 or 1. */
export type Loss = "meanSquaredError" | "binaryCrossentropy";

/** The marks' signal in the bins around a gene's TSS: `[bins, marks]`. */
export interface SignalInput {
  /** Discriminator. */
  readonly name: "signal";
  /** Number of bins. */
  readonly bins: number;
  /** Number of marks. */
  readonly marks: number;
}

/** Which marks were measured: `[marks]`, 1 for those that were, 0 for the others. */
export interface MarkMaskInput {
  /** Discriminator. */
  readonly name: "markMask";
  /** Number of marks. */
  readonly marks: number;
}

/** The DNA around a gene's TSS: `[bases]` codes, A 0, C 1, G 2, T 3, unknown bases as A. A branch sees them one-hot. */
export interface SequenceInput {
  /** Discriminator. */
  readonly name: "sequence";
  /** Number of bases. */
  readonly bases: number;
}

/** The sample's own marks in the compact form that references have: `[values]`. */
export interface SummaryInput {
  /** Discriminator. */
  readonly name: "summary";
  /** Number of values. */
  readonly values: number;
}

/**
 * Marks of the same gene in other cell types: up to `references` rows of `values`, with a mask of those that are
 * present.
 */
export interface ReferencesInput {
  /** Discriminator. */
  readonly name: "references";
  /** The most references of a sample. */
  readonly references: number;
  /** Number of values of a reference. */
  readonly values: number;
}

/** Known labels of the same references, under the same mask: up to `references` rows of `values`. */
export interface ReferenceLabelsInput {
  /** Discriminator. */
  readonly name: "referenceLabels";
  /** The most references of a sample. */
  readonly references: number;
  /** Number of values of a reference. */
  readonly values: number;
}

/** What is known of the gene, such as statistics of its labels in other cell types: `[values]`. */
export interface ContextInput {
  /** Discriminator. */
  readonly name: "context";
  /** Number of values. */
  readonly values: number;
}

/** One input of a sample. Its name says what it is, its sizes give the shape of one sample. */
export type InputSpec =
  | SignalInput
  | MarkMaskInput
  | SequenceInput
  | SummaryInput
  | ReferencesInput
  | ReferenceLabelsInput
  | ContextInput;

/** Name of an input. */
export type InputName = InputSpec["name"];

/** A branch with weights of its own. */
export interface EncoderBranch {
  /** Its name in the join. */
  readonly name: string;
  /** The input that it reads. */
  readonly input: InputName;
  /** From its input to its output; a branch without layers is its input. */
  readonly layers: readonly LayerSpec[];
  /** For a {@linkcode SharedBranch} only. */
  readonly encoder?: undefined;
}

/** A branch that shares layers and weights with another one, whose input has the same shape. */
export interface SharedBranch {
  /** Its name in the join. */
  readonly name: string;
  /** The input that it reads. */
  readonly input: InputName;
  /** Name of the branch that has the layers. */
  readonly encoder: string;
  /** For an {@linkcode EncoderBranch} only. */
  readonly layers?: undefined;
}

/** One branch: an input and the layers that read it. A branch over references reads each by itself. */
export type BranchSpec = EncoderBranch | SharedBranch;

/** Joins the output of a branch, flattened; not that of a branch over references. */
export interface OutputTerm {
  /** Discriminator. */
  readonly type: "output";
  /** Name of the branch. */
  readonly branch: string;
}

/** Joins the mean of a branch's outputs over the references that are present; 0 if all are absent. */
export interface MeanTerm {
  /** Discriminator. */
  readonly type: "mean";
  /** Name of a branch over references. */
  readonly branch: string;
}

/** Joins the output of a branch minus the mean of another over the references present; 0 if all are absent. */
export interface DifferenceTerm {
  /** Discriminator. */
  readonly type: "difference";
  /** Name of a branch that is not over references. */
  readonly branch: string;
  /** Name of a branch over references, with outputs of the same size. */
  readonly references: string;
}

/**
 * Joins a mean over the references present, weighted by how near each is to the sample; 0 if all are absent.
 *
 * The weights are the softmax over the references of −sharpness · k · d². Here d² is the mean squared difference
 * between the outputs of `near` and of `references`, and k is one trainable weight, 1 at first.
 */
export interface DistanceWeightedMeanTerm {
  /** Discriminator. */
  readonly type: "distanceWeightedMean";
  /** Name of a branch that is not over references. */
  readonly near: string;
  /** Name of a branch over references, with outputs of the same size. */
  readonly references: string;
  /**
   * Name of the branch over references whose outputs are averaged.
   *
   * @default {the branch of `references`}
   */
  readonly values?: string | undefined;
  /** Factor of the squared distance: above 0. */
  readonly sharpness: number;
}

/** One part of the row that the head reads. */
export type JoinTerm = OutputTerm | MeanTerm | DifferenceTerm | DistanceWeightedMeanTerm;

/** What joins the branches: the terms one after another, then layers. */
export interface HeadSpec {
  /** Concatenated in order. */
  readonly join: readonly JoinTerm[];
  /** From the joined row to one value; without layers the joined row is that value. */
  readonly layers: readonly LayerSpec[];
}

/** A model of one branch over `signal`: input shape, layers and loss. */
export interface SequentialSpec {
  /** Name, for reports and saved models. */
  readonly name: string;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of marks of a bin. */
  readonly marks: number;
  /** From input to output; the last shape is one value. */
  readonly layers: readonly LayerSpec[];
  /** What training minimises. */
  readonly loss: Loss;
}

/** A model of several branches and a head that joins them. */
export interface BranchedSpec {
  /** Name, for reports and saved models. */
  readonly name: string;
  /** What a sample consists of; each name once. */
  readonly inputs: readonly InputSpec[];
  /** What reads the inputs; each name once. */
  readonly branches: readonly BranchSpec[];
  /** What joins the branches. */
  readonly head: HeadSpec;
  /** What training minimises. */
  readonly loss: Loss;
}

/**
 * A model. Plain JSON; check one that came from outside with `parseSpec`. `modelGraph` has both kinds in one form.
 */
export type ModelSpec = SequentialSpec | BranchedSpec;

/**
 * Whether a model has branches and a head.
 *
 * @param spec The model.
 * @returns False for a sequential model.
 *
 * @example A preset is sequential
 * ```ts
 * import { isBranched, presetSpec } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(isBranched(presetSpec("wakawaka")), false);
 * ```
 */
export function isBranched(spec: ModelSpec): spec is BranchedSpec {
  return Object.hasOwn(spec, "branches");
}
