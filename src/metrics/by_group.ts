import { askedNow } from "../base/asked_now.ts";
import { checkObject } from "../base/check_object.ts";
import { showValue } from "../base/show_value.ts";
import { checkSameLength } from "./_pairs.ts";

/** A metric of measured against predicted values, such as {@linkcode pearson}. */
export type Metric = (truth: ArrayLike<number>, predicted: ArrayLike<number>) => number;

/** Samples, each of which belongs to a group, such as a cell type or a gene. */
export interface GroupedPairs {
  /** Measured values, `[sample]`. */
  readonly truth: ArrayLike<number>;
  /** Predicted values, `[sample]`. */
  readonly predicted: ArrayLike<number>;
  /** The group of each sample, from 0 to `groupCount` − 1, `[sample]`. */
  readonly groupIndex: ArrayLike<number>;
  /** Number of groups. */
  readonly groupCount: number;
}

/**
 * Computes a metric within each group of samples.
 *
 * @param metric The metric; it must not keep the arrays that it is given.
 * @param pairs The samples and their groups; the order within a group is kept.
 * @returns One number for each group, `[group]`; for a group without samples, what the metric returns for empty
 * columns.
 * @throws {TypeError} If the columns differ in length, a value is no number, or there are no columns or no metric.
 * @throws {RangeError} If a group is not an integer from 0 to `groupCount` − 1.
 *
 * @example
 * ```ts
 * import { byGroup, meanDefined, pearson } from "@waka/histone/metrics";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const groups = byGroup(pearson, {
 *   truth: [1, 2, 3, 1, 2, 3],
 *   predicted: [1, 2, 3, 3, 2, 1],
 *   groupIndex: [0, 0, 0, 1, 1, 1],
 *   groupCount: 2,
 * });
 * deepStrictEqual([...groups], [1, -1]);
 * strictEqual(meanDefined(groups), 0);
 * ```
 */
export function byGroup(metric: Metric, pairs: GroupedPairs): Float64Array<ArrayBuffer> {
  if (typeof metric !== "function") {
    throw new TypeError(
      `Cannot compute metric by group: found ${
        showValue(metric)
      } as the metric, expected a function`,
    );
  }
  const what = { action: "compute metric by group", name: "the metric" };
  return Float64Array.from(
    splitByGroup(pairs),
    ({ truth, predicted }) => askedNow(metric(truth, predicted), what),
  );
}

/** The samples of one group. */
export interface Pairs {
  /** Measured values, `[sample]`. */
  readonly truth: Float64Array<ArrayBuffer>;
  /** Predicted values, `[sample]`. */
  readonly predicted: Float64Array<ArrayBuffer>;
}

/**
 * Splits samples by group, in one pass over them; the order within a group is kept.
 *
 * @param pairs The samples and their groups.
 * @returns The samples of each group, `[group]`; empty columns for a group without samples.
 * @throws {TypeError} If the columns differ in length, or a value is no number.
 * @throws {RangeError} If a group is not an integer from 0 to `groupCount` − 1.
 *
 * @example
 * ```ts
 * import { splitByGroup } from "@waka/histone/metrics";
 * import { deepStrictEqual } from "node:assert";
 *
 * const [first] = splitByGroup({
 *   truth: [1, 2, 3],
 *   predicted: [4, 5, 6],
 *   groupIndex: [0, 1, 0],
 *   groupCount: 2,
 * });
 * deepStrictEqual(first, { truth: Float64Array.of(1, 3), predicted: Float64Array.of(4, 6) });
 * ```
 */
export function splitByGroup(pairs: GroupedPairs): Pairs[] {
  checkObject(pairs, {
    action: "compute metric by group",
    as: "the samples",
    expected: "an object with truth, predicted, groupIndex and groupCount",
  });
  const { truth, predicted, groupIndex, groupCount } = pairs;
  checkSameLength("metric by group", truth, predicted);
  checkSameLength("metric by group", truth, groupIndex);
  const starts = groupStarts(groupIndex, groupCount);
  const next = starts.slice();
  const sortedTruth = new Float64Array(truth.length);
  const sortedPredicted = new Float64Array(truth.length);
  for (let i = 0; i < truth.length; i++) {
    // groupStarts has checked the groups.
    const group = groupIndex[i]!;
    const place = next[group]!++;
    sortedTruth[place] = truth[i]!;
    sortedPredicted[place] = predicted[i]!;
  }
  return Array.from({ length: groupCount }, (_, group) => ({
    truth: sortedTruth.subarray(starts[group], starts[group + 1]),
    predicted: sortedPredicted.subarray(starts[group], starts[group + 1]),
  }));
}

/** Where each group starts once the samples are ordered by group, and where the last one ends. */
function groupStarts(groupIndex: ArrayLike<number>, groupCount: number): Uint32Array {
  const starts = new Uint32Array(groupCount + 1);
  for (let i = 0; i < groupIndex.length; i++) {
    const group = groupIndex[i]!;
    if (!Number.isInteger(group) || group < 0 || group >= groupCount) {
      throw new RangeError(
        `Cannot compute metric by group: group of sample ${i} is ${group}, ` +
          `expected an integer from 0 to ${groupCount - 1}`,
      );
    }
    starts[group + 1]!++;
  }
  for (let group = 0; group < groupCount; group++) starts[group + 1]! += starts[group]!;
  return starts;
}

/**
 * Computes the mean of the values that are not NaN, to summarise a metric by group if some groups have no answer.
 *
 * @param values Metric of each group, `[group]`.
 * @returns The mean; NaN if every value is NaN.
 *
 * @example
 * ```ts
 * import { meanDefined } from "@waka/histone/metrics";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(meanDefined([0.5, NaN, 0.25]), 0.375);
 * strictEqual(meanDefined([NaN]), NaN);
 * ```
 */
export function meanDefined(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}
