import { divergedError } from "../engine/diverged_error.ts";
import type { Session, SessionState } from "../engine/engine.ts";
import type { DivergedError } from "../errors.ts";
import type { GroupRun, GroupSetup } from "./_group_run.ts";
import { checkInputShape, sampleSource } from "./_sample_source.ts";
import { fitGeneEffects } from "./gene_effects.ts";
import { lossOf } from "./loss.ts";

/**
 * Measures a group's models on their validation data.
 *
 * @returns The loss of each, NaN where predictions are NaN or infinite; `undefined` without validation data.
 */
export async function validationLosses(
  session: Session,
  { model, record, runs, options: { signal } }: GroupSetup,
): Promise<number[] | undefined> {
  const sets = runs.flatMap(({ validation }) => validation ?? []);
  const [first] = sets;
  if (first === undefined) return undefined;
  checkInputShape(model, first);
  const source = sampleSource(first, record);
  const rows = sets.map((validation) => validation.rows);
  const predicted = await session.predict(source, rows, { signal });
  return sets.map((validation, i) => {
    const values = predicted[i]!;
    return values.every(Number.isFinite) ? lossOf(model.loss, validation.labels(), values) : NaN;
  });
}

/**
 * Checks a model after an epoch whose losses were all finite: the last step may have made its weights, or the
 * predictions that follow from them, NaN or infinite.
 *
 * @param state The model after the epoch.
 * @param validationLoss Its loss on the validation data, if there are any.
 * @param epoch Number of the epoch, from 0.
 * @returns Why the run ends, or `undefined` if it need not.
 */
export function findDivergence(
  { weights }: SessionState,
  validationLoss: number | undefined,
  epoch: number,
): DivergedError | undefined {
  if (!weights.every((values) => values.every(Number.isFinite))) {
    return divergedError("weights are NaN or infinite", { epoch });
  }
  return Number.isNaN(validationLoss) ? predictionError(epoch) : undefined;
}

/** Fits the gene effects of runs that came to their end. */
export async function fitGroupEffects(
  session: Session,
  { source, runs: given, options: { signal } }: GroupSetup,
  runs: readonly GroupRun[],
): Promise<GroupRun[]> {
  const rows = given.map(({ data }) => data.rows);
  const predicted = await session.predict(source, rows, { signal });
  return runs.map((run, i) => {
    // The session's model of a run that diverged is not the run's.
    if (run.diverged !== undefined) return run;
    const values = predicted[i]!;
    if (!values.every(Number.isFinite)) {
      return { ...run, diverged: predictionError(run.history.length - 1) };
    }
    return { ...run, geneEffects: fitGeneEffects(given[i]!.data, values) };
  });
}

function predictionError(epoch: number): DivergedError {
  return divergedError("predictions are NaN or infinite", { epoch });
}
