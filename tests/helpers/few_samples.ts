/** Few samples, for models that are trained often. */

import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";

/** 500 samples: 250 genes in 2 cell types, of 20 bins and the 5 marks, with logarithms of counts. */
export const FEW = new Dataset(
  simulateColumns({
    cellTypes: 2,
    genes: 250,
    bins: 20,
    newCellTypes: 1,
    newGenes: 1,
    expressionTransform: "log2p1",
    features: "log1p",
  }).train,
);
