import type { Dataset } from "../../data/dataset.ts";
import { kFold } from "../../data/kfold.ts";
import { pearson } from "../../metrics/pearson.ts";
import { makeRidge } from "../../validation/baselines/ridge.ts";
import { arrangeGrid, type Grid, mapPairs, pearsonOfChanges } from "./_grid.ts";
import { measureLabels } from "./label_statistics.ts";
import { labelsOf, measureMarks } from "./mark_statistics.ts";
import type { Statistic } from "./statistic.ts";

const FOLDS = 5;

/**
 * Measures what distinguishes one data set from another: how its labels are distributed and divided between genes and
 * cell types; if the signal is counts, the level, spread and shape of each mark, how marks go with each other and with the
 * label, between genes and between cell types; and what ridge regression makes of them for new genes.
 *
 * Only genes that all cell types have are measured.
 *
 * @param data The samples, with labels, counts or both.
 * @returns The statistics.
 * @throws {ContractError} If fewer than 2 genes are in all cell types.
 *
 * @example
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { measureStatistics, simulateColumns } from "@waka/histone/simulate";
 * import { ok } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 50, expressionTransform: "log2p1" });
 * const statistics = measureStatistics(new Dataset(train));
 * const variance = statistics.find(({ of, name }) => of === "labels" && name === "variance");
 * ok(variance!.values[0]! > 2 && variance!.values[0]! < 7);
 * ```
 */
export function measureStatistics(data: Dataset): Statistic[] {
  const grid = arrangeGrid(data);
  const labels = data.hasLabels ? labelsOf(data, grid) : undefined;
  const counted = holdsCounts(data);
  return [
    ...labels === undefined ? [] : measureLabels(labels),
    ...counted ? measureMarks(data, grid) : [],
    ...labels !== undefined && counted && grid.genes >= FOLDS
      ? measureRidge(data, grid, labels)
      : [],
  ];
}

/**
 * Says whether the signal of a data set is counts of reads, or can be turned into them: whether all values are integers.
 * Other signal, such as the enrichment of peaks, has no statistics of counts.
 *
 * @param data The samples.
 * @returns Whether `measureStatistics` measures the marks.
 *
 * @example
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { holdsCounts, simulateColumns } from "@waka/histone/simulate";
 * import { ok } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 1, genes: 2, bins: 4, features: "log1p" });
 * ok(holdsCounts(new Dataset(train)));
 * ok(!holdsCounts(new Dataset({ ...train, signal: new Float32Array(40).fill(0.5), signalValues: undefined })));
 * ```
 */
export function holdsCounts(data: Dataset): boolean {
  return data.hasCounts &&
    data.rows.every((_, position) => data.countsOf(position).every(Number.isInteger));
}

/** Measures ridge regression on the signal, on genes that it was not fitted to. */
function measureRidge(
  data: Dataset,
  grid: Grid,
  labels: readonly Float64Array[],
): Statistic[] {
  const predicted = new Float64Array(data.columns.geneIndex.length); // [row]
  for (const { training, validation } of kFold(data, { folds: FOLDS, scheme: "by-gene" })) {
    const { values } = makeRidge().fit(training).predict(validation);
    for (const [i, row] of validation.rows.entries()) predicted[row] = values[i]!;
  }
  const cells = grid.positions.map((positions, cellType) => ({
    labels: labels[cellType]!,
    predicted: Float64Array.from(positions, (position) => predicted[data.rows[position]!]!),
  }));
  const changes = mapPairs(
    cells,
    (a, b) => pearsonOfChanges([a.predicted, b.predicted], [a.labels, b.labels]),
  );
  const residuals = cells.map((cell) =>
    cell.labels.map((label, gene) => label - cell.predicted[gene]!)
  );
  const statistics: Statistic[] = [
    {
      of: "all marks",
      name: "ridge regression: r, new genes",
      values: cells.map((cell) => pearson(cell.predicted, cell.labels)),
    },
    { of: "all marks", name: "ridge regression: r of changes", values: changes },
    {
      of: "all marks",
      name: "ridge regression: r of errors",
      values: mapPairs(residuals, pearson),
    },
  ];
  return statistics.filter(({ values }) => values.length > 0);
}
