import { checkSameLength, hasNaN } from "./_pairs.ts";
import { averageRanks } from "./_ranks.ts";

/**
 * Area under the receiver operating characteristic: how often a positive sample scores above a negative
 * one, ties counting half. Computed from ranks (Mann and Whitney 1947), O(n log n).
 *
 * @param labels 0 or 1 for each sample, `[sample]`.
 * @param scores A number for each sample, higher for the positive class, `[sample]`.
 * @returns NaN if one of the two classes is missing or any value is NaN.
 * @throws {TypeError} If the lengths differ.
 * @throws {RangeError} If a label is neither 0 nor 1.
 *
 * @example
 * ```ts
 * import { auroc } from "@waka/histone/metrics";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75);
 * ```
 */
export function auroc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  checkSameLength("AUROC", labels, scores);
  if (hasNaN(labels) || hasNaN(scores)) return NaN;
  const ranks = averageRanks(scores);
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new RangeError(
        `Cannot compute AUROC: label of sample ${i} is ${labels[i]}, expected 0 or 1`,
      );
    }
    positives += labels[i];
    rankSum += labels[i] * ranks[i];
  }
  const negatives = labels.length - positives;
  return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
}
