import type { Fold } from "../data/kfold.ts";
import { UnsupportedModelError } from "../errors.ts";
import { countParameters } from "../model/shapes.ts";
import { fitMany } from "../training/fit_many.ts";
import type { FitManyOptions, FitManyResult } from "../training/fit_types.ts";
import type { ModelTrial } from "./_group_trials.ts";
import type { PlannedTrial, TrialRecord } from "./trial.ts";

/** Options that all groups of a search share. */
export interface GroupOptions extends
  Pick<
    FitManyOptions,
    | "transform"
    | "schedule"
    | "weightDecay"
    | "window"
    | "engine"
    | "threads"
    | "checkpoint"
    | "resume"
    | "otherArithmetic"
    | "onStart"
    | "signal"
    | "stop"
  > {
  /** The folds that every trial is trained on. */
  readonly folds: readonly Fold[];
  /** Called with the share of the group's work that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Trains trials of one model and batch size on all folds, side by side as far as the engine can.
 *
 * @param trials The trials: at least one.
 * @param options Folds, and where to compute.
 * @returns The records of the trials that were finished: all of them, unless `stop` ended them.
 */
export async function trainGroup(
  trials: readonly ModelTrial[],
  options: GroupOptions,
): Promise<TrialRecord[]> {
  const { folds, onProgress, ...common } = options;
  const [first] = trials;
  if (first === undefined) return [];
  const { spec, epochs, point: { batchSize } } = first;
  const runs = trials.flatMap(({ seed, point: { learningRate } }) =>
    folds.map(({ training, validation }) => ({ data: training, validation, seed, learningRate }))
  );
  const start = performance.now();
  let results: FitManyResult[];
  try {
    results = await fitMany(spec, runs, {
      ...common,
      epochs,
      batchSize,
      onProgress: ({ done, total }) => onProgress?.(done / total),
    });
  } catch (error) {
    if (!(error instanceof UnsupportedModelError)) throw error;
    const reason = error.message;
    return trials.map((trial) => ({ ...planOf(trial), status: "skipped", reason }));
  }
  const seconds = (performance.now() - start) / 1000 / trials.length;
  return trials.flatMap((trial, index) => {
    const own = results.slice(index * folds.length, (index + 1) * folds.length);
    const finished = own.length === folds.length && own.every(({ interrupted }) => !interrupted);
    return finished ? [judge(trial, own, seconds)] : [];
  });
}

function judge(
  trial: ModelTrial,
  results: readonly FitManyResult[],
  seconds: number,
): TrialRecord {
  const foldScores = results.map(({ history }) => history.at(-1)?.validationLoss ?? NaN);
  for (const [index, { diverged }] of results.entries()) {
    const score = foldScores[index];
    if (diverged === undefined && Number.isFinite(score)) continue;
    const what = diverged?.message ?? `the validation loss is ${score}`;
    return { ...planOf(trial), status: "diverged", reason: `fold ${index + 1}: ${what}` };
  }
  const [first] = results;
  if (first === undefined) throw new RangeError("Cannot score a trial: it was trained on no folds");
  const { arithmetic } = first.model.training;
  return {
    ...planOf(trial),
    status: "scored",
    foldScores,
    score: foldScores.reduce((sum, score) => sum + score, 0) / foldScores.length,
    parameters: countParameters(trial.spec),
    seconds,
    engine: first.engine,
    ...(arithmetic && { arithmetic }),
  };
}

/** A trial without its model, which follows from the point. */
function planOf({ trial, rung, epochs, seed, point }: ModelTrial): PlannedTrial {
  return { trial, rung, epochs, seed, point };
}
