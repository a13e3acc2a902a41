import { COMPILE_COST } from "../lane_conv.ts";
import { type VectorWidth, widestVector } from "../vectors.ts";
import type { KernelGradientShape } from "./kernel_gradient.ts";

/** Multiplications of a tile for one window, and vectors that it stores, at most. */
const MOST_PRODUCTS = 900;
const MOST_STORES = 64;
/** Elements and vectors of filters of a tile, at most. */
const MOST_ELEMENTS = 24;
const MOST_VECTORS = 7;
/** What a load of one, two or four values costs beside a multiplication, as measured on llvmpipe. */
const LOAD_COSTS: Readonly<Record<VectorWidth, number>> = { 1: 38, 2: 54, 4: 85 };
/** Where positions are single, so many samples are added together, since each visit of a tile costs as much as its sums. */
const SAMPLES_TOGETHER = 4;

/** How the elements of a kernel are divided among lanes. */
export interface LaneDivision {
  /** Elements that are neighbours in the kernel: a whole window or one tap. */
  readonly segments: number;
  readonly segmentLength: number;
  /** Elements that are loaded together. */
  readonly width: VectorWidth;
  /** Elements of a tile, and tiles of a segment. */
  readonly elements: number;
  readonly elementTiles: number;
  /** Vectors of four filters of a tile, and tiles side by side. */
  readonly vectors: number;
  readonly filterTiles: number;
  /** Positions of a window of the pooling, or samples, that are added together. */
  readonly together: number;
}

/** Chooses the division with the least cost. */
export function divideAmongLanes(shape: KernelGradientShape, lanes: number): LaneDivision {
  const { input, output, kernel: { segments, segmentLength } } = shape;
  const together = positionsTogether(shape) ??
    (output.positions === 1 ? Math.min(SAMPLES_TOGETHER, output.samples) : 1);
  const allVectors = Math.ceil(output.channels / 4);
  const width = widestVector(input.channels);
  const complete = (elements: number, vectors: number): LaneDivision => ({
    segments,
    segmentLength,
    width,
    elements,
    elementTiles: Math.ceil(segmentLength / elements),
    vectors,
    filterTiles: Math.ceil(allVectors / vectors),
    together,
  });
  let best = complete(width, 1);
  for (let vectors = 1; vectors <= Math.min(MOST_VECTORS, allVectors); vectors++) {
    for (let elements = width; elements <= MOST_ELEMENTS; elements += width) {
      const division = complete(elements, vectors);
      const fits = 4 * elements * vectors * together <= MOST_PRODUCTS &&
        elements * vectors <= MOST_STORES && elements < segmentLength + width;
      if (fits && costOf(shape, division, lanes) < costOf(shape, best, lanes)) best = division;
    }
  }
  return best;
}

/** Cost of a dispatch, in multiplications of a vector of the processor. */
function costOf(shape: KernelGradientShape, division: LaneDivision, lanes: number): number {
  const { elements, vectors, together, width } = division;
  const deltaWidth = widestVector(shape.output.channels);
  const deltas = LOAD_COSTS[deltaWidth] * 4 / deltaWidth *
    (shape.pooled ? 2 : shape.output.positions === 1 ? together : 1);
  const loads = findOffsets(shape.input.channels, division).length * LOAD_COSTS[width];
  const products = 4 * elements * vectors * together;
  const tile = products + 4 * elements * vectors + loads + vectors * deltas;
  const visits = shape.models * shape.output.samples * shape.output.positions /
    (shape.pooled ? 1 : together);
  return Math.ceil(countTiles(division) / lanes) * visits * tile +
    COMPILE_COST.product * products + COMPILE_COST.store * elements * vectors;
}

/** Places of the vectors of elements that neighbouring positions read: they overlap where taps are neighbours. */
export function findOffsets(
  channels: number,
  { elements, together, width }: Pick<LaneDivision, "elements" | "together" | "width">,
): number[] {
  return [
    ...new Set(
      Array.from({ length: elements / width * together }, (_, i) => {
        const vectors = elements / width;
        return Math.floor(i / vectors) * channels + i % vectors * width;
      }),
    ),
  ];
}

/** Positions of a window of the pooling. */
function positionsTogether({ pooled, pool }: KernelGradientShape): number | undefined {
  return pooled ? pool : undefined;
}

/** Tiles of a kernel. */
export function countTiles({ segments, elementTiles, filterTiles }: LaneDivision): number {
  return segments * elementTiles * filterTiles;
}
