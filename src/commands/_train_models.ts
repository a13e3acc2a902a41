/** Trains the models of `train`, with reports of their epochs. */

import type { Dataset } from "../data/dataset.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { EventLog } from "../runs/event_log.ts";
import type { OwnedRun } from "../runs/owned_run.ts";
import { fitEnsemble } from "../training/ensemble.ts";
import { type CalibratedModels, fitCalibrated } from "../training/fit_calibrated.ts";
import type { FitManyResult } from "../training/fit_types.ts";
import { typicalSignal } from "../validation/unlike.ts";
import {
  announceCalibration,
  calibratedRun,
  type CalibrationFlags,
  reportCalibrated,
} from "./_calibration.ts";
import { afterReplay, describeStop, type FitManyHooks, reportMembers } from "./_report_training.ts";
import { modelOf, type RunSettings, trainingOptions } from "./_settings.ts";
import type { StartFlags } from "./_start_flags.ts";
import type { TrainingSamples } from "./_training_samples.ts";
import type { TrainedMember } from "./_write_trained.ts";

/** Flags that say what is trained. */
export interface TrainModelsFlags extends StartFlags, CalibrationFlags {
  readonly ensemble: number;
  readonly seed: number;
  readonly otherArithmetic?: boolean | undefined;
}

/** A run that is to be trained. */
export interface ModelsToTrain {
  readonly flags: TrainModelsFlags;
  readonly settings: RunSettings;
  readonly samples: TrainingSamples;
  /** The model that training starts from. */
  readonly initial: TrainedModel | undefined;
  readonly log: EventLog;
  readonly signal: AbortSignal;
}

/** Trained models, and their calibration if it was asked for. */
export interface TrainedModels {
  readonly trained: readonly FitManyResult[];
  readonly calibrated: CalibratedModels | undefined;
}

/** Trains a model, or the members of an ensemble. */
export async function trainModels(
  run: OwnedRun,
  { flags, settings, samples, initial, log, signal }: ModelsToTrain,
): Promise<TrainedModels> {
  const { ensemble, calibrate = false, calibrationFolds: folds } = flags;
  const { data, sampleWeights, validation, unlabelled } = samples;
  const options = {
    ...trainingOptions(settings),
    ...run.options,
    members: ensemble,
    initial,
    ownPanel: flags.ownPanel,
    acceptAssembly: flags.acceptAssembly,
    sampleWeights,
    validation,
    unlabelled,
    stop: signal,
    otherArithmetic: flags.otherArithmetic,
    ...reportFrom(run, { flags, settings, log }),
  };
  if (calibrate) {
    announceCalibration(data, flags);
    const calibrated = await fitCalibrated(modelOf(settings), data, { ...options, folds });
    return { trained: calibrated.members, calibrated };
  }
  const trained = await fitEnsemble(modelOf(settings), data, options);
  return { trained: withTypicalSignal(trained, data), calibrated: undefined };
}

/** Adds what the training cell types' signal looks like, by which unlike samples are known. */
function withTypicalSignal(results: readonly FitManyResult[], data: Dataset): FitManyResult[] {
  const typical = typicalSignal(data);
  return results.map((result) => {
    return { ...result, model: { ...result.model, typicalSignal: typical } };
  });
}

/** Returns hooks that print and log the epochs, beginning with those of a checkpoint. */
function reportFrom(
  { options: { resume } }: OwnedRun,
  { flags: { ensemble, calibrate }, settings, log }: {
    readonly flags: TrainModelsFlags;
    readonly settings: RunSettings;
    readonly log: EventLog;
  },
): FitManyHooks {
  const report = calibrate ? reportCalibrated : reportMembers;
  return afterReplay(report(ensemble, settings, log), log, {
    resume,
    learningRate: settings.learningRate,
    nameOf: (run) => calibratedRun(run, ensemble),
  });
}

/** Says which epochs' models are kept of runs that may have stopped early. */
export function printStops(
  results: readonly TrainedMember[],
  { epochs }: RunSettings,
  ensemble: number,
): void {
  for (const result of results) {
    if (result.interrupted) continue;
    const prefix = ensemble === 1 ? "" : `  member ${result.member}: `;
    const line = describeStop(result, { epochs, prefix });
    if (line !== undefined) console.info(line);
  }
}
