import type { OwnAllocator } from "../../../layout.ts";
import { type Layout, paddedBytes } from "./tiling.ts";
import type { BackwardPlaces, PassPlaces } from "./types.ts";

/**
 * A tile of a staged product is 6 rows × 2 vectors: of V8's 15 vector registers 12 sums, two vectors of B, and an element
 * of A that is loaded four times over.
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
  const { transform: { frequencies }, rows, inputStride, outputStride } = layout;
  return {
    inputs: frequencies * rows * Math.max(inputStride, deltaRowBytes(layout)),
    sums: frequencies * rows * outputStride,
  };
}

/** Bytes of a tile's derivatives with respect to the transformed input. */
export function deltaRowBytes({ tiling, channelVectors }: Layout): number {
  return 16 * tiling.pieces * channelVectors;
}

/** Bytes of the gradient of the transformed kernel. */
export function gradientBytes({ transform, shape, inputStride }: Layout): number {
  return transform.frequencies * shape.filters * inputStride;
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
  return {
    ...takePassPlaces(own, layout),
    gradients: own.take(gradientBytes(layout)),
    paddedDelta: own.take(layout.samples * paddedBytes(layout, layout.deltaStride)),
  };
}
