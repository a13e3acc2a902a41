/**
 * Draws from the distributions of counts. All draws are exact up to the 32 bits of a uniform number.
 *
 * @module
 */

import type { RandomStream } from "../random.ts";

/** Up to this mean, stepping through the probabilities one by one is faster than rejection. */
export const SEARCH_LIMIT = 12;

/**
 * The search ends at a count that is less likely than this. Rounding could leave the sum of all probabilities below the
 * greatest uniform number, and the search would never end.
 */
const LEAST_PROBABILITY = 1e-13;

/** Growth of a negative binomial's probabilities that is computed once for each size, `[count]`. */
const GROWTHS = 64;

/** The least size for which the table of P(0) is exact enough. */
const LEAST_TABLE_SIZE = 10;

/** Means at which the probability of the count 0 is tabulated, for each unit of the mean. */
const TABLE_STEPS = 64;

/** Draws counts from negative binomial distributions of one size. */
export class NegativeBinomial {
  readonly #size: number;
  /** (k + size) / (k + 1), `[k]`: a division is the slowest step of the search. */
  readonly #growths: Float64Array;
  /** P(0) of means from 0 to the limit, and what it would change by in a step if it were a line. */
  readonly #none: Float64Array;
  readonly #slopes: Float64Array;

  /**
   * Makes a source of counts.
   *
   * @param size Inverse dispersion, above 0; the larger it is, the closer the distributions are to Poisson's.
   */
  constructor(size: number) {
    this.#size = size;
    this.#growths = Float64Array.from({ length: GROWTHS }, (_, k) => (k + size) / (k + 1));
    const places = { length: SEARCH_LIMIT * TABLE_STEPS + 2 };
    this.#none = Float64Array.from(
      places,
      (_, i) => Math.exp(-size * Math.log1p(i / TABLE_STEPS / size)),
    );
    this.#slopes = this.#none.map((none, i) => -none / (1 + i / TABLE_STEPS / size) / TABLE_STEPS);
  }

  /**
   * Draws a count with mean μ and variance μ + μ²/size: a Poisson count whose rate is itself gamma distributed with that
   * mean. Small means invert the distribution function by sequential search, with P(k+1) = P(k) · (k + size)/(k + 1) ·
   * μ/(μ + size); large ones draw the gamma and then the Poisson number.
   *
   * @param stream The source of randomness.
   * @param mean μ ≥ 0.
   */
  draw(stream: RandomStream, mean: number): number {
    const size = this.#size;
    if (mean > SEARCH_LIMIT) return drawPoisson(stream, this.drawRate(stream, mean));
    let probability = this.#noneOf(mean);
    let left = stream.uniform() - probability;
    if (left <= 0) return 0;
    const ratio = mean / (mean + size);
    let count = 0;
    while (left > 0 && probability > LEAST_PROBABILITY) {
      probability *= ratio *
        (count < GROWTHS ? this.#growths[count]! : (count + size) / (count + 1));
      count++;
      left -= probability;
    }
    return count;
  }

  /**
   * P(0) = (1 + μ/size)^−size, by cubics between places of a table that have its value and slope there: exact to a step
   * of the uniform number, and faster than an exponential of a logarithm.
   */
  #noneOf(mean: number): number {
    const size = this.#size;
    if (size < LEAST_TABLE_SIZE) return Math.exp(-size * Math.log1p(mean / size));
    const place = mean * TABLE_STEPS;
    const i = Math.floor(place);
    const t = place - i;
    const rest = 1 - t;
    return (1 + 2 * t) * rest * rest * this.#none[i]! + t * rest * rest * this.#slopes[i]! +
      t * t * (3 - 2 * t) * this.#none[i + 1]! - t * t * rest * this.#slopes[i + 1]!;
  }

  /** Draws the gamma distributed rate of a Poisson count. */
  drawRate(stream: RandomStream, mean: number): number {
    return drawGamma(stream, this.#size) * (mean / this.#size);
  }
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
