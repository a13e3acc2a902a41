import { Dataset } from "../../../src/data/dataset.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { splitRegimes } from "../../../src/validation/mod.ts";

/** Labelled simulated samples: 8 cell types × 40 genes of 20 bins. */
export function plantedData(): Dataset {
  const size = { cellTypes: 8, genes: 40, newCellTypes: 1, newGenes: 0, bins: 20 };
  return new Dataset(simulateColumns({ ...size, expressionTransform: "log2p1" }).train);
}

/** Those samples, split by regime: 2 cell types and 10 genes are new. */
export function plantedSplit(): { train: Dataset; test: Dataset } {
  return splitRegimes(plantedData(), { newCellTypes: 2, newGenes: 10 });
}

/** The same samples with other labels; `relabel` gets a position and the label there. */
export function withLabels(
  data: Dataset,
  relabel: (position: number, label: number) => number,
): Dataset {
  const labels = data.columns.labels!.slice();
  data.rows.forEach((row, position) => labels[row] = relabel(position, labels[row]!));
  return new Dataset({ ...data.columns, labels }, data.rows);
}
