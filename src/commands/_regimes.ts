/** Measures errors by regime, with the baselines that the training data suffice for. */

import {
  evaluateRegimes,
  type EvaluateRegimesOptions,
  makeBaselines,
  type RegimeEvaluation,
  type RegimeTrial,
} from "../validation/mod.ts";

/**
 * Judges predictions by regime. With a single training gene there is no ridge regression among the baselines, and a
 * line says so. With a single cell type, the same in training and test, the intervals are over genes.
 */
export function evaluateByRegime(
  trial: RegimeTrial,
  options: Omit<EvaluateRegimesOptions, "baselines"> = {},
): RegimeEvaluation {
  const all = makeBaselines();
  const resampled = countCellTypes(trial) === 1 ? "genes" : options.resampled;
  if (new Set(trial.train.geneIndices()).size > 1) {
    return evaluateRegimes(trial, { ...options, resampled, baselines: all });
  }
  console.info("No ridge regression among the baselines: it takes two training genes or more.");
  const baselines = all.filter(({ name }) => name !== "ridge");
  return evaluateRegimes(trial, { ...options, resampled, baselines });
}

function countCellTypes({ train, test }: RegimeTrial): number {
  const names = [train, test].flatMap((data) =>
    [...new Set(data.cellTypeIndices())].map((cellType) => data.columns.cellTypes[cellType])
  );
  return new Set(names).size;
}
