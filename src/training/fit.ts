import type { Dataset } from "../data/dataset.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import type { TrainingDefaults } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { FitCheckpoint } from "./checkpoint.ts";
import { type CheckpointOptions, fitMany } from "./fit_many.ts";

/** One finished epoch. */
export interface EpochRecord {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Mean training loss over the epoch's steps, dropout on. */
  readonly loss: number;
  /** Loss on the validation data after the epoch, dropout off; absent without validation data. */
  readonly validationLoss: number | undefined;
  /** Seconds of training, validation not counted. */
  readonly seconds: number;
  /** Training samples a second. */
  readonly samplesPerSecond: number;
}

/** How far a run is. */
export interface FitProgress {
  /** Number of the epoch under way, from 1. */
  readonly epoch: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** Samples trained on in this epoch. */
  readonly samples: number;
  /** Samples of an epoch. */
  readonly samplesPerEpoch: number;
  /** Mean loss of this epoch so far; `undefined` on engines that look at it only at an epoch's end. */
  readonly loss: number | undefined;
}

/** Options of {@linkcode fit}. The defaults of the first five are the preset's own, wakawaka's for a spec. */
export interface FitOptions extends Partial<TrainingDefaults> {
  /** Seed of weights, order and dropout: an integer from 0 to 2^53 − 1. @default 0 */
  readonly seed?: number;
  /** Where to compute. @default "auto" */
  readonly engine?: EngineName;
  /** Threads to compute on, for engines that have threads; results do not depend on it. @default all */
  readonly threads?: number;
  /** Samples to measure the loss on after each epoch. */
  readonly validation?: Dataset;
  /** Called once, before the first step, with engine and device in words and the reason for the choice. */
  readonly onStart?: (engine: EngineReport) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Called every few steps. */
  readonly onProgress?: (progress: FitProgress) => void;
  /** Where to write checkpoints, after each epoch and, if asked to, within. */
  readonly checkpoint?: CheckpointOptions;
  /** A checkpoint of the same run to go on from, as if it had never stopped. */
  readonly resume?: FitCheckpoint;
  /** Ends the run between two steps; what earlier epochs reached is returned. */
  readonly signal?: AbortSignal;
}

/** What {@linkcode fit} returns. */
export interface FitResult extends EngineReport {
  /** The model after the last finished epoch; with gene effects, if wanted, unless the run was interrupted. */
  readonly model: TrainedModel;
  /** One entry a finished epoch. */
  readonly history: readonly EpochRecord[];
  /** True if `signal` ended the run before its last epoch. */
  readonly interrupted: boolean;
}

/**
 * Trains a model from new weights. Two runs with the same arguments on the same engine give the same
 * weights, bit for bit.
 *
 * @param spec A model, or the name of a preset, which then takes the shape of the data.
 * @param data Labelled samples.
 * @param options Settings; see {@linkcode FitOptions}.
 * @throws {ContractError} If the data have no labels, or do not fit the model or its loss.
 * @throws {RangeError} If a setting is out of range or there is no such preset.
 * @throws {DivergedError} If the loss becomes NaN or infinite.
 *
 * @example
 * ```ts
 * import { fit } from "@waka/histone";
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const { model, history } = await fit("experiment1", new Dataset(train), { epochs: 2, seed: 7 });
 * strictEqual(history.length, 2);
 * strictEqual(model.spec.bins, 20);
 * ```
 */
export async function fit(
  spec: ModelSpec | string,
  data: Dataset,
  options: FitOptions = {},
): Promise<FitResult> {
  const { seed, learningRate, validation, onEpoch, onProgress, ...common } = options;
  const [{ diverged, ...result }] = await fitMany(
    spec,
    [{ data, seed, learningRate, validation }],
    {
      ...common,
      onEpoch: (_, record) => onEpoch?.(record),
      onProgress: ({ runs: _, ...progress }) => onProgress?.(progress),
    },
  );
  if (diverged !== undefined) throw diverged;
  return result;
}
