import { checkSameLength, hasNaN } from "./_pairs.ts";
import { averageRanks } from "./_ranks.ts";
import { pearson } from "./pearson.ts";

/**
 * Computes Spearman's rank correlation: Pearson's correlation of the ranks, where equal values share their mean rank.
 *
 * @param a First column, `[sample]`.
 * @param b Second column, `[sample]`.
 * @returns From −1 to 1; NaN if either column is constant or empty, or holds a NaN.
 * @throws {TypeError} If the lengths differ, or a value is no number.
 *
 * @example
 * ```ts
 * import { spearman } from "@waka/histone/metrics";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(spearman([1, 2, 3], [1, 10, 100]), 1);
 * ```
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength("Spearman correlation", a, b);
  if (hasNaN(a) || hasNaN(b)) return NaN;
  return pearson(averageRanks(a), averageRanks(b));
}
