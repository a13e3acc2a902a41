import { meanOf } from "../../base/mean.ts";
import { pearson } from "../../metrics/pearson.ts";
import { quantile } from "../../metrics/quantile.ts";
import {
  analyseVariance,
  shareComponents,
  type VarianceComponents,
} from "../../validation/variance_shares.ts";
import { mapPairs, varianceOf } from "./_grid.ts";
import type { Statistic } from "./statistic.ts";

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/**
 * Measures how labels are distributed, and how their variance is divided between genes and cell types: components of
 * variance of the two-way layout without interaction, so that the rest is what is particular to a gene in a cell type.
 *
 * @param columns Labels by cell type, `[cellType][gene]`, the same genes in each and none missing.
 * @returns Mean, variance, share of zeros and quantiles; with two cell types or more the shares of the variance and the
 * correlations of cell types.
 * @throws {TypeError} If the columns differ in length.
 *
 * @example Genes that keep their labels in all cell types
 * ```ts
 * import { measureLabels } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const statistics = measureLabels([[0, 1, 5], [0, 1, 5]]);
 * const share = statistics.find(({ name }) => name === "share of variance: genes");
 * strictEqual(share?.values[0], 1);
 * ```
 */
export function measureLabels(columns: readonly ArrayLike<number>[]): Statistic[] {
  const all = Float64Array.from(columns.flatMap((column) => Array.from(column)));
  const sorted = all.toSorted();
  const one = (name: string, value: number): Statistic => ({ of: "labels", name, values: [value] });
  const single = [
    one("mean", meanOf(all)),
    one("variance", varianceOf(all)),
    one("share that is 0", all.filter((label) => label === 0).length / all.length),
    ...QUANTILES.map((share) => one(`quantile ${share * 100}%`, quantile(sorted, share))),
  ];
  if (columns.length < 2) return single;
  const { genes, cellTypes, rest } = divideVariance(all, columns[0]!.length);
  return [
    ...single,
    one("share of variance: genes", genes),
    one("share of variance: cell types", cellTypes),
    one("share of variance: rest", rest),
    { of: "labels", name: "r of two cell types", values: mapPairs(columns, pearson) },
  ];
}

/** Shares of the variance of a whole table, `[cellType, gene]`; NaN where they cannot be told apart. */
function divideVariance(labels: Float64Array, genes: number): VarianceComponents {
  const mean = meanOf(labels);
  const { components } = analyseVariance({
    values: labels.map((label) => label - mean),
    geneOf: Uint32Array.from(labels, (_, place) => place % genes),
    cellTypeOf: Uint32Array.from(labels, (_, place) => Math.floor(place / genes)),
  });
  const shares = components && shareComponents(components);
  return shares ?? { genes: NaN, cellTypes: NaN, rest: NaN };
}
