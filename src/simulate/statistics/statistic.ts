/** A statistic of a data set, such as the mean count of a mark. */
export interface Statistic {
  /** What it is of: `labels`, a mark, `pairs of marks` or `all marks`. */
  readonly of: string;
  /** What it says. */
  readonly name: string;
  /** Its value, or its value in each cell type or pair of cell types. */
  readonly values: readonly number[];
}

/** A statistic in two data sets. */
export interface ComparedStatistic extends Omit<Statistic, "values"> {
  /** Its values in the first data set. */
  readonly first: readonly number[];
  /** Its values in the second data set. */
  readonly second: readonly number[];
}

/**
 * Puts the statistics of two data sets side by side; those that only one of them has are left out.
 *
 * @param first Statistics of a data set.
 * @param second Statistics of another one.
 * @returns Those that both have, in the order of the first.
 *
 * @example
 * ```ts
 * import { compareStatistics } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const compared = compareStatistics(
 *   [{ of: "labels", name: "variance", values: [4.4] }, { of: "labels", name: "mean", values: [2] }],
 *   [{ of: "labels", name: "variance", values: [4.5] }],
 * );
 * deepStrictEqual(compared, [{ of: "labels", name: "variance", first: [4.4], second: [4.5] }]);
 * ```
 */
export function compareStatistics(
  first: readonly Statistic[],
  second: readonly Statistic[],
): ComparedStatistic[] {
  return first.flatMap(({ of, name, values }) => {
    const other = second.find((statistic) => statistic.of === of && statistic.name === name);
    return other === undefined ? [] : [{ of, name, first: values, second: other.values }];
  });
}
