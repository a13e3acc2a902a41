/**
 * A model as plain JSON: the layers of a sequential 1-D network over bins × marks, and its loss.
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

/** Element-wise activation. */
export interface ActivationLayer {
  /** Discriminator. */
  readonly type: "activation";
  /** `sigmoid` is allowed as the last layer only. */
  readonly kind: "relu" | "leakyRelu" | "sigmoid";
  /** Slope below zero, for `leakyRelu` only: from 0 to 1. */
  readonly alpha?: number;
}

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

/** Fully connected layer with bias. */
export interface DenseLayer {
  /** Discriminator. */
  readonly type: "dense";
  /** Output values. */
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
  | DenseLayer;

/** What training minimises; cross-entropy needs a `sigmoid` at the end and labels 0 or 1. */
export type Loss = "meanSquaredError" | "binaryCrossentropy";

/** A model: input shape, layers and loss. Plain JSON; check one that came from outside with `parseSpec`. */
export interface ModelSpec {
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
