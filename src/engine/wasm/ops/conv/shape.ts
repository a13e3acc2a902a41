import type { TransformedConv } from "./transformed/types.ts";
import { type NodeBase, type Parameter, roundUp } from "../../layout.ts";

/**
 * Shape of a convolution in memory. Strides are bytes between rows; rows of the input are preceded and followed
 * by as many rows of zeros as the padding needs, so no kernel knows about borders.
 *
 * The kernel is kept as `[filter, group, element]`, padded to vectors of elements. A group is a contiguous piece of the
 * input: with dilation 1 the whole window of taps × channels, else one tap.
 */
export interface ConvShape {
  readonly inputPositions: number;
  readonly outputPositions: number;
  readonly filters: number;
  readonly filterVectors: number;
  readonly taps: number;
  readonly dilation: number;
  /** Zeros on the left, in positions. */
  readonly left: number;
  readonly channels: number;
  readonly inputStride: number;
  readonly groups: number;
  readonly groupVectors: number;
  /** Positions of the pooled output, if a pooling directly follows. */
  readonly pooledPositions: number | undefined;
}

/** A convolution with the activation and the pooling that directly follow it. */
export interface ConvNode extends NodeBase {
  readonly kind: "conv";
  readonly shape: ConvShape;
  /** Slope of the activation below zero; 1 where no activation follows. */
  readonly slope: number;
  /**
   * Whether the node after it passes derivatives back through the activation too. They then take the place of the
   * output, so that a pass over them stays within memory that was read.
   */
  readonly deltaActivated: boolean;
  /** Window of the pooling. */
  readonly pool: number | undefined;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** Kernel as the forward pass reads it. */
  readonly transposed: number;
  /** How training transforms the convolution; absent where that does not pay. */
  readonly transformed: TransformedConv | undefined;
  /** Offsets of the maxima, laid out as the output; with a pooling only. */
  readonly offsets: number | undefined;
  /** Address of part 0's sums of the gradients of kernel and bias, and bytes to the next part's. */
  readonly parts: { readonly kernel: number; readonly bias: number; readonly stride: number };
}

/** Bytes of one filter's kernel. */
export function filterBytes({ groups, groupVectors }: ConvShape): number {
  return 16 * groups * groupVectors;
}

/** Bytes from one tap to the next in a filter's kernel. */
export function tapBytes(shape: ConvShape): number {
  return shape.groups === 1 ? shape.inputStride : 16 * shape.groupVectors;
}

/** Bytes between rows of the derivatives with respect to the input: whole vectors, which the kernels write. */
export function inputDeltaStride({ inputStride, pooledPositions }: ConvShape): number {
  return pooledPositions === undefined ? roundUp(inputStride) : inputStride;
}
