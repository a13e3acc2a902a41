import { centredSums } from "./_moments.ts";
import { checkSameLength } from "./_pairs.ts";

/**
 * Coefficient of determination, 1 − Σ(truth − predicted)² / Σ(truth − mean of truth)². 1 is perfect, 0 is no
 * better than the mean, and there is no lower bound.
 *
 * @param truth Measured values, `[sample]`.
 * @param predicted Predicted values, `[sample]`.
 * @returns NaN if `truth` is constant or empty, or if any value is NaN.
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
  let residual = 0;
  for (let i = 0; i < truth.length; i++) {
    const difference = truth[i] - predicted[i];
    residual += difference * difference;
  }
  const total = centredSums(truth, truth).aa;
  return total === 0 ? NaN : 1 - residual / total;
}
