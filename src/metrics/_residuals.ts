import { fillArray } from "../base/arrays.ts";
import { powerOfTwoFor } from "./_scale.ts";

/** A sum of squares in units of `unit`², which is a power of two. */
export interface ScaledSquares {
  readonly sum: number;
  readonly unit: number;
}

/** Computes the sum of (a − b)², however large or small the differences are. */
export function sumSquaredDifferences(a: ArrayLike<number>, b: ArrayLike<number>): ScaledSquares {
  const { differences, halved } = differencesOf(a, b);
  const unit = powerOfTwoFor(differences);
  let sum = 0;
  for (let i = 0; i < differences.length; i++) {
    const difference = differences[i]! / unit;
    sum += difference * difference;
  }
  return halved ? { sum: 4 * sum, unit } : { sum, unit };
}

/** Computes the differences a − b, or half of each if one is too large for a float64. */
function differencesOf(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { differences: Float64Array; halved: boolean } {
  const differences = fillArray(new Float64Array(a.length), (i) => a[i]! - b[i]!);
  if (differences.every(Number.isFinite)) return { differences, halved: false };
  return { differences: fillArray(differences, (i) => a[i]! / 2 - b[i]! / 2), halved: true };
}
