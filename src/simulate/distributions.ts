/**
 * Draws from the distributions of counts. All draws are exact up to the 32 bits of a uniform number.
 *
 * @module
 */

import type { RandomStream } from "../random.ts";

/** Up to this mean, stepping through the probabilities one by one is faster than rejection. */
export const SEARCH_LIMIT = 12;

/**
 * Draws a count from the negative binomial distribution with mean μ and variance μ + μ²/size: a Poisson count
 * whose rate is itself gamma distributed with that mean. Small means invert the distribution function by
 * sequential search, with P(k+1) = P(k) · (k + size)/(k + 1) · μ/(μ + size); large ones draw the gamma and
 * then the Poisson number.
 *
 * @param stream The source of randomness.
 * @param mean μ ≥ 0.
 * @param size Inverse dispersion, above 0; the larger it is, the closer the distribution is to Poisson's.
 */
export function drawNegativeBinomial(stream: RandomStream, mean: number, size: number): number {
  if (mean > SEARCH_LIMIT) return drawPoisson(stream, drawGamma(stream, size) * (mean / size));
  const ratio = mean / (mean + size);
  let probability = Math.exp(-size * Math.log1p(mean / size));
  let left = stream.uniform() - probability;
  let count = 0;
  while (left > 0) {
    probability *= ratio * (count + size) / (count + 1);
    count++;
    left -= probability;
  }
  return count;
}

/**
 * Draws a count from the Poisson distribution: by sequential search up to a mean of 12, and by transformed rejection
 * with squeeze above that (PTRS; Hörmann 1993, Insurance: Mathematics and Economics 12:39).
 *
 * @param stream The source of randomness.
 * @param mean The mean, at least 0.
 */
export function drawPoisson(stream: RandomStream, mean: number): number {
  if (mean > SEARCH_LIMIT) return drawPoissonByRejection(stream, mean);
  let probability = Math.exp(-mean);
  let left = stream.uniform() - probability;
  let count = 0;
  while (left > 0) {
    count++;
    probability *= mean / count;
    left -= probability;
  }
  return count;
}

function drawPoissonByRejection(stream: RandomStream, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = stream.uniform() - 0.5;
    const v = stream.uniform();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    const bound = count * logMean - mean - logFactorial(count);
    if (Math.log(v * inverseAlpha / (a / (us * us) + b)) <= bound) return count;
  }
}

/**
 * Draws a number from the gamma distribution with the given shape and scale 1 (Marsaglia and Tsang 2000, ACM
 * Transactions on Mathematical Software 26:363).
 *
 * @param stream The source of randomness.
 * @param shape The shape, above 0.
 */
export function drawGamma(stream: RandomStream, shape: number): number {
  if (shape < 1) return drawGamma(stream, shape + 1) * stream.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(stream.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return d * v;
    }
  }
}

const SMALL_LOG_FACTORIALS = logFactorialsBelow(16);

/** Computes ln k! to 12 digits from a table, or by Stirling's series for large k. */
function logFactorial(k: number): number {
  if (k < SMALL_LOG_FACTORIALS.length) return SMALL_LOG_FACTORIALS[k]!;
  const inverse = 1 / k;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square / 1260));
  return (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + series;
}

function logFactorialsBelow(length: number): Float64Array {
  const values = new Float64Array(length);
  for (let k = 1; k < length; k++) values[k] = values[k - 1]! + Math.log(k);
  return values;
}
