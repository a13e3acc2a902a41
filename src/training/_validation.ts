import { divergedError } from "../engine/diverged_error.ts";
import type { Session, SessionState } from "../engine/engine.ts";
import type { DivergedError } from "../errors.ts";
import type { GroupRun, GroupSetup } from "./_group_run.ts";
import { lossFactor, scaleLabels, unscalePredictions } from "./_label_scale.ts";
import { predictRows } from "./_predict_rows.ts";
import { fitGeneEffects } from "./gene_effects.ts";
import { lossOf } from "./loss.ts";

/**
 * Measures a group's models on their validation data. All steps of the epoch are done, so `stop` does not end it.
 *
 * @returns The loss of each, NaN where predictions are NaN or infinite; `undefined` without validation data.
 */
export async function validationLosses(
  session: Session,
  { model, runs, samples: { validation, labelScales }, options: { signal } }: GroupSetup,
): Promise<number[] | undefined> {
  if (validation === undefined) return undefined;
  const sets = runs.flatMap(({ validation }) => validation ?? []);
  const predicted = await predictRows(session, validation, { sets, signal });
  return sets.map((data, i) => {
    const values = predicted[i]!;
    const scale = labelScales[i];
    if (!values.every(Number.isFinite)) return NaN;
    const loss = lossOf(model.loss, scaleLabels(data.labels(), scale), values);
    return loss * lossFactor(scale);
  });
}

/**
 * Checks a model after an epoch whose losses were all finite: the last step may have made its weights, or the
 * predictions that follow from them, NaN or infinite. Squares of gradients may have become infinite too, as with counts
 * of 1e15 without a transform: then Adam divides by infinity, and the weights never change again.
 *
 * @param state The model after the epoch.
 * @param validationLoss Its loss on the validation data, if there are any.
 * @param epoch Number of the epoch, from 0.
 * @returns Why the run ends, or `undefined` if it need not.
 */
export function findDivergence(
  { weights, firstMoments, secondMoments }: SessionState,
  validationLoss: number | undefined,
  epoch: number,
): DivergedError | undefined {
  if (!weights.every(areFinite)) return divergedError("weights are NaN or infinite", { epoch });
  if (!firstMoments.every(areFinite) || !secondMoments.every(areFinite)) {
    return divergedError("gradients are too large for float32", { epoch });
  }
  return Number.isNaN(validationLoss) ? predictionError(epoch) : undefined;
}

function areFinite(values: Float32Array): boolean {
  return values.every(Number.isFinite);
}

/** Fits the gene effects of runs that came to their end. */
export async function fitGroupEffects(
  session: Session,
  { runs: given, samples, signal }: GroupSetup,
  runs: readonly GroupRun[],
): Promise<GroupRun[]> {
  const sets = given.map(({ data }) => data);
  const predicted = await predictRows(session, samples, { sets, signal });
  return runs.map((run, i) => {
    // The session's model of a run that diverged is not the run's.
    if (run.diverged !== undefined) return run;
    const values = unscalePredictions(predicted[i]!, samples.labelScales[i]);
    if (!values.every(Number.isFinite)) {
      return { ...run, diverged: predictionError(run.history.length - 1) };
    }
    return { ...run, geneEffects: fitGeneEffects(given[i]!.data, values) };
  });
}

function predictionError(epoch: number): DivergedError {
  return divergedError("predictions are NaN or infinite", { epoch });
}
