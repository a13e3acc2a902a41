/**
 * What a plan says of a transformed convolution: plain data, which can be sent to workers.
 *
 * @module
 */

/**
 * How a convolution is cut into tiles, each of m outputs of one phase of the dilation: d · m neighbouring positions are a
 * unit of d tiles. More taps than one algorithm has are cut into pieces, which count as further channels. The grouped
 * path of prediction has tilings of its own (`transforms/tiling.ts`), in which windows of a pooling reach over several
 * tiles of a phase.
 */
export interface TrainingTiling {
  /** Outputs of a tile, and taps of a piece. */
  readonly outputs: number;
  readonly taps: number;
  readonly pieces: number;
  /** Units of a sample. */
  readonly units: number;
  /** Positions of the last unit that are needed. */
  readonly lastPositions: number;
  /** Samples that are computed together in the forward pass, and in the backward pass. */
  readonly samples: { readonly forward: number; readonly backward: number };
}

/** Addresses in a thread's own memory that a pass over some samples works at. */
export interface PassPlaces {
  /** Input rows, with zeros before and after them. */
  readonly padded: number;
  /** `[frequency, tile, element]`: the transformed input, then the derivatives with respect to it. */
  readonly inputs: number;
  /** `[frequency, tile, filter]`: the products, or the derivatives with respect to them. */
  readonly sums: number;
  /** A block of what a product multiplies. */
  readonly stage: number;
}

/** The same of the backward pass. */
export interface BackwardPlaces extends PassPlaces {
  /** `[frequency, filter, element]`: the gradient of the transformed kernel. */
  readonly gradients: number;
  /** Where it is summed: the same place, or another as `[frequency, element, filter]`. */
  readonly gradientSums: number;
  /** Derivatives with respect to the padded input. */
  readonly paddedDelta: number;
}

/** Addresses of both passes. */
export interface OwnPlaces {
  readonly forward: PassPlaces;
  readonly backward: BackwardPlaces | undefined;
}

/** What a transformed convolution adds to a node. */
export interface TransformedConv {
  readonly tiling: TrainingTiling;
  /** Address of the transformed kernel, as the forward pass reads it. */
  readonly kernel: number;
  /** The same as the backward pass reads it; absent where that is not transformed. */
  readonly backwardKernel: number | undefined;
  /** Places in each thread's own memory. */
  readonly own: OwnPlaces;
}
