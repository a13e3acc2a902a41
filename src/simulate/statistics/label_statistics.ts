import { pearson } from "../../metrics/pearson.ts";
import { quantile } from "../../metrics/quantile.ts";
import { mapPairs, meanOf, varianceOf } from "./_grid.ts";
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
  const { genes, cellTypes, rest } = divideVariance(columns);
  return [
    ...single,
    one("share of variance: genes", genes),
    one("share of variance: cell types", cellTypes),
    one("share of variance: rest", rest),
    { of: "labels", name: "r of two cell types", values: mapPairs(columns, pearson) },
  ];
}

/** Shares of a variance. */
interface VarianceShares {
  readonly genes: number;
  readonly cellTypes: number;
  readonly rest: number;
}

/** Estimates components of variance by the mean squares of a two-way table; one that comes out negative is 0. */
function divideVariance(columns: readonly ArrayLike<number>[]): VarianceShares {
  const genes = columns[0]!.length;
  const cellTypes = columns.length;
  const cellMeans = columns.map(meanOf);
  const mean = meanOf(cellMeans);
  const geneMeans = Float64Array.from(
    { length: genes },
    (_, gene) => meanOf(columns.map((column) => column[gene]!)),
  );
  let squares = 0;
  columns.forEach((column, cellType) => {
    for (let gene = 0; gene < genes; gene++) {
      squares += (column[gene]! - geneMeans[gene]! - cellMeans[cellType]! + mean) ** 2;
    }
  });
  const rest = squares / ((genes - 1) * (cellTypes - 1));
  const ofGenes = cellTypes * varianceOf(geneMeans) * genes / (genes - 1);
  const ofCellTypes = genes * varianceOf(cellMeans) * cellTypes / (cellTypes - 1);
  const between = Math.max(0, (ofGenes - rest) / cellTypes);
  const amongCellTypes = Math.max(0, (ofCellTypes - rest) / genes);
  const total = between + amongCellTypes + rest;
  return { genes: between / total, cellTypes: amongCellTypes / total, rest: rest / total };
}
