/** Errors by regime, beside the baselines that the training data suffice for. */

import {
  evaluateRegimes,
  type EvaluateRegimesOptions,
  makeBaselines,
  type RegimeEvaluation,
  type RegimeTrial,
} from "../src/validation/mod.ts";

/** Judges by regime; of a single training gene there is no ridge regression, which is said. */
export function evaluateByRegime(
  trial: RegimeTrial,
  options: Omit<EvaluateRegimesOptions, "baselines"> = {},
): RegimeEvaluation {
  const all = makeBaselines();
  if (new Set(trial.train.geneIndices()).size > 1) {
    return evaluateRegimes(trial, { ...options, baselines: all });
  }
  console.log("No ridge regression among the baselines: it takes two training genes or more.");
  const baselines = all.filter(({ name }) => name !== "ridge");
  return evaluateRegimes(trial, { ...options, baselines });
}
