import { makeExpressionTable } from "../expression_table.ts";
import type { Baseline } from "./baseline.ts";

/**
 * Makes the baseline that predicts the mean of all training labels for every sample.
 *
 * @returns The baseline, to be fitted.
 *
 * @example It predicts one value
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { makeOverallMean } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 3, newGenes: 1, bins: 4 });
 * const { values } = makeOverallMean().fit(new Dataset(train)).predict(new Dataset(test));
 * strictEqual(new Set(values).size, 1);
 * ```
 */
export function makeOverallMean(): Baseline {
  return {
    name: "overall mean",
    fit(train) {
      const { overallMean } = makeExpressionTable(train);
      return {
        description: `mean of ${train.length} training labels: ${overallMean.toPrecision(4)}`,
        predict: (test) => ({
          values: new Float64Array(test.length).fill(overallMean),
          fellBack: new Uint8Array(test.length),
        }),
      };
    },
  };
}
