/** How well attributions add up to the difference that they explain, in words. */

/** A larger median error asks for more points on the way from the baseline. */
const LARGE_ERROR = 0.01;

/** Formats a limit such as 0.00123 as `0.12%`; a smaller one than 0.0001% is of no interest. */
function formatShare(share: number): string {
  if (share === 0) return "0%";
  return share < 1e-6 ? "0.0001%" : `${Number((100 * share).toPrecision(2))}%`;
}

/**
 * Describes errors of completeness.
 *
 * @param errors `[sample]`: how far the sum of attributions is from the difference between prediction and baseline's, as a
 * share of it; 0 or more.
 * @param models Number of models whose mean is explained.
 * @returns A sentence; `undefined` without errors.
 */
export function describeCompleteness(
  errors: readonly number[],
  models: number,
): string | undefined {
  if (errors.length === 0) return undefined;
  const sorted = Float64Array.from(errors).sort();
  const at = (share: number) => formatShare(sorted[Math.ceil(share * sorted.length) - 1]!);
  const what = models === 1 ? "prediction" : "mean prediction";
  const few = sorted.length < 20 ? "" : `, ${at(0.95)} for 95% of the samples`;
  const advice = sorted[Math.ceil(sorted.length / 2) - 1]! > LARGE_ERROR
    ? " More --steps make the error smaller."
    : "";
  return `Completeness: a sample's attributions add up to its ${what} less its baseline's, within ${
    at(0.5)
  } of that difference in the median${few}, ${at(1)} at most.${advice}`;
}
