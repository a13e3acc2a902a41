import { MAX_TAPS, MAX_TRAINING_FREQUENCIES } from "../transforms/points.ts";
import type { ConvShape } from "../ops/conv/shape.ts";
import { gradientBytes, sumsByElement, TILE_ROWS } from "../ops/conv/transformed/own_places.ts";
import type { TrainingTiling } from "../ops/conv/transformed/types.ts";
import { type Layout, layOut, neededPositions } from "../ops/conv/transformed/tiling.ts";

/**
 * Up to 8 points the error hardly differs from a plain sum's. With 9 or 10 it is twice as large, with 11 three times, more so
 * the more outputs a tile has, whose powers of the points grow, and the longer the sum; these stay within 4e-6 of the
 * largest output, with 11 points within 8e-6.
 */
const SAFE_FREQUENCIES = 8;
const LONG_SUM = 64;
/** Parts of a batch have about 16 samples, mostly multiples of this. */
const MOST_SAMPLES = 8;
/** Tiles that a sum of the backward pass should have, so that what it adds to is rarely fetched. */
const LEAST_BACKWARD_TILES = 12;
/** Share of the rows of a product's register tiles that should be filled. */
const LEAST_FILLED = 0.8;
/** Tiles of a pass, and the sum of a kernel's gradient: more would not stay in a core's caches. */
const MOST_OWN_BYTES = 512 * 1024;
const MOST_GRADIENT_BYTES = 4 * 1024 * 1024;
/** A transform must save this share of the instructions. */
const LARGEST_SHARE = 0.9;

/** Chooses how a convolution is cut into tiles, from its shape alone; `undefined` where it does not pay. */
export function chooseTrainingTiling(
  shape: ConvShape,
  pool: number | undefined,
): TrainingTiling | undefined {
  const { taps: width, dilation, channels, inputStride, inputPositions } = shape;
  // Vectors that overlap need four channels, and copies of samples 16 bytes.
  if (width < 2 || channels < 4 || inputPositions * inputStride < 16) return undefined;
  const pieces = Math.ceil(width / MAX_TAPS);
  const taps = Math.ceil(width / pieces);
  const positions = neededPositions(shape, pool);
  let best: { readonly tiling: TrainingTiling; readonly cost: number } | undefined;
  const accurate = taps === MAX_TAPS && pieces * channels <= LONG_SUM;
  const most = accurate ? MAX_TRAINING_FREQUENCIES : SAFE_FREQUENCIES;
  for (let outputs = 2; outputs + taps - 1 <= most; outputs++) {
    const unit = dilation * outputs;
    if (unit % (pool ?? 1) !== 0) continue;
    const units = Math.ceil(positions / unit);
    const tiling = {
      outputs,
      taps,
      pieces,
      units,
      lastPositions: positions - (units - 1) * unit,
      samples: {
        forward: samplesTogether(units * dilation, TILE_ROWS),
        backward: samplesTogether(units * dilation, LEAST_BACKWARD_TILES),
      },
    };
    const cost = forwardCost(layOut(shape, tiling, 1));
    if (best === undefined || cost < best.cost) best = { tiling, cost };
  }
  if (best === undefined) return undefined;
  const { elementBytes, outputStride, rows, transform, paddedRows } = layOut(
    shape,
    best.tiling,
    best.tiling.samples.backward,
  );
  const bytes = transform.frequencies * rows * (elementBytes + outputStride) +
    paddedRows * inputStride;
  if (bytes > MOST_OWN_BYTES) return undefined;
  return best.cost < LARGEST_SHARE * plainCost(shape) ? best.tiling : undefined;
}

/** How many samples are computed together: a power of two, since it divides most parts. */
function samplesTogether(tiles: number, least: number): number {
  for (let samples = 1; samples < MOST_SAMPLES; samples *= 2) {
    const rows = samples * tiles;
    const filled = rows / (TILE_ROWS * Math.ceil(rows / TILE_ROWS));
    if (rows >= least && filled >= LEAST_FILLED) return samples;
  }
  return MOST_SAMPLES;
}

/** Instructions that a sample takes, about: a multiply-add of a product costs 2.2, of the kernels without a stage 2.7. */
function plainCost({ outputPositions, taps, channels, filterVectors }: ConvShape): number {
  return 2.7 * outputPositions * taps * channels * filterVectors;
}

function forwardCost(
  { shape, tiling, transform, rows, inner, channelVectors, sharesPieces }: Layout,
): number {
  const { frequencies: products, outputs } = transform;
  const input = (sharesPieces ? 1 : tiling.pieces) * channelVectors * products * (products + 6);
  const product = 2.2 * products * inner * shape.filterVectors;
  const output = shape.filterVectors * (4 * products + outputs * (products + 10));
  return rows * (input + product + output);
}

/**
 * Whether a backward pass is transformed. Without, it visits the maxima of a pooling alone, an element of the input at a
 * time, or all positions where there is no pooling.
 */
export function paysBackward(
  shape: ConvShape,
  tiling: TrainingTiling,
  ofNetwork: boolean,
): boolean {
  if (gradientBytes(layOut(shape, tiling, 1)) > MOST_GRADIENT_BYTES) return false;
  const { filters, filterVectors, pooledPositions, outputPositions, groups, groupVectors } = shape;
  const window = groups * groupVectors;
  const plain = pooledPositions === undefined
    ? (ofNetwork ? 2.7 : 5.4) * outputPositions * filters * window
    : (ofNetwork ? 4.5 : 10.5) * pooledPositions * filters * window;
  const layout = layOut(shape, tiling, 1);
  const { transform: { frequencies: products, outputs }, rows, inner, channelVectors } = layout;
  const gradient = sumsByElement(layout)
    ? inner * filterVectors
    : filters * layout.elementBytes / 16;
  const delta = ofNetwork ? 0 : tiling.pieces * channelVectors * filters;
  const product = 2.3 * products * (gradient + delta);
  const transforms = (ofNetwork ? 1 : 2.5) * tiling.pieces * channelVectors * products *
    (products + 6);
  const deltas = filterVectors * (products * (outputs + 4) + 8 * outputs);
  return rows * (product + transforms + deltas) < LARGEST_SHARE * plain;
}
