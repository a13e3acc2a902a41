import type { SessionState } from "../engine/engine.ts";
import type { Weights } from "../model/initial_weights.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainingConfig } from "../model/trained_model.ts";
import type { DataRecord } from "../record.ts";
import type { EpochRecord } from "./epoch_record.ts";

/** How checkpoints are taken. */
export interface CheckpointOptions {
  /**
   * Keeps a checkpoint; training waits for it. A `CheckpointFolder` may be given in place of these options, since it
   * has such a method. The memory of the checkpoint's arrays is freed soon after: a checkpoint that is
   * kept in memory is copied in it, by `structuredClone`.
   */
  readonly save: (checkpoint: FitCheckpoint) => Promise<void>;
  /**
   * Called before training, unless it is surveyed only; what it returns is disposed of after. It rejects where another
   * training keeps its checkpoints: `CheckpointFolder` does.
   *
   * @default {Nobody is kept out}
   */
  readonly take?: (() => Promise<AsyncDisposable>) | undefined;
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
  /**
   * Trains only these runs, as one of several machines that share the work. Their end is kept as a checkpoint, and then
   * `PartFinished` is thrown: `joinParts` makes of such checkpoints one to resume from, with which nothing is left to train.
   *
   * @default all runs
   */
  readonly part?: RunPart | undefined;
  /**
   * The arithmetic of the other parts: training on a machine that computes with another is refused.
   *
   * @default any
   */
  readonly arithmetic?: string | undefined;
  /** Called in place of training, with what would be trained; then `PartFinished` is thrown. */
  readonly survey?:
    | ((runs: readonly SurveyedRun[], arithmetic: string) => Promise<void>)
    | undefined;
}

/** Numbers of some runs, from 0: the first, and the one after the last. */
export type RunPart = readonly [first: number, end: number];

/** A run as it would be trained. */
export interface SurveyedRun {
  /** Seed of its weights, order and dropout. */
  readonly seed: number;
  /** Samples of an epoch. */
  readonly samples: number;
  /** Passes over them, if it does not stop early. */
  readonly epochs: number;
  /** Seconds that all epochs take on this machine, as some of the first steps suggest. */
  readonly seconds: number;
}

/** One of the runs in a checkpoint. */
export interface RunCheckpoint {
  /** Weights and optimizer after its last finished epoch. */
  readonly state: SessionState;
  /** Weights and optimizer to resume from, if the checkpoint was taken in the middle of an epoch. */
  readonly underWay?: SessionState;
  /** Weights after its best epoch, if these are to be kept and it was not the last. */
  readonly bestWeights?: Weights;
  /** Its finished epochs. */
  readonly history: readonly EpochRecord[];
  /** Its gene effects, if it is finished and has any; as `encodeGeneEffects` makes them. */
  readonly geneEffects?: unknown;
  /** Why it ended early, if it diverged. */
  readonly diverged?: string;
  /** How it is trained; `modelOfCheckpoint` makes models with it. Absent in checkpoints of older versions. */
  readonly training?: PlannedTraining;
}

/** How a run is trained, as far as it is known before its end. */
export interface PlannedTraining extends Omit<TrainingConfig, "epochs" | "arithmetic"> {
  /** Passes over the data that it is to take. Absent in checkpoints of older versions. */
  readonly epochs?: number;
}

/** Where some runs are: all that is needed to resume them as if they had never stopped. */
export interface FitCheckpoint {
  /**
   * Identifies the model, the settings, the samples and the validation data; a checkpoint with another identity is
   * rejected.
   */
  readonly identity: string;
  /** The model that is trained. Absent in checkpoints of older versions. */
  readonly spec?: ModelSpec;
  /** The record of the numbers that it sees. Absent in checkpoints of older versions. */
  readonly record?: DataRecord;
  /** Every kind of arithmetic that computed so far; see `Engine.arithmetic`. */
  readonly arithmetic: readonly string[];
  /**
   * Numbers of the runs that train side by side now, from 0: the first, and the one after the last. Both are the number of
   * runs where all of them are finished.
   */
  readonly group: readonly [first: number, end: number];
  /**
   * The runs that it is of, where it is of some only: then `group` and `runs` count from the first of these. Absent for all
   * runs.
   */
  readonly part?: RunPart;
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
