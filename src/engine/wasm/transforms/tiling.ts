/**
 * How the outputs of a convolution are cut into tiles, each of which one transform computes.
 *
 * With dilation d the outputs p, p + d, p + 2d, … are a convolution without dilation of every d-th input: a phase. A tile
 * is `transform.outputs` neighbouring outputs of a phase. `tiles` of them from each phase make a block, whose outputs
 * are neighbouring positions: output i of tile t in phase f is position f + d · (t · `transform.outputs` + i) of its
 * block. Blocks are whole windows of the pooling, so that each is pooled by itself.
 *
 * @module
 */

import { countInputInstructions, countOutputInstructions } from "./emit.ts";
import {
  createTransform,
  MAX_FREQUENCIES,
  MAX_TAPS,
  squaredError,
  type Transform,
} from "./points.ts";

/** A convolution with the pooling that directly follows it, as far as its tiling depends on it. */
export interface TiledConv {
  readonly width: number;
  readonly dilation: number;
  readonly channels: number;
  readonly filters: number;
  /** Positions of the output before the pooling, the padding being in the input. */
  readonly positions: number;
  /** Window of the pooling; 1 without one. */
  readonly pool: number;
}

/** A tiling. Lengths are in positions. */
export interface Tiling {
  readonly transform: Transform;
  /**
   * Taps are cut into pieces of `transform.taps`, the last filled up with zeros; the inputs of a piece are further
   * channels, which lie `piece` · `transform.taps` · dilation positions later.
   */
  readonly pieces: number;
  readonly dilation: number;
  /** Phases that have outputs: as many as the dilation, or all positions if these are fewer. */
  readonly phases: number;
  /** Tiles of a phase in a block. */
  readonly tiles: number;
  /** From one block to the next. */
  readonly blockPositions: number;
  /** Blocks that cover all positions that are needed; the last may reach past them. */
  readonly blocks: number;
  /** Positions that are needed: those in a window of the pooling. */
  readonly needed: number;
  readonly pool: number;
}

/** The most tiles of a block, whose transforms are written out one after another. */
const MAX_BLOCK_TILES = 16;

/**
 * The mean squared error that the transforms of a network may have together, in units of 1e-14: of three layers of ten,
 * eight and five points, say. Their errors are independent and about as large relative to the output as they
 * are here, so that of 3,000 predictions the farthest is less than 3e-6 away. In deeper networks each layer multiplies
 * what those before it have lost. Recurrent layers do not, whose gates keep their states between −1 and 1: predictions of
 * networks with one over 2 and 20 positions were as far from float64 as those of networks without.
 */
const ERROR_BUDGET = 13.1 ** 2;
const DEEP_ERROR_BUDGET = 10 ** 2;
/** Convolutions wider than 1 of a network that is not deep. */
const SHALLOW = 3;

/**
 * Chooses the tilings of a network's convolutions that take the fewest instructions together, as far as the errors of
 * their transforms allow.
 *
 * @param convs The convolutions; those of width 1 have no transforms, so they lose nothing by them.
 * @returns For each the tiling; `undefined` where none has blocks that are whole windows of the pooling.
 */
export function chooseTilings(convs: readonly TiledConv[]): (Tiling | undefined)[] {
  const depth = convs.filter(({ width }) => width > 1).length;
  const budget = depth > SHALLOW ? DEEP_ERROR_BUDGET : ERROR_BUDGET;
  const options = convs.map((conv) =>
    listTilings(conv).map((tiling) => {
      const error = conv.width === 1 ? 0 : squaredError(tiling.transform);
      return { tiling, cost: countTilingCost(conv, tiling), error };
    }).sort((a, b) => a.cost - b.cost)
  );
  const chosen = options.map(([cheapest]) => cheapest);
  const errorOf = () => chosen.reduce((sum, option) => sum + (option?.error ?? 0), 0);
  while (errorOf() > budget) {
    // The swap that costs least for what it takes from the error.
    const swaps = chosen.flatMap((own, index) =>
      own === undefined
        ? []
        : options[index]!.filter(({ error }) => error < own.error).map((next) => {
          const price = (next.cost - own.cost) /
            Math.min(own.error - next.error, errorOf() - budget);
          return { index, next, price };
        })
    );
    const [best] = swaps.sort((a, b) => a.price - b.price);
    if (best === undefined) break;
    chosen[best.index] = best.next;
  }
  return chosen.map((option) => option?.tiling);
}

/** All tilings of a convolution with accurate transforms. */
export function listTilings(conv: TiledConv): Tiling[] {
  const list: Tiling[] = [];
  for (let taps = 1; taps <= Math.min(MAX_TAPS, conv.width); taps++) {
    // Single taps have nothing to transform, so neighbouring outputs share nothing.
    const most = taps === 1 ? 1 : MAX_FREQUENCIES + 1 - taps;
    for (let outputs = 1; outputs <= most; outputs++) {
      if (taps > 1 && outputs === 1) continue;
      const tiling = tile(conv, createTransform(outputs, taps));
      if (tiling !== undefined) list.push(tiling);
    }
  }
  return list;
}

function tile(conv: TiledConv, transform: Transform): Tiling | undefined {
  const { width, dilation, positions, pool } = conv;
  const needed = positions - positions % pool;
  const phases = Math.min(dilation, needed);
  const pieces = Math.ceil(width / transform.taps);
  const step = transform.outputs * dilation;
  const base = { transform, pieces, dilation, phases, needed, pool };
  // One block for everything need not be whole windows, nor may its phases be fewer than the dilation otherwise.
  const whole = Math.ceil(needed / step);
  const tiles = Math.min(whole, pool / greatestCommonDivisor(step, pool));
  if (tiles * phases > MAX_BLOCK_TILES) return undefined;
  const blockPositions = tiles * step;
  return { ...base, tiles, blockPositions, blocks: Math.ceil(needed / blockPositions) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Instructions of an access to memory at an address that must be checked. */
const CHECKED = 3;
/** What an instruction costs, if a multiply-add that keeps the multipliers busy costs 1. */
const INSTRUCTION = 0.5;
/** Terms that are summed before a sum is put back into memory. */
const BLOCK = 25;

/** What a tiling costs, in multiply-adds of vectors. */
function countTilingCost({ channels, filters }: TiledConv, tiling: Tiling): number {
  const { transform, pieces, phases, tiles, blocks } = tiling;
  const { frequencies, outputs } = transform;
  const sums = pieces * channels;
  const inputs = 2 * frequencies * CHECKED + countInputInstructions(transform);
  const stored = outputs / tiling.pool * CHECKED + 2 * outputs;
  const after = frequencies * CHECKED + countOutputInstructions(transform) + stored;
  const products = frequencies * filters * sums;
  const passes = Math.ceil(sums / BLOCK);
  const put = frequencies * filters * (2 * passes - 1) * CHECKED;
  const ofTile = products + INSTRUCTION * (sums * inputs + filters * after + put);
  return blocks * tiles * phases * ofTile;
}
