import { groupBy } from "../../base/group_by.ts";
import type { ComparedStatistic } from "./statistic.ts";

/** Options of {@linkcode formatComparison}. */
export interface ComparisonTableOptions {
  /**
   * The titles of the two columns of values.
   *
   * @default {["real", "simulated"]}
   */
  readonly titles?: readonly [string, string] | undefined;
}

const NAME_WIDTH = 34;
const VALUE_WIDTH = 24;

/**
 * Formats statistics of two data sets as a text table of at most 80 characters a line, a block for each thing that the
 * statistics are of. Where a statistic has several values, such as one for each cell type, the table shows their mean
 * and, in brackets, the least and the greatest.
 *
 * @param compared What `compareStatistics` returned.
 * @param options Titles of the columns.
 * @returns Lines without line ends.
 *
 * @example
 * ```ts
 * import { formatComparison } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const lines = formatComparison([
 *   { of: "H3K4me3", name: "mean count of a bin", first: [5.65, 12.16], second: [9.2] },
 * ]);
 * deepStrictEqual(lines.map((line) => line.split(/ {2,}/)), [
 *   ["H3K4me3", "real", "simulated"],
 *   ["", "mean count of a bin", "8.91 (5.65 to 12.2)", "9.20"],
 * ]);
 * ```
 */
export function formatComparison(
  compared: readonly ComparedStatistic[],
  { titles = ["real", "simulated"] }: ComparisonTableOptions = {},
): string[] {
  const blocks = groupBy(compared, ({ of }) => of);
  return Array.from(blocks, ([of, statistics]) => [
    formatLine(of, titles),
    ...statistics.map(({ name, first, second }) =>
      formatLine(`  ${name}`, [formatValues(first), formatValues(second)])
    ),
  ]).flat();
}

function formatLine(name: string, [first, second]: readonly [string, string]): string {
  return `${name.padEnd(NAME_WIDTH)}${first.padEnd(VALUE_WIDTH)}${second}`;
}

function formatValues(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return formatNumber(mean);
  const range = `${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}`;
  return `${formatNumber(mean)} (${range})`;
}

/** Formats a number with three digits, or with two decimals if it is less than 1. */
function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
