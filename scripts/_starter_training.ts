/** How the starter model is trained. */

import type { Dataset } from "../src/data/dataset.ts";
import { withCalibration } from "../src/model/known_genes.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { starterSpec } from "../src/starter/spec.ts";
import { foldRuns, measureErrors } from "../src/training/calibrate.ts";
import { fitMany } from "../src/training/fit_many.ts";
import type { FitManyHooks } from "../src/commands/_report_training.ts";
import type { FitOptions } from "../src/training/fit_types.ts";
import { type CalibrationFold, calibrationFolds } from "../src/validation/calibration_folds.ts";
import { typicalSignal } from "../src/validation/unlike.ts";

/** The settings, chosen by validation inside the data; those of `waka3` but for what hides references. */
export const STARTER_SETTINGS = {
  learningRate: 0.003,
  batchSize: 512,
  epochs: 14,
  schedule: { type: "oneCycle", warmUp: 0.2 },
  weightDecay: 0.01,
  transform: "log1p",
  geneDropout: 0.3,
  markDropout: 0.2,
  labelStatistics: true,
} as const satisfies FitOptions;

/** Where the training runs, and who is told. */
export interface StarterRun {
  readonly threads: number | undefined;
  /**
   * Number of models of each fold, of seeds 0, 1, …; those after the first are only measured.
   *
   * @default {1}
   */
  readonly seeds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly hooks?: Partial<FitManyHooks> | undefined;
}

/** A model that has not seen some samples. */
export interface JudgedModel {
  readonly model: TrainedModel;
  readonly seed: number;
  readonly fold: CalibrationFold;
}

/** The starter model, and the models by which it is calibrated and measured. */
export interface TrainedStarter {
  readonly model: TrainedModel;
  readonly judged: readonly JudgedModel[];
}

/**
 * Trains the starter model of seed 0, and for each cell type a model that has seen neither that cell type nor a share of the
 * genes, from whose errors intervals are made.
 *
 * @throws The reason of the signal, once it is aborted.
 */
export async function trainStarter(
  data: Dataset,
  { threads, seeds = 1, signal, hooks }: StarterRun,
): Promise<TrainedStarter> {
  const { bins, marks } = data;
  const spec = starterSpec({ bins, marks: marks.length });
  const folds = Math.max(2, new Set(data.cellTypeIndices()).size);
  const parts = calibrationFolds(data, { folds });
  const options = { engine: "wasm", threads, signal } as const;
  const runs = [
    { data, seed: 0 },
    ...Array.from({ length: seeds }, (_, seed) => foldRuns(parts, { seed })).flat(),
  ];
  const [whole, ...others] = await fitMany(spec, runs, {
    ...STARTER_SETTINGS,
    ...hooks,
    ...options,
  });
  signal?.throwIfAborted();
  const diverged = [whole!, ...others].find((result) => result.diverged !== undefined)?.diverged;
  if (diverged !== undefined) throw diverged;
  const results = others.slice(0, parts.length);
  const calibration = await measureErrors(data, { parts, results, options });
  return {
    model: withCalibration({ ...whole!.model, typicalSignal: typicalSignal(data) }, calibration),
    judged: others.map(({ model }, i) => ({
      model,
      seed: Math.floor(i / parts.length),
      fold: parts[i % parts.length]!,
    })),
  };
}
