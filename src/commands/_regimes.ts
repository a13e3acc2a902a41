/** Measures errors by regime, with the baselines that the training data suffice for. */

import { geneGroupIndices } from "../data/sample_groups.ts";
import { cellTypeAxis, placeCellTypes } from "../validation/axis.ts";
import {
  type Baseline,
  evaluateRegimes,
  type EvaluateRegimesOptions,
  makeBaselines,
  makeGeneMean,
  makeOverallMean,
  type RegimeEvaluation,
  type RegimeTrial,
} from "../validation/mod.ts";

/**
 * Judges predictions by regime. With a single training gene there is no ridge regression among the baselines, and where
 * marks are missing there is no baseline that reads the signal; a line says so. With a single cell type, the same in
 * training and test, the intervals are over genes, else over cell types and genes: what is asked is how a model does on others of
 * both, and intervals over cell types alone are too narrow for that.
 */
export function evaluateByRegime(
  trial: RegimeTrial,
  options: Omit<EvaluateRegimesOptions, "baselines" | "resampled"> = {},
): RegimeEvaluation {
  const resampled = hasOneCellType(trial) ? "genes" : "cell-types-and-genes";
  return evaluateRegimes(trial, { ...options, resampled, baselines: baselinesOf(trial) });
}

/** The baselines that the samples suffice for. */
function baselinesOf({ train, test }: RegimeTrial): Baseline[] {
  const isWhole = train.missingMarks.size === 0 && test.missingMarks.size === 0 &&
    String(train.marks) === String(test.marks);
  if (!isWhole) {
    console.info(
      "Of the baselines only means of labels: the others read the signal, and marks are missing.",
    );
    return [makeOverallMean(), makeGeneMean()];
  }
  const all = makeBaselines();
  if (new Set(geneGroupIndices(train)).size > 1) return all;
  console.info("No ridge regression among the baselines: it takes two training genes or more.");
  return all.filter(({ name }) => name !== "ridge");
}

/** Whether there is a single cell type, replicates aside, and both sets have samples of it. */
function hasOneCellType({ train, test }: RegimeTrial): boolean {
  const axis = cellTypeAxis(train);
  return axis.names.length === 1 && !placeCellTypes(axis, test).includes(-1);
}
