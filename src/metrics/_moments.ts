import { powerOfTwoFor } from "./_scale.ts";

/** Sums over centred pairs of values, each column divided by its own unit: Σ(a − ā)², Σ(b − b̄)² and Σ(a − ā)(b − b̄). */
export interface CentredSums {
  readonly aa: number;
  readonly bb: number;
  readonly ab: number;
  /** The units that the columns were divided by, powers of two. */
  readonly unitA: number;
  readonly unitB: number;
}

/**
 * Computes the centred sums in two passes, with the correction of Chan, Golub and LeVeque (1983, "Algorithms
 * for computing the sample variance", The American Statistician 37:242) for the rounding of the means.
 *
 * Values are first divided by a unit that brings them near 1, since float64 does not hold the squares of values beyond
 * 1e±154, and then shifted by the first value of their column. So a constant column gives exactly 0, whatever its value,
 * and columns with a large mean lose no digits.
 */
export function centredSums(a: ArrayLike<number>, b: ArrayLike<number>): CentredSums {
  const n = a.length;
  const [unitA, unitB] = [powerOfTwoFor(a), powerOfTwoFor(b)];
  const shiftA = n > 0 ? a[0]! / unitA : 0;
  const shiftB = n > 0 ? b[0]! / unitB : 0;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / unitA - shiftA;
    meanB += b[i]! / unitB - shiftB;
  }
  meanA /= n;
  meanB /= n;

  let restA = 0;
  let restB = 0;
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < n; i++) {
    const da = a[i]! / unitA - shiftA - meanA;
    const db = b[i]! / unitB - shiftB - meanB;
    restA += da;
    restB += db;
    aa += da * da;
    bb += db * db;
    ab += da * db;
  }
  return {
    aa: Math.max(0, aa - restA * (restA / n)),
    bb: Math.max(0, bb - restB * (restB / n)),
    ab: ab - restA * (restB / n),
    unitA,
    unitB,
  };
}
