import { fillArray } from "../../base/arrays.ts";
import { placeGenes } from "../axis.ts";
import { geneMeans, makeExpressionTable } from "../expression_table.ts";
import type { Baseline } from "./baseline.ts";

/**
 * Makes the baseline that predicts each gene's mean expression over the training cell types: the average activity of
 * Schreiber, Singh, Bilmes and Noble (2020, "A pitfall for machine learning methods aiming to predict across
 * cell types", Genome Biology 21:282), which models can memorise and so seem to do well. It predicts the same for a
 * gene in every cell type. For a gene that was not trained on, it falls back on the mean of all training labels.
 *
 * @returns The baseline, to be fitted.
 *
 * @example The samples for which it falls back
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { makeGeneMean } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const size = { cellTypes: 2, genes: 1, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const { train, eval: test } = simulateColumns(size);
 * const { fellBack } = makeGeneMean().fit(new Dataset(train)).predict(new Dataset(test));
 * deepStrictEqual([...fellBack], [1, 1, 0, 1]); // all but the seen gene in the new cell type
 * ```
 */
export function makeGeneMean(): Baseline {
  return {
    name: "gene mean",
    fit(train) {
      const table = makeExpressionTable(train);
      const means = geneMeans(table);
      const { length: genes } = table.genes.names;
      const { length: cellTypes } = table.cellTypes.names;
      return {
        description: `means of ${genes} genes over ${cellTypes} training cell types`,
        predict(test) {
          const geneOfRow = placeGenes(table.genes, test);
          return {
            values: fillArray(
              new Float64Array(test.length),
              (row) => geneOfRow[row]! < 0 ? table.overallMean : means[geneOfRow[row]!]!,
            ),
            fellBack: fillArray(new Uint8Array(test.length), (row) => Number(geneOfRow[row]! < 0)),
          };
        },
      };
    },
  };
}
