/** Measures errors by regime, with the baselines that the training data suffice for. */

import { geneGroupIndices } from "../data/sample_groups.ts";
import { cellTypeAxis, placeCellTypes } from "../validation/axis.ts";
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
  const resampled = hasOneCellType(trial) ? "genes" : options.resampled;
  if (new Set(geneGroupIndices(trial.train)).size > 1) {
    return evaluateRegimes(trial, { ...options, resampled, baselines: all });
  }
  console.info("No ridge regression among the baselines: it takes two training genes or more.");
  const baselines = all.filter(({ name }) => name !== "ridge");
  return evaluateRegimes(trial, { ...options, resampled, baselines });
}

/** Whether there is a single cell type, replicates aside, and both sets have samples of it. */
function hasOneCellType({ train, test }: RegimeTrial): boolean {
  const axis = cellTypeAxis(train);
  return axis.names.length === 1 && !placeCellTypes(axis, test).includes(-1);
}
