import { centredSums } from "./_moments.ts";
import { checkSameLength } from "./_pairs.ts";
import { sumSquaredDifferences } from "./_residuals.ts";

/**
 * Computes the coefficient of determination, 1 − Σ(truth − predicted)² / Σ(truth − mean of truth)². 1 is perfect, 0 is
 * no better than predicting the mean, and there is no lower bound. Values may have any size that float64 holds.
 *
 * @param truth Measured values, `[sample]`.
 * @param predicted Predicted values, `[sample]`.
 * @returns At most 1; NaN if `truth` is constant or empty or has an infinite value, or if any value is NaN; −∞ if the
 * result is too low for a float64.
 * @throws {TypeError} If the lengths differ, or a value is no number.
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
  // Without this it could be 0 · ∞ if the units are far apart.
  if (residual.sum === 0) return 1;
  const units = residual.unit / total.unitA;
  return 1 - residual.sum / total.aa * units * units;
}
