/**
 * What a thread needs to know to average a network's derivatives along paths between two inputs. All of it is plain data,
 * so that it can be sent to workers.
 *
 * @module
 */

import type { LaneTensor } from "../layout.ts";
import type { AffineNode, ConvNode, Epilogue, GroupedNode, RawSamples, Records } from "../types.ts";

/**
 * The first layer. Its sums change along a straight path as the input does, so they are computed at both ends of a path and
 * mixed for the points between. Lanes are points of a path.
 */
export interface FirstLayer {
  readonly name: string;
  /** The sums at both ends of paths, each in lanes of its own. */
  readonly ends: LaneTensor;
  /** What is done with sums: a maximum over the window, then the epilogue, whose constants are at an address. */
  readonly pool: number;
  readonly epilogue: Epilogue;
  readonly constants: { readonly address: number; readonly filters: number };
  readonly output: LaneTensor;
  readonly records: Records;
  /** Derivatives with respect to `output`. */
  readonly delta: LaneTensor;
  /** `[row, channel]` vectors: derivatives with respect to the sums, added up over the points of a path. */
  readonly collected: number;
  /** The same, with paths in the lanes. */
  readonly delivered: LaneTensor;
  /** Address of a vector: all bits of the lane that is delivered. */
  readonly lane: number;
}

/** Turns derivatives with respect to outputs into those with respect to sums: through slopes, to the maxima. */
export interface SpreadNode {
  readonly kind: "spread";
  readonly name: string;
  readonly pool: number;
  /** How outputs and sums depend on each other. */
  readonly epilogue: Epilogue;
  readonly output: LaneTensor;
  readonly records: Records | undefined;
  readonly from: LaneTensor;
  readonly to: LaneTensor;
}

/** Passes derivatives back through a batch normalisation by itself. */
export interface ScaleNode {
  readonly kind: "scale";
  readonly name: string;
  readonly factors: AffineNode["factors"];
  readonly from: LaneTensor;
  readonly to: LaneTensor;
}

/** A node of the way back. A convolution has the kernel of another, turned round. */
export type BackNode = SpreadNode | ScaleNode | ConvNode;

/** A kernel turned round: a further array after the model's weights, `[tap, filter, channel with gaps]`. */
export interface TurnedKernel {
  /** The convolution that the kernel is taken from. */
  readonly of: ConvNode;
}

/** A network, planned for paths. */
export interface PathPlan {
  /** Where the ends of paths come from and their derivatives go to, `[sample, value]`. */
  readonly raw: RawSamples;
  /** Inputs of `ends`, which computes the sums of the first layer. */
  readonly input: LaneTensor;
  readonly ends: ConvNode;
  readonly first: FirstLayer;
  /** The first layer of samples as they are, each in a lane of its own, where paths have a single point; and its way back. */
  readonly single: { readonly node: GroupedNode; readonly back: SpreadNode };
  /** `[quad, lane]`: how far points are on their paths. */
  readonly points: number;
  /** The other layers, in order. */
  readonly nodes: readonly GroupedNode[];
  readonly output: LaneTensor;
  /** Derivatives with respect to the output. */
  readonly outputDelta: LaneTensor;
  /** From the output's derivatives to those of the first layer's output, in order. */
  readonly backs: readonly BackNode[];
  /** From `delivered` to the derivatives with respect to the inputs. */
  readonly last: ConvNode;
  readonly turned: readonly TurnedKernel[];
  /** Where all weights lie, in the form in which the kernels read them. */
  readonly weights: { readonly address: number; readonly bytes: number };
  /** Size of a thread's memory in pages of 64 KiB. */
  readonly pages: number;
}
