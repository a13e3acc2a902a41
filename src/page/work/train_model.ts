/** Trains a model on the page's samples, to the same bits as the command `train` with the same choices. */

import type { Dataset } from "../../data/dataset.ts";
import { evaluatePredictions } from "../../data/evaluate.ts";
import type { EngineName } from "../../engine/select.ts";
import { DivergedError } from "../../errors.ts";
import { countParameters, parsePresetName, type TrainedModel } from "../../model/mod.ts";
import { digestWeights } from "../../model/digest_weights.ts";
import {
  type EpochRecord,
  fitCalibrated,
  type FitCheckpoint,
  fitEnsemble,
  type FitManyProgress,
  type FitManyResult,
  predictEnsemble,
  presetSettings,
  resolveSettings,
  type TrainingSettings,
} from "../../training/mod.ts";
import { typicalSignal } from "../../validation/mod.ts";
import type { ModelSummary, TrainSettings } from "../protocol.ts";
import type { CallContext } from "./call.ts";

/** What is trained. */
export interface TrainJob {
  readonly data: Dataset;
  readonly settings: TrainSettings;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
  /** Keeps a checkpoint. */
  readonly save: (checkpoint: FitCheckpoint) => Promise<void>;
  /** A checkpoint to resume from. */
  readonly resume?: FitCheckpoint | undefined;
}

/** A model that was trained. */
export interface TrainedHere {
  readonly model: TrainedModel;
  readonly summary: ModelSummary;
  readonly history: readonly EpochRecord[];
  readonly settings: TrainingSettings;
}

/** The groups that a calibration holds out one after the other, as the command's default. */
const CALIBRATION_FOLDS = 5;

/**
 * Trains a model, and measures it on the data that it was trained on.
 *
 * @throws {DivergedError} If the loss became NaN or infinite.
 * @throws The reason of the signal, if it is aborted.
 * @throws As `fitMany` does.
 */
export async function trainModel(job: TrainJob, context: CallContext): Promise<TrainedHere> {
  const { data, settings: asked } = job;
  const preset = parsePresetName(asked.preset);
  const { epochs, seed = 0, batchSize, transform, calibrate = false } = asked;
  const settings = resolveSettings(
    { seed, epochs, batchSize, transform },
    presetSettings(preset, { samples: data.length }),
  );
  const { result, calibrated } = calibrate
    ? await trainCalibrated(job, settings, context)
    : await trainAlone(job, settings, context);
  context.signal.throwIfAborted();
  if (result.diverged !== undefined) {
    throw new DivergedError(result.diverged.message, { cause: result.diverged });
  }
  const model = calibrated ? result.model : withTypicalSignal(result.model, data);
  const { history } = result;
  const metrics = await measure(model, job, context);
  const source = `trained here: preset ${preset}, ${model.training.epochs} epochs of ${
    data.length.toLocaleString("en-US")
  } samples`;
  const losses = history.map(({ loss }) => loss);
  return {
    model,
    history,
    settings,
    summary: await summariseModel(model, { source, losses, ...(metrics && { metrics }) }),
  };
}

/** A model, and whether its calibration came with it. */
interface Trained {
  readonly result: FitManyResult;
  readonly calibrated: boolean;
}

async function trainAlone(
  job: TrainJob,
  settings: TrainingSettings,
  context: CallContext,
): Promise<Trained> {
  const options = { ...optionsOf(job, settings, context), members: 1 };
  const [result] = await fitEnsemble(parsePresetName(job.settings.preset), job.data, options);
  return { result: result!, calibrated: false };
}

async function trainCalibrated(
  job: TrainJob,
  settings: TrainingSettings,
  context: CallContext,
): Promise<Trained> {
  const options = {
    ...optionsOf(job, settings, context),
    members: 1,
    folds: CALIBRATION_FOLDS,
  };
  const preset = parsePresetName(job.settings.preset);
  const { members, diverged } = await fitCalibrated(preset, job.data, options);
  if (diverged !== undefined) throw new DivergedError(diverged.message, { cause: diverged });
  return { result: members[0]!, calibrated: true };
}

/** The options of training, with hooks that tell the window of every epoch. */
function optionsOf(
  { engine, threads, save, resume }: TrainJob,
  settings: TrainingSettings,
  { signal, onProgress }: CallContext,
) {
  const { epochs } = settings;
  const what = (run: number) => run === 0 ? "Training" : `Training on a part of the data (${run})`;
  return {
    ...settings,
    engine,
    threads,
    // Not given up: the last epoch is to be in a checkpoint, from which training can be resumed.
    stop: signal,
    // An epoch of many samples takes minutes.
    checkpoint: { save, everyMinutes: 1 },
    resume,
    onProgress: ({ epoch, samples, samplesPerEpoch, runs: [run] }: FitManyProgress) =>
      onProgress({
        // As the window words the end of an epoch.
        doing: `${what(run)}: epoch ${epoch} of ${epochs}`,
        done: epoch - 1 + samples / samplesPerEpoch,
        total: epochs,
      }),
    onEpoch: (run: number, { epoch, loss, samplesPerSecond }: EpochRecord) =>
      onProgress({
        doing: what(run),
        done: epoch,
        total: epochs,
        ...(run === 0 && { epoch: { epoch, loss, samplesPerS: samplesPerSecond } }),
      }),
  };
}

/** Adds what the training cell types' signal looks like, as the command does. */
function withTypicalSignal(model: TrainedModel, data: Dataset): TrainedModel {
  return { ...model, typicalSignal: typicalSignal(data) };
}

async function measure(
  model: TrainedModel,
  { data, engine, threads }: TrainJob,
  { signal, onProgress }: CallContext,
): Promise<ModelSummary["metrics"]> {
  const { mean } = await predictEnsemble([model], data, {
    engine,
    threads,
    path: "grouped",
    // The effect of a gene includes the labels of its training samples.
    geneEffects: "leave-one-out",
    signal,
    onProgress: ({ done, total }) => onProgress({ doing: "Measuring the model", done, total }),
  });
  const { mse, pearson } = evaluatePredictions(data, mean).overall;
  return mse === null || pearson === null ? undefined : { mse, pearson };
}

/** Says what a model is, in short. */
export async function summariseModel(
  { spec, record, weights, calibration }: TrainedModel,
  { source, losses = [], metrics }: {
    readonly source: string;
    readonly losses?: readonly number[];
    readonly metrics?: NonNullable<ModelSummary["metrics"]>;
  },
): Promise<ModelSummary> {
  return {
    name: spec.name,
    parameters: countParameters(spec),
    source,
    marks: record.marks,
    ...(record.assembly !== "unknown" && { assembly: record.assembly }),
    ...(metrics && { metrics }),
    digest: await digestWeights(weights),
    calibrated: calibration !== undefined,
    losses,
  };
}
