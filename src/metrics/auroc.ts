import { checkSameLength, hasNaN } from "./_pairs.ts";
import { averageRanks } from "./_ranks.ts";

/**
 * Computes the area under the receiver operating characteristic: the share of pairs of a positive and a negative sample
 * in which the positive one has the higher score, where ties count half. It is computed from ranks (Mann and Whitney
 * 1947, The Annals of Mathematical Statistics 18:50), O(n log n).
 *
 * @param labels 0 or 1 for each sample, `[sample]`.
 * @param scores A number for each sample, higher for the positive class, `[sample]`.
 * @returns From 0 to 1; NaN if one of the two classes is missing or any value is NaN.
 * @throws {TypeError} If the lengths differ, or a value is no number.
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
  for (const [i, rank] of ranks.entries()) {
    const label = labels[i]!;
    if (label !== 0 && label !== 1) {
      throw new RangeError(
        `Cannot compute AUROC: label of sample ${i} is ${label}, expected 0 or 1`,
      );
    }
    positives += label;
    rankSum += label * rank;
  }
  const negatives = labels.length - positives;
  return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
}
