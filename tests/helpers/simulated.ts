import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";

/** A small simulated data set from which a model can learn a little: 3 cell types × 10 genes of 20 bins. */
export function simulatedData(): { train: Dataset; unseen: Dataset } {
  const size = { cellTypes: 3, genes: 10, newCellTypes: 1, newGenes: 4, bins: 20 };
  const { train, eval: unseen } = simulateColumns({ ...size, expressionTransform: "log2p1" });
  return { train: new Dataset(train), unseen: new Dataset(unseen) };
}
