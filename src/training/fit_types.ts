/**
 * The inputs and results of training: options, progress, results and checkpoints.
 *
 * @module
 */

import type { Dataset } from "../data/dataset.ts";
import type { SessionState } from "../engine/engine.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import type { DivergedError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { Transform } from "../record.ts";
import type { SettingsLayer } from "./settings.ts";

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

/** The progress of a run. */
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

/** Options of {@linkcode fit}. "The preset's" are wakawaka's where a spec is trained. */
export interface FitOptions extends SettingsLayer {
  /**
   * Passes over the samples.
   *
   * @default the preset's
   */
  readonly epochs?: number | undefined;
  /**
   * Samples of a step; the last step of an epoch takes what is left.
   *
   * @default the preset's
   */
  readonly batchSize?: number | undefined;
  /**
   * Adam's learning rate.
   *
   * @default the preset's
   */
  readonly learningRate?: number | undefined;
  /**
   * Applied to the counts, and sealed into the model.
   *
   * @default the preset's, else `"none"`
   */
  readonly transform?: Transform | undefined;
  /**
   * Whether the effects of the trained genes are fitted after the network.
   *
   * @default the preset's, else `false`
   */
  readonly geneEffects?: boolean | undefined;
  /**
   * Share of samples whose references' labels are hidden, so that the model learns of genes whose labels are not known.
   * For models that read a panel, as are the following ones.
   *
   * @default the preset's, else 0
   */
  readonly labelDropout?: number | undefined;
  /**
   * Share of samples whose references are hidden, so that the model learns of genes that are not in its panel.
   *
   * @default the preset's, else 0
   */
  readonly geneDropout?: number | undefined;
  /**
   * Share of marks that are hidden, from samples and their references, so that the model learns of marks that are missing.
   *
   * @default the preset's, else 0
   */
  readonly markDropout?: number | undefined;
  /**
   * Samples whose marks are added to the panel: those of new genes in the cell types that are trained on. Labels that they
   * may have are not read.
   *
   * @default []
   */
  readonly unlabelled?: readonly Dataset[] | undefined;
  /**
   * Seed of weights, order and dropout: an integer from 0 to 2^53 − 1.
   *
   * @default 0
   */
  readonly seed?: number | undefined;
  /**
   * Where to compute.
   *
   * @default "auto"
   */
  readonly engine?: EngineName | undefined;
  /**
   * Threads to compute on, for engines that have threads; results do not depend on it.
   *
   * @default all
   */
  readonly threads?: number | undefined;
  /** Samples to measure the loss on after each epoch. */
  readonly validation?: Dataset | undefined;
  /** Called once, before the first step, with engine and device in words and the reason for the choice. */
  readonly onStart?: ((engine: EngineReport) => void) | undefined;
  /** Called after each epoch; training waits for it. */
  readonly onEpoch?: ((record: EpochRecord) => unknown) | undefined;
  /** Called every few steps; nothing waits for it. */
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  /** Where to write checkpoints, after each epoch and, with `everyMinutes`, within epochs. */
  readonly checkpoint?: CheckpointOptions | undefined;
  /** A checkpoint of the same run to resume from, as if it had never stopped. */
  readonly resume?: FitCheckpoint | undefined;
  /**
   * Whether `resume` may be from a run that was computed with other arithmetic so far, such as that of a processor
   * without fused multiply-add. The result is then that of neither arithmetic, and the model names both.
   *
   * @default false
   */
  readonly otherArithmetic?: boolean | undefined;
  /** Ends the run between two steps; the result is that of the finished epochs. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@linkcode fit} returns. */
export interface FitResult extends EngineReport {
  /** The model after the last finished epoch; with gene effects, if wanted, unless the run was interrupted. */
  readonly model: TrainedModel;
  /** One entry per finished epoch. */
  readonly history: readonly EpochRecord[];
  /** True if `signal` ended the run before its last epoch. */
  readonly interrupted: boolean;
}

/** One of several runs: the settings that may differ between them. */
export interface FitRun extends Pick<FitOptions, "seed" | "learningRate" | "validation"> {
  /** Labelled samples; all runs' samples are views of the same columns, and so are their validation data. */
  readonly data: Dataset;
}

/** The progress of runs that train side by side. */
export interface FitManyProgress extends FitProgress {
  /** Numbers of the first of them, from 0, and of the one after the last. */
  readonly runs: readonly [first: number, end: number];
}

/** Options of {@linkcode fitMany}: what the runs have in common, as {@linkcode FitOptions} says. */
export interface FitManyOptions
  extends Omit<FitOptions, "seed" | "learningRate" | "validation" | "onEpoch" | "onProgress"> {
  /** Called after each epoch of a run, with its number from 0; training waits for it. */
  readonly onEpoch?: ((run: number, record: EpochRecord) => unknown) | undefined;
  /** Called every few steps. Samples are those of all runs that train side by side. */
  readonly onProgress?: ((progress: FitManyProgress) => void) | undefined;
}

/** How checkpoints are taken. */
export interface CheckpointOptions {
  /**
   * Keeps a checkpoint; training waits for it. A `CheckpointFolder` may be given in place of these options, since it
   * has such a method. The memory of the checkpoint's arrays is freed soon after: copy arrays that are kept in memory.
   */
  readonly save: (checkpoint: FitCheckpoint) => Promise<void>;
  /**
   * About how many minutes after the last checkpoint the next is taken, within an epoch too.
   *
   * @default only after epochs
   */
  readonly everyMinutes?: number | undefined;
  /**
   * Whether a checkpoint is taken after each epoch, however short; if not, only those of `everyMinutes` are.
   *
   * @default true
   */
  readonly atEpochs?: boolean | undefined;
}

/** The result of a run of {@linkcode fitMany}. */
export interface FitManyResult extends FitResult {
  /** Why the run ended early, if its loss became NaN or infinite; the model is that of the epoch before. */
  readonly diverged?: DivergedError;
}

/** One of the runs in a checkpoint. */
export interface RunCheckpoint {
  /** Weights and optimizer after its last finished epoch. */
  readonly state: SessionState;
  /** Weights and optimizer to resume from, if the checkpoint was taken in the middle of an epoch. */
  readonly underWay?: SessionState;
  /** Its finished epochs. */
  readonly history: readonly EpochRecord[];
  /** Its gene effects, if it is finished and has any; as `encodeGeneEffects` makes them. */
  readonly geneEffects?: unknown;
  /** Why it ended early, if it diverged. */
  readonly diverged?: string;
}

/** Where some runs are: all that is needed to resume them as if they had never stopped. */
export interface FitCheckpoint {
  /**
   * Identifies the model, the settings, the samples and the validation data; a checkpoint with another identity is
   * rejected.
   */
  readonly identity: string;
  /** Every kind of arithmetic that computed so far; see `Engine.arithmetic`. */
  readonly arithmetic: readonly string[];
  /** Numbers of the runs that train side by side now, from 0: the first, and the one after the last. */
  readonly group: readonly [first: number, end: number];
  /** Epochs that they have finished. */
  readonly epoch: number;
  /** Samples of each order that were trained on in the epoch under way; a multiple of the batch size. */
  readonly position: number;
  /** Summed loss of these samples, of each of the runs side by side. */
  readonly lossSums: readonly number[];
  /** Seconds spent on them. */
  readonly seconds: number;
  /** Runs before the group, which are finished, and the group's. */
  readonly runs: readonly RunCheckpoint[];
}
