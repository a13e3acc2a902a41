import { checkSameLength } from "./_pairs.ts";
import { sumSquaredDifferences } from "./_residuals.ts";

/**
 * Computes the mean of (truth − predicted)², which is the competition's score.
 *
 * @param truth Measured values, `[sample]`.
 * @param predicted Predicted values, `[sample]`.
 * @returns The mean; NaN if there are no values or any is NaN; infinite if the result is too large for a float64.
 * @throws {TypeError} If the lengths differ, or a value is no number.
 *
 * @example
 * ```ts
 * import { meanSquaredError } from "@waka/histone/metrics";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(meanSquaredError([1, 2, 3], [1, 2, 6]), 3);
 * ```
 */
export function meanSquaredError(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  checkSameLength("mean squared error", truth, predicted);
  const { sum, unit } = sumSquaredDifferences(truth, predicted);
  return sum / truth.length * unit * unit;
}
