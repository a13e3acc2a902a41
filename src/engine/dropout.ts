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
 * Key of one layer's dropout masks in one epoch. With it, unit `u` of the sample at position `p` of the
 * epoch's order is decided by word `u & 1` of `threefry2x32(key, p, u >> 1)`, whichever engine computes it.
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
}

/**
 * Fills the factors of consecutive samples at one dropout layer: 0 or {@linkcode dropoutScale}.
 *
 * @param factors `[sample, unit]`; its length is a multiple of `mask.units`.
 * @param mask The mask.
 */
export function fillDropoutMask(factors: Float32Array, mask: DropoutMask): void {
  const { key, rate, firstPosition, units } = mask;
  const threshold = dropoutThreshold(rate);
  const scale = dropoutScale(rate);
  const words = new Uint32Array(2);
  for (let start = 0, position = firstPosition; start < factors.length; position++) {
    for (let unit = 0; unit < units; unit++) {
      if ((unit & 1) === 0) threefry2x32(key, position, unit >> 1, words);
      factors[start + unit] = words[unit & 1]! < threshold ? 0 : scale;
    }
    start += units;
  }
}
