import { quantile } from "../metrics/quantile.ts";
import { deriveKey, RandomStream } from "../random.ts";

/** Options for resampling. */
export interface ResamplingOptions {
  /** Number of bootstrap samples. */
  readonly samples: number;
  /** Seed of the draws. */
  readonly seed: number;
}

/**
 * Draws bootstrap samples (Efron 1979, "Bootstrap methods: another look at the jackknife", The Annals of
 * Statistics 7:1): from each stratum as many items as it has, with replacement.
 *
 * @param strata Items of each stratum; together 0 … n − 1.
 * @returns For each bootstrap sample, how often each item was drawn, `[item]`. Each is drawn when it is asked for.
 */
export function* drawResamples(
  strata: readonly (readonly number[])[],
  { samples, seed }: ResamplingOptions,
): Generator<Float64Array> {
  const items = strata.reduce((sum, { length }) => sum + length, 0);
  const stream = new RandomStream(deriveKey(seed, "bootstrap"));
  for (let sample = 0; sample < samples; sample++) {
    const times = new Float64Array(items);
    for (const stratum of strata) {
      for (let draw = 0; draw < stratum.length; draw++) {
        times[stratum[stream.below(stratum.length)]!]!++;
      }
    }
    yield times;
  }
}

/**
 * The percentile interval (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13): the middle
 * part of the bootstrap samples' figures. Figures that are NaN, of samples that had no answer, are left out.
 *
 * @returns The lower and the upper end; NaN if no sample had an answer.
 */
export function percentileInterval(
  figures: readonly number[],
  confidence: number,
): { low: number; high: number } {
  const sorted = Float64Array.from(figures).filter((figure) => !Number.isNaN(figure)).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}
