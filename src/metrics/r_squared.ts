import { centredSums } from "./_moments.ts";
import { checkSameLength } from "./_pairs.ts";
import { sumSquaredDifferences } from "./_residuals.ts";

/**
 * Coefficient of determination, 1 − Σ(truth − predicted)² / Σ(truth − mean of truth)². 1 is perfect, 0 is no
 * better than the mean, and there is no lower bound. Values may be as large or as small as float64 has them.
 *
 * @param truth Measured values, `[sample]`.
 * @param predicted Predicted values, `[sample]`.
 * @returns NaN if `truth` is constant, empty or infinite somewhere, or if any value is NaN; −∞ if float64 holds no number
 *   as low.
 * @throws {TypeError} If the lengths differ.
 *
 * @example
 * ```ts
 * import { rSquared } from "@waka/histone/metrics";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(rSquared([1, 2, 3], [1, 2, 3]), 1);
 * strictEqual(rSquared([1, 2, 3], [2, 2, 2]), 0);
 * ```
 */
export function rSquared(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkSameLength("R²", truth, predicted);
  const residual = sumSquaredDifferences(truth, predicted);
  const total = centredSums(truth, truth);
  if (total.aa === 0 || Number.isNaN(total.aa)) return NaN;
  // Else 0 · ∞, where the units are far apart.
  if (residual.sum === 0) return 1;
  const units = residual.unit / total.unitA;
  return 1 - residual.sum / total.aa * units * units;
}
