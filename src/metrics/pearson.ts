import { centredSums } from "./_moments.ts";
import { checkSameLength } from "./_pairs.ts";

/**
 * Computes Pearson's correlation of two columns. Values may have any size that float64 holds.
 *
 * @param a First column, `[sample]`.
 * @param b Second column, `[sample]`.
 * @returns From −1 to 1; NaN if either column is constant or empty, or holds a value that is NaN or infinite.
 * @throws {TypeError} If the lengths differ, or a value is no number.
 *
 * @example
 * ```ts
 * import { pearson } from "@waka/histone/metrics";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(pearson([1, 2, 3], [10, 20, 30]), 1);
 * strictEqual(pearson([1, 2, 3], [5, 5, 5]), NaN);
 * ```
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength("Pearson correlation", a, b);
  const { aa, bb, ab } = centredSums(a, b);
  if (aa === 0 || bb === 0) return NaN;
  // ab / √(aa · bb), written so that no product overflows and a column correlates with itself to exactly 1.
  const r = (ab / aa) * Math.sqrt(aa / bb);
  return Math.min(1, Math.max(-1, r));
}
