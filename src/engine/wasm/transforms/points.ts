/**
 * The points of Toom–Cook convolutions F(m, r): m outputs of a convolution of r taps from m + r − 1 products (Winograd
 * 1980; Lavin and Gray 2016). Inputs and taps are the coefficients of polynomials; the polynomials are evaluated at
 * m + r − 1 points, multiplied there, and the outputs are found from the products.
 *
 * All points are binary fractions, so that the coefficients made of them are exact in float64.
 *
 * @module
 */

/** The points besides ∞ and 0: every set of two or more has the one, and the other unless `zero` says no. */
export interface Points {
  /** Each a stands for a and −a, which share half of their work. */
  readonly pairs: readonly number[];
  /** Points without a partner. */
  readonly singles: readonly number[];
  /** @default true */
  readonly zero?: boolean;
}

/** A convolution of `taps` taps that yields `outputs` neighbouring outputs. */
export interface Transform {
  readonly outputs: number;
  readonly taps: number;
  /** Products that take the place of `outputs` · `taps` ones, and inputs that they read: `outputs` + `taps` − 1. */
  readonly frequencies: number;
  readonly points: Points;
}

/**
 * The best of all sets of these fractions, by number of points: 0, ∞ and those here. The root of the mean squared
 * error in float32, relative to that of the outputs, is 2.5e-7 for 5 and 3e-7 for 6, 4e-7 to 5e-7 for 7, 5.3e-7 for 8
 * and 1e-6 for 9, 1.2e-6 for 10, 1.8e-6 for 11 (sums over 32 channels of five taps; the plain sum has 3e-7). Sets with ±1
 * in place of other pairs were preferred where they are as good, since they save multiplications.
 *
 * The way to find a set: with the matrices A, B and G of `matrices.ts` the mean squared error grows as Σ |Aq|² · |Bq|² · |Gq|²
 * over the frequencies q, for the outputs and for both derivatives alike. Its root is 10.1 for 10 points and 15.1 for 11, 15.0
 * with the best real numbers; with 0 and four pairs and a single point it is 17.4 at least.
 */
const POINTS: readonly Points[] = [
  { pairs: [], singles: [] },
  { pairs: [], singles: [] },
  { pairs: [], singles: [] },
  { pairs: [], singles: [1] },
  { pairs: [1], singles: [] },
  { pairs: [1], singles: [0.5] },
  { pairs: [0.5, 1.5], singles: [] },
  { pairs: [1, 0.5], singles: [-3] },
  { pairs: [1, 0.5, 2], singles: [] },
  { pairs: [1, 0.5, 1.5], singles: [-3] },
  { pairs: [0.375, 0.75, 1.25, 2.5], singles: [] },
  { pairs: [0.1875, 0.5625, 0.9375, 1.375, 2.625], singles: [], zero: false },
];

/** The most points of a set that is accurate enough for predictions, where the errors of layers add up. */
export const MAX_FREQUENCIES = 10;
/** The most points of any set; see {@linkcode createTransform}. */
export const MAX_TRAINING_FREQUENCIES = POINTS.length - 1;
/** The most taps of a transform: wider kernels are cut into pieces, since they would need too many points. */
export const MAX_TAPS = 5;

/** The errors above in units of 1e-7, by number of points; predictions, which are planned by them, take ten at most. */
const ERRORS: readonly number[] = [0, 1, 1.5, 2, 2, 2.5, 3, 4.5, 5.3, 10.5, 11.7];

/** The mean squared error of a transform's outputs, relative to theirs, in units of 1e-14; without one it is 1. */
export function squaredError({ frequencies }: Transform): number {
  return ERRORS[frequencies]! ** 2;
}

/**
 * Makes the transform F(`outputs`, `taps`).
 *
 * @throws {RangeError} If it would take more points than are accurate.
 */
export function createTransform(outputs: number, taps: number): Transform {
  const frequencies = outputs + taps - 1;
  const points = POINTS[frequencies];
  if (outputs < 1 || taps < 1 || points === undefined) {
    throw new RangeError(
      `Cannot make transform F(${outputs}, ${taps}): it has ${frequencies} points, expected 1 to ${MAX_TRAINING_FREQUENCIES}`,
    );
  }
  return { outputs, taps, frequencies, points };
}

/** The first frequency of a pair; before it there is 0, if that is a point. */
export function firstPair({ frequencies, points: { zero = true } }: Transform): number {
  return zero && frequencies > 1 ? 1 : 0;
}

/** The points but ∞, in the order of the frequencies; ∞ is the last frequency. */
export function finitePoints({ frequencies, points }: Transform): number[] {
  if (frequencies === 1) return [];
  const { zero = true, pairs, singles } = points;
  return [...zero ? [0] : [], ...pairs.flatMap((point) => [point, -point]), ...singles];
}
