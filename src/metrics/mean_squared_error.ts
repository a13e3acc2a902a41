import { checkSameLength } from "./_pairs.ts";

/**
 * Mean of (truth − predicted)², the competition's score.
 *
 * @param truth Measured values, `[sample]`.
 * @param predicted Predicted values, `[sample]`.
 * @returns NaN if there are no values or any is NaN.
 * @throws {TypeError} If the lengths differ.
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
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    const difference = truth[i] - predicted[i];
    sum += difference * difference;
  }
  return sum / truth.length;
}
