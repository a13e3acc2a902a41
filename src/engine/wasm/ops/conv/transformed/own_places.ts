import type { OwnAllocator } from "../../../layout.ts";
import { type Layout, paddedBytes } from "./tiling.ts";
import type { BackwardPlaces, PassPlaces } from "./types.ts";

/**
 * A tile of a staged product is 6 rows × 2 vectors: of V8's 15 vector registers 12 sums, two vectors of B, and an element
 * of A that is loaded four times over. This and what follows is here, and not with the products, so that a plan for
 * predictions loads no code of training.
 */
export const TILE_ROWS = 6;
/** Steps along the sum without a jump. */
export const MOST_STEPS = 64;
/** Bytes of a step of A where its rows are neighbours. */
export const COLUMN_BYTES = 32;
/** Bytes that a product needs for its stage. */
const STAGE_BYTES = MOST_STEPS * COLUMN_BYTES;

/** Bytes of the regions of a pass. */
export function regionBytes(layout: Layout): { readonly inputs: number; readonly sums: number } {
  const { transform: { frequencies }, rows, inputRows, inputStride, outputStride } = layout;
  return {
    inputs: frequencies * Math.max(inputRows * inputStride, rows * deltaRowBytes(layout)),
    sums: frequencies * rows * outputStride,
  };
}

/** Bytes of a tile's derivatives with respect to the transformed input. */
export function deltaRowBytes({ tiling, channelVectors }: Layout): number {
  return 16 * tiling.pieces * channelVectors;
}

/** Bytes of the gradient of the transformed kernel, `[frequency, filter, element]`. */
export function gradientBytes({ transform, shape, elementBytes }: Layout): number {
  return transform.frequencies * shape.filters * elementBytes;
}

/** Share of the multiply-adds that sums by element must save. */
const LARGEST_SHARE = 0.9;

/**
 * Whether the gradient is summed as `[frequency, element, filter]`, and turned at the end. A product has whole vectors of
 * columns but any number of rows: ten elements of two pieces are four vectors, and fill two tiles of rows.
 */
export function sumsByElement({ shape, inner, elementBytes }: Layout): boolean {
  const byFilter = shape.filters * elementBytes / 16;
  return inner * shape.filterVectors <= LARGEST_SHARE * byFilter;
}

/** Bytes of a frequency of the sums by element, whole blocks of four elements. */
export function elementSumBytes({ inner, outputStride }: Layout): number {
  return 4 * Math.ceil(inner / 4) * outputStride;
}

/** Bytes of what the gradient is summed in. */
export function gradientSumBytes(layout: Layout): number {
  if (!sumsByElement(layout)) return gradientBytes(layout);
  return layout.transform.frequencies * elementSumBytes(layout);
}

/** Takes the places of the forward pass. */
export function takePassPlaces(own: OwnAllocator, layout: Layout): PassPlaces {
  const { inputs, sums } = regionBytes(layout);
  return {
    padded: own.take(layout.samples * paddedBytes(layout, layout.shape.inputStride)),
    inputs: own.take(inputs),
    sums: own.take(sums),
    stage: own.take(STAGE_BYTES),
  };
}

/** Takes the places of the backward pass. */
export function takeBackwardPlaces(own: OwnAllocator, layout: Layout): BackwardPlaces {
  const byElement = sumsByElement(layout);
  // What turns them writes whole blocks of four filters.
  const gradients = own.take(gradientBytes(layout) + (byElement ? 3 * layout.elementBytes : 0));
  return {
    ...takePassPlaces(own, layout),
    gradients,
    gradientSums: byElement ? own.take(gradientSumBytes(layout)) : gradients,
    paddedDelta: own.take(layout.samples * paddedBytes(layout, layout.deltaStride)),
  };
}
