/** How the starter model is trained. */

import type { Dataset } from "../src/data/dataset.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { starterSpec } from "../src/starter/spec.ts";
import { fitCalibrated } from "../src/training/fit_calibrated.ts";
import type { FitManyHooks } from "../src/commands/_report_training.ts";
import type { FitOptions } from "../src/training/fit_types.ts";

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
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly hooks?: Partial<FitManyHooks> | undefined;
}

/**
 * Trains the starter model, with a calibration by as many folds as there are cell types, each of which is held out once.
 *
 * @throws The reason of the signal, once it is aborted.
 */
export async function trainStarter(
  data: Dataset,
  { threads, seed, signal, hooks }: StarterRun,
): Promise<TrainedModel> {
  const { bins, marks } = data;
  const spec = starterSpec({ bins, marks: marks.length });
  const folds = Math.max(2, new Set(data.cellTypeIndices()).size);
  const { members: [first], calibration, diverged } = await fitCalibrated(spec, data, {
    ...STARTER_SETTINGS,
    ...hooks,
    seed,
    folds,
    engine: "wasm",
    threads,
    signal,
  });
  signal?.throwIfAborted();
  if (diverged !== undefined) throw diverged;
  if (first === undefined || calibration === undefined) {
    throw new Error("Cannot train the starter model: its calibration is not finished");
  }
  return first.model;
}
