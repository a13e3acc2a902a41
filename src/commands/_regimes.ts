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

/** Baselines that read no signal. */
const WITHOUT_SIGNAL = ["overall mean", "gene mean"];

/**
 * Judges predictions by regime. Where marks are missing the baselines that read the signal are left out, and a line says
 * so. With a single training gene there is no ridge regression among the baselines, and a
 * line says so. With a single cell type, the same in training and test, the intervals are over genes.
 */
export function evaluateByRegime(
  trial: RegimeTrial,
  options: Omit<EvaluateRegimesOptions, "baselines"> = {},
): RegimeEvaluation {
  const all = makeBaselines().filter(({ name }) =>
    WITHOUT_SIGNAL.includes(name) || !lacksMarks(trial)
  );
  if (lacksMarks(trial)) {
    console.info(
      "No ridge regression or nearest cell type among the baselines: they need the same marks in all samples.",
    );
  }
  const resampled = hasOneCellType(trial) ? "genes" : options.resampled;
  if (new Set(geneGroupIndices(trial.train)).size > 1 || lacksMarks(trial)) {
    return evaluateRegimes(trial, { ...options, resampled, baselines: all });
  }
  console.info("No ridge regression among the baselines: it takes two training genes or more.");
  const baselines = all.filter(({ name }) => name !== "ridge");
  return evaluateRegimes(trial, { ...options, resampled, baselines });
}

/** Whether some samples lack a mark that others have. */
function lacksMarks({ train, test }: RegimeTrial): boolean {
  return String(train.marks) !== String(test.marks) ||
    [train, test].some(({ missingMarks }) => missingMarks.size > 0);
}

/** Whether there is a single cell type, replicates aside, and both sets have samples of it. */
function hasOneCellType({ train, test }: RegimeTrial): boolean {
  const axis = cellTypeAxis(train);
  return axis.names.length === 1 && !placeCellTypes(axis, test).includes(-1);
}
