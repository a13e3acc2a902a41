import { deriveKey, type RandomKey, threefry2x32 } from "../random.ts";

/** The place of a training step in a run, which its dropout masks depend on. */
export interface StepPosition {
  /** The member's seed. */
  readonly seed: number;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Position, in the epoch's order, of the batch's first sample. */
  readonly firstPosition: number;
}

/**
 * Key of one layer's dropout masks in one epoch. With it, unless {@linkcode isDroppedByBits} says otherwise, unit `u` of
 * the sample at position `p` of the epoch's order is decided by word `u & 1` of `threefry2x32(key, p, u >> 1)`, whichever
 * engine computes it.
 *
 * @param seed The session's seed.
 * @param layer Number of the layer; see `src/model/graph.ts`.
 * @param epoch Number of the epoch, from 0.
 * @returns The key.
 */
export function dropoutKey(seed: number, layer: number, epoch: number): RandomKey {
  return deriveKey(seed, "dropout", layer, epoch);
}

/**
 * {@linkcode dropoutKey} of some layers of several models in one epoch, as kernels that run many models read them.
 *
 * @param seeds The seed of each model.
 * @param layers Numbers of their layers.
 * @param epoch Number of the epoch, from 0.
 * @returns Two words a key, `[model, layer, word]`.
 */
export function dropoutKeys(
  seeds: readonly number[],
  layers: readonly number[],
  epoch: number,
): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    seeds.flatMap((seed) => layers.flatMap((layer) => dropoutKey(seed, layer, epoch))),
  );
}

/**
 * The threshold of a dropout: units whose word is below it are dropped, which happens with probability `rate`.
 *
 * @param rate The layer's rate.
 * @returns An unsigned 32-bit integer.
 */
export function dropoutThreshold(rate: number): number {
  return Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32));
}

/**
 * The factor that kept values are multiplied by: 1 / (1 − rate), as a float32.
 *
 * @param rate The layer's rate.
 * @returns The factor.
 */
export function dropoutScale(rate: number): number {
  return Math.fround(1 / (1 - rate));
}

/** From so many units on a dropout of rate ½ takes one random bit for each. */
const LEAST_UNITS_BY_BITS = 4096;

/**
 * Whether units are decided by single bits, which takes a thirty-second of the random words: with the rate ½, in layers
 * so wide that it counts. Unit `u` of the sample at position `p` is then kept if bit `u & 31` of word `(u >> 5) & 1` of
 * `threefry2x32(key, p, u >> 6)` is set. See {@linkcode dropoutKey} for the other layers.
 *
 * @param rate The layer's rate.
 * @param units Values of one sample at this layer, or of one reference in a branch over references.
 * @returns Whether it is so.
 */
export function isDroppedByBits(rate: number, units: number): boolean {
  return rate === 0.5 && units >= LEAST_UNITS_BY_BITS;
}

/** The mask that {@linkcode fillDropoutMask} fills. */
export interface DropoutMask {
  /** See {@linkcode dropoutKey}. */
  readonly key: RandomKey;
  /** The layer's rate. */
  readonly rate: number;
  /** Position, in the epoch's order, of the first sample. */
  readonly firstPosition: number;
  /** Values of one sample at this layer. */
  readonly units: number;
  /**
   * Whether single bits decide.
   *
   * @default {what {@linkcode isDroppedByBits} says of as many units}
   */
  readonly byBits?: boolean | undefined;
}

/**
 * Fills the factors of consecutive samples at one dropout layer: 0 or {@linkcode dropoutScale}.
 *
 * @param factors `[sample, unit]`; its length is a multiple of `mask.units`.
 * @param mask The mask.
 */
export function fillDropoutMask(factors: Float32Array, mask: DropoutMask): void {
  const { rate, firstPosition, units, byBits = isDroppedByBits(rate, units) } = mask;
  for (let start = 0, position = firstPosition; start < factors.length; position++) {
    const own = factors.subarray(start, start + units);
    if (byBits) fillDropoutBits(own, mask, { position, firstUnit: 0 });
    else fillByWords(own, mask, position);
    start += units;
  }
}

function fillByWords(factors: Float32Array, { key, rate }: DropoutMask, position: number): void {
  const threshold = dropoutThreshold(rate);
  const scale = dropoutScale(rate);
  const words = new Uint32Array(2);
  for (let unit = 0; unit < factors.length; unit++) {
    if ((unit & 1) === 0) threefry2x32(key, position, unit >> 1, words);
    factors[unit] = words[unit & 1]! < threshold ? 0 : scale;
  }
}

/**
 * Fills the factors of consecutive units of one sample, where single bits decide.
 *
 * @param factors `[unit]`
 * @param mask Key and rate.
 * @param place Position of the sample in the epoch's order, and number of its first unit here.
 */
export function fillDropoutBits(
  factors: Float32Array,
  { key, rate }: Pick<DropoutMask, "key" | "rate">,
  { position, firstUnit }: { readonly position: number; readonly firstUnit: number },
): void {
  const scale = dropoutScale(rate);
  const words = new Uint32Array(2);
  for (let i = 0, unit = firstUnit; i < factors.length; i++, unit++) {
    if (i === 0 || (unit & 63) === 0) threefry2x32(key, position, unit >>> 6, words);
    factors[i] = (words[(unit >> 5) & 1]! >>> (unit & 31)) & 1 ? scale : 0;
  }
}
