/** Layers as plain JSON; see `spec.ts`. */

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
  /**
   * How the kernel's initial weights are drawn, as Glorot and Bengio (2010) have it: from a uniform distribution, or
   * from a normal one that Keras cuts off at two standard deviations. Both have variance 2 / (inputs + outputs).
   *
   * @default {"glorotUniform"}
   */
  readonly initializer?: "glorotUniform" | "glorotNormal" | undefined;
}

/**
 * Element-wise activation without parameters. `gelu` is the exact one, x · Φ(x) = x · (1 + erf(x / √2)) / 2 (Hendrycks
 * and Gimpel 2016), the default of PyTorch and Keras. tf.js and engine `wasm` compute erf with formula 7.1.26 of
 * Abramowitz and Stegun (1964), engine `webgpu` with a Chebyshev fit; the error of either is at most 1.5e-7.
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

/** Flattens positions × channels into one row, channels fastest. */
export interface FlattenLayer {
  /** Discriminator. */
  readonly type: "flatten";
}

/**
 * A bidirectional gated recurrent unit (Cho et al. 2014, EMNLP) over the positions. One GRU reads them from first to
 * last, another with weights of its own from last to first. The output is the last state of the one and then of the
 * other, 2 · `units` values; with `returnSequences` it is, for each position, the state of either after it has read
 * that position, `[positions, 2 · units]`.
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
  /**
   * Whether the output has the states at each position and not the last ones alone.
   *
   * @default {false}
   */
  readonly returnSequences?: boolean | undefined;
}

/**
 * Long short-term memory over the positions (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al.
 * 2000). It reads them from first to last; a bidirectional one has a second LSTM, with weights of its own, that reads
 * them from last to first. The output is the last state of each direction, `units` or 2 · `units` values; with
 * `returnSequences` it is, for each position, the state of each direction after it has read that position.
 *
 * An LSTM has a state h and a cell c, `units` values each, both zero at first. It reads the channels x of a position:
 * c becomes f ∘ c + i ∘ g and then h becomes o ∘ tanh(c), where ∘ multiplies element by element, σ is the sigmoid, and
 *
 * - i = σ(x·W₁ + h·U₁ + b₁) is the input gate,
 * - f = σ(x·W₂ + h·U₂ + b₂) the forget gate,
 * - g = tanh(x·W₃ + h·U₃ + b₃) the candidate,
 * - o = σ(x·W₄ + h·U₄ + b₄) the output gate.
 *
 * Each direction has a kernel `[channels, 4 · units]`, the columns W₁ W₂ W₃ W₄, a recurrent kernel
 * `[units, 4 · units]`, U₁ U₂ U₃ U₄, and a bias `[4 · units]`, b₁ b₂ b₃ b₄, of which b₂ is 1 at first, so that a new
 * cell remembers (Jozefowicz et al. 2015). To Keras it is `LSTM(units)`, or `Bidirectional(LSTM(units))`.
 */
export interface LstmLayer {
  /** Discriminator. */
  readonly type: "lstm";
  /** Size of the state of each direction. */
  readonly units: number;
  /**
   * Whether a second LSTM reads the positions from last to first.
   *
   * @default {false}
   */
  readonly bidirectional?: boolean | undefined;
  /**
   * Whether the output has the states at each position and not the last ones alone.
   *
   * @default {false}
   */
  readonly returnSequences?: boolean | undefined;
}

/** A layer that reads the positions one after another and remembers. */
export type RecurrentLayer = BidirectionalGruLayer | LstmLayer;

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
  | LstmLayer
  | DenseLayer
  | LinearLayer;
