import { placeGenes } from "../axis.ts";
import { type ExpressionTable, geneMeans, makeExpressionTable } from "../expression_table.ts";
import { SignalNeighbours } from "../signal_neighbours.ts";
import type { Baseline } from "./baseline.ts";

/**
 * Makes the baseline that predicts a gene's expression in the most similar training cell type that has the gene, other
 * than the sample's own or a replicate of it: the nearest-neighbour form of the average baseline of Schreiber et al. (2020, Genome Biology
 * 21:282).
 *
 * Similarity is judged by the signal; labels are not used. The profile of a cell type is ln(1 + counts summed over the
 * window) of each mark and training gene, minus its mean over the training cell types. Similarity is Pearson's
 * correlation of two profiles over the genes both have, at least 10, averaged over the marks. A new cell type's
 * profile comes from the samples to predict, so give all of them together.
 *
 * It falls back on the mean of all training labels for a gene that was not trained on, and on the gene's mean if no
 * cell type can be compared.
 *
 * @returns The baseline, to be fitted.
 *
 * @example It predicts labels of the training data
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { makeNearestCellType } from "@waka/histone/validation";
 * import { ok } from "node:assert";
 *
 * const size = { cellTypes: 3, genes: 20, newCellTypes: 1, newGenes: 0, bins: 10 };
 * const { train, eval: test } = simulateColumns(size);
 * const { values } = makeNearestCellType().fit(new Dataset(train)).predict(new Dataset(test));
 * ok(values.every((value) => train.labels!.includes(value)));
 * ```
 */
export function makeNearestCellType(): Baseline {
  return {
    name: "nearest cell type",
    fit(train) {
      const table = makeExpressionTable(train);
      const means = geneMeans(table);
      const neighbours = new SignalNeighbours(train, table);
      return {
        description: `nearest of ${table.cellTypes.names.length} training cell types by signal`,
        predict(test) {
          const geneOfRow = placeGenes(table.genes, test);
          const ranked = neighbours.rank(test);
          const values = new Float64Array(test.length);
          const fellBack = new Uint8Array(test.length);
          for (let row = 0; row < values.length; row++) {
            const gene = geneOfRow[row]!;
            const nearest = gene < 0 ? NaN : firstMeasured(table, ranked[row]!, gene);
            fellBack[row] = Number.isNaN(nearest) ? 1 : 0;
            if (fellBack[row] === 0) values[row] = nearest;
            else values[row] = gene < 0 ? table.overallMean : means[gene]!;
          }
          return { values, fellBack };
        },
      };
    },
  };
}

/** Finds the expression of a gene in the first of some cell types that has it; NaN if no cell type has it. */
function firstMeasured(table: ExpressionTable, cellTypes: Uint32Array, gene: number): number {
  const geneCount = table.genes.names.length;
  for (const cellType of cellTypes) {
    const value = table.values[cellType * geneCount + gene]!;
    if (!Number.isNaN(value)) return value;
  }
  return NaN;
}
