/**
 * What a thread needs to know to run a chain of layers over groups of samples. All of it is plain data, so that it can
 * be sent to workers.
 *
 * @module
 */

import type { Tiling } from "../transforms/tiling.ts";
import type { LaneTensor } from "./layout.ts";

/**
 * What a node keeps for the way back, where there is one: addresses of vectors that lie as those of its outputs do, and
 * after them.
 */
export interface Records {
  /** Which value of its window each output is, as i32; absent without a pooling. */
  readonly winners: number | undefined;
  /** The derivative of each output with respect to its sum; absent where the sign of the output tells. */
  readonly slopes: number | undefined;
}

/** Fields of all nodes. */
interface NodeBase {
  /** The names of its kernels begin with this name. */
  readonly name: string;
  readonly input: LaneTensor;
  readonly output: LaneTensor;
  readonly records?: Records | undefined;
}

/** Indices in `weightShapes(spec)` of a batch normalisation's weights. */
export interface NormWeights {
  readonly gamma: number;
  readonly beta: number;
  readonly mean: number;
  readonly variance: number;
  readonly epsilon: number;
}

/** What is done with the sums of a layer: bias, activation, batch normalisation. */
export interface Epilogue {
  /** Slope of the activation below zero, 1 without one; or the GELU. */
  readonly activation: number | "gelu";
  /** Whether a batch normalisation follows; its factors and shift are part of the weights. */
  readonly normalised: boolean;
}

/** The shape of the matrix products of a layer, one for each frequency. */
export interface ProductShape {
  /** Tiles of a register tile. */
  readonly tiles: number;
  /** Register tiles that hold all tiles of a chunk. */
  readonly parts: number;
  /** Terms of a pass, and passes. */
  readonly terms: number;
  readonly passes: number;
  /** Pairs of filters. */
  readonly pairs: number;
}

/** What is transformed, multiplied and transformed back together: some quads, or some blocks of one quad. */
export interface Chunk {
  readonly quads: number;
  readonly blocks: number;
  /** First position of each chunk of a quad; several where a chunk has one quad. */
  readonly starts: readonly number[];
}

/** Addresses of a layer's working memory and weights. */
export interface ConvMemory {
  /** Transformed inputs `[frequency, part, term, tile]`. */
  readonly transformed: number;
  /** Bytes between frequencies there. */
  readonly frequencyBytes: number;
  /** Products `[pair, frequency, tile, filter of the pair]`. */
  readonly products: number;
  /** Bytes between pairs there. */
  readonly pairBytes: number;
  /** Transformed weights `[frequency, pass, pair, term, filter of the pair]`. */
  readonly weights: number;
  /** `[constant, filter]`: bias, and with a batch normalisation the factors above and below zero and the shift. */
  readonly epilogue: number;
}

/** A convolution with what follows it. A dense layer is one of width 1 over a single position. */
export interface ConvNode extends NodeBase {
  readonly kind: "conv";
  readonly tiling: Tiling;
  readonly channels: number;
  readonly filters: number;
  readonly width: number;
  /** Zeros on the left, in positions. */
  readonly left: number;
  readonly product: ProductShape;
  readonly chunk: Chunk;
  readonly memory: ConvMemory;
  readonly epilogue: Epilogue;
  /** Whether its outputs are the bare sums, to which something else adds the bias and what follows. */
  readonly bare?: true;
  /** Index in `weightShapes(spec)`. */
  readonly kernel: number;
  /** Which columns of the kernel, and values of the bias, its filters are, of how many. */
  readonly columns: { readonly used: readonly number[]; readonly total: number };
  /** Index in `weightShapes(spec)`; absent where nothing is added. */
  readonly bias: number | undefined;
  readonly norm: NormWeights | undefined;
  /** Whether the normalisation follows the pooling rather than the activation. */
  readonly normAfterPool: boolean;
}

/** A max pooling by itself. */
export interface PoolNode extends NodeBase {
  readonly kind: "pool";
  readonly size: number;
}

/** An activation by itself. */
export interface ActivationNode extends NodeBase {
  readonly kind: "activation";
  readonly activation: number | "gelu";
}

/** A batch normalisation by itself: a factor and a shift for each channel. */
export interface AffineNode extends NodeBase {
  readonly kind: "affine";
  /** `[factor or shift, channel]`. */
  readonly factors: number;
  readonly norm: NormWeights;
}

/** One direction of a bidirectional GRU. */
export interface GruDirection {
  /** x·W + b for all positions, for z and c: `[position, gate, unit]`. */
  readonly project: ConvNode;
  /** Where a position may be read after another one. */
  readonly recurrent: GruProducts | undefined;
}

/** Products where there is a state, the direction's half of the node's output: with it, and with the state that r gates. */
export interface GruProducts {
  /** x·W + b for r, `[position, unit]`: of all positions but the one that is read first, where there is no state to gate. */
  readonly resets: ConvNode;
  /** h·[U₁ U₂], for z and r. */
  readonly gates: ConvNode;
  /** (r ∘ h)·U₃, for c. */
  readonly candidate: ConvNode;
}

/** A bidirectional GRU, whose output is the last state of each direction. */
export interface GruNode extends NodeBase {
  readonly kind: "gru";
  readonly units: number;
  readonly directions: readonly [forward: GruDirection, backward: GruDirection];
}

/** Any node. */
export type GroupedNode = ConvNode | PoolNode | ActivationNode | AffineNode | GruNode;

/** Values of a group's samples as they come, `[sample, value]` of float32. */
export interface RawSamples {
  readonly address: number;
  /** Bytes between samples. */
  readonly sampleBytes: number;
  readonly values: number;
  /** `[quad, lane]`: what is added to the outputs of a sample: 0, or NaN if a value is too large for transforms. */
  readonly marks: number;
}

/** A chain of layers, planned for groups. */
export interface GroupedPlan {
  readonly raw: RawSamples;
  readonly input: LaneTensor;
  readonly output: LaneTensor;
  readonly nodes: readonly GroupedNode[];
  /** Where all weights lie, in the form in which the kernels read them. */
  readonly weights: { readonly address: number; readonly bytes: number };
  /** Size of a thread's memory in pages of 64 KiB. */
  readonly pages: number;
}
