/**
 * The inputs and results of training: options, progress, results and checkpoints.
 *
 * @module
 */

import type { Dataset } from "../data/dataset.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import type { DivergedError } from "../errors.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Loss } from "../model/spec.ts";
import type { BatchBy, EarlyStopping, TrainedModel } from "../model/trained_model.ts";
import type { SequenceControlSettings, Transform } from "../record.ts";
import type { CheckpointOptions, FitCheckpoint } from "./checkpoint_types.ts";
import type { EpochRecord } from "./epoch_record.ts";
import type { FrozenPart } from "./frozen.ts";
import type { SettingsLayer } from "./settings.ts";

export type {
  CheckpointOptions,
  FitCheckpoint,
  PlannedTraining,
  RunCheckpoint,
  RunPart,
  SurveyedRun,
} from "./checkpoint_types.ts";
import type { Progress } from "../progress.ts";
export type { EpochRecord } from "./epoch_record.ts";

/** The progress of a run: samples trained on, of all its epochs together. */
export interface FitProgress extends Progress {
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
   * Adam's learning rate; with a schedule, its peak.
   *
   * @default the preset's
   */
  readonly learningRate?: number | undefined;
  /**
   * How the learning rate changes from step to step, over all epochs that are asked for.
   *
   * @default the preset's, else `{ type: "constant" }`
   */
  readonly schedule?: Schedule | undefined;
  /**
   * Decoupled weight decay of kernels (AdamW, Loshchilov and Hutter 2019): each step takes the step's learning rate times
   * this times the weight from it.
   *
   * @default the preset's, else 0
   */
  readonly weightDecay?: number | undefined;
  /**
   * The order of samples in training: at random, or by genes at random, so that a batch has few genes. Models that read a
   * panel have an order of their own.
   *
   * @default "sample"
   */
  readonly batchBy?: BatchBy | undefined;
  /**
   * Samples that are shuffled together, rounded up to whole batches: those of chunks that are chosen at random. Of samples
   * that do not fit into memory so many are read at a time, twice: {@linkcode chooseWindow}. Not for models that read a
   * panel, nor for batches by gene.
   *
   * @default {all samples are shuffled together, if they are in memory}
   */
  readonly window?: number | undefined;
  /**
   * What training minimises.
   *
   * @default the model's own
   */
  readonly loss?: Loss | undefined;
  /**
   * When training ends before its last epoch; needs `validation`. Gene effects are fitted after it, for the weights that
   * are kept.
   *
   * @default never
   */
  readonly earlyStopping?: EarlyStopping | undefined;
  /**
   * A trained model, or weights in the order of `weightShapes(spec)`, to start from in place of random weights. A model's
   * network must have the same layers and see the same kind of numbers. Settings that are not given are then those with
   * which it was trained, and the learning rate is a tenth of its.
   *
   * @default random weights
   */
  readonly initial?: TrainedModel | readonly Float32Array[] | undefined;
  /**
   * Whether a model that starts from one with a panel has a panel of its own training samples alone. If not, they are added
   * to that panel: then they are compared with the cell types that were trained on before, and few are enough.
   *
   * @default false
   */
  readonly ownPanel?: boolean | undefined;
  /**
   * Whether `initial` may be a model of another genome build: bins around genes' starts mean the same in both.
   *
   * @default false
   */
  readonly acceptAssembly?: boolean | undefined;
  /**
   * Layers that keep the weights that they start with. Their dropout stays on, and the averages of a frozen batch
   * normalisation still follow the data.
   *
   * @default none
   */
  readonly frozen?: readonly FrozenPart[] | undefined;
  /**
   * How much each sample counts, `[position]`: its loss is multiplied by this number, which is at least 0. A sample of
   * weight 0 is left out altogether. Gene effects and panels weigh all others the same. The loss of an epoch is the mean
   * of these products.
   *
   * @default 1 for each
   */
  readonly sampleWeights?: ArrayLike<number> | undefined;
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
   * Share of samples whose references' marks are hidden, so that the model learns of genes of which it knows only labels.
   *
   * @default the preset's, else 0
   */
  readonly referenceDropout?: number | undefined;
  /**
   * Share of marks that are hidden, from samples and their references, so that the model learns of marks that are missing.
   *
   * @default the preset's, else 0
   */
  readonly markDropout?: number | undefined;
  /**
   * Whether the model keeps statistics of its panel's labels in place of the panel: `keepStatistics`. The panel is there in
   * training, but not in the model, which is small then and can be shared without the marks and the single labels that it
   * was trained on. It needs `referenceDropout`, or layers that read no references.
   *
   * @default false
   */
  readonly labelStatistics?: boolean | undefined;
  /**
   * Samples whose marks are added to the panel: those of new genes in the cell types that are trained on. Labels that they
   * may have are not read.
   *
   * @default []
   */
  readonly unlabelled?: readonly Dataset[] | undefined;
  /**
   * The sequences that the model sees in place of its genes' own, in training and whenever it predicts: those of other
   * genes, or random letters. What a model learns from these, it did not learn from DNA. For models that read sequences.
   *
   * @default the genes' own
   */
  readonly sequenceControl?: SequenceControlSettings | undefined;
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
  /**
   * Called every few steps; nothing waits for it, but an error of its promise is one of the run. A run that ends early, by `stop` or `earlyStopping`, does not come to
   * its total.
   */
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
  /** Gives the run up, between two steps or while it waits for such a function: the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Ends the run early, between two steps: the call resolves with the model and the history of the finished epochs, and
   * the last one is in a checkpoint, if there are any. An epoch is finished when all its steps are done; its validation
   * loss is still measured then, which takes as long as predicting the validation data. Functions of these options are waited for as usual.
   */
  readonly stop?: AbortSignal | undefined;
}

/** What {@linkcode fit} returns. */
export interface FitResult extends EngineReport {
  /**
   * The model after the last finished epoch, or after the best one if `earlyStopping` restores that: `training.epochs` has
   * its number. With gene effects, if wanted, unless the run was interrupted.
   */
  readonly model: TrainedModel;
  /** One entry per finished epoch; `bestEpoch` finds the best by its validation loss. */
  readonly history: readonly EpochRecord[];
  /** True if `stop` ended the run before its last epoch, or before the gene effects were fitted that it was to have. */
  readonly interrupted: boolean;
}

/** One of several runs: the settings that may differ between them. */
export interface FitRun extends Pick<FitOptions, "seed" | "learningRate" | "validation"> {
  /** Labelled samples; all runs' samples are views of the same columns, and so are their validation data. */
  readonly data: Dataset;
}

/** The progress of several runs: `done` and `total` are of all of them, the rest of those that train now. */
export interface FitManyProgress extends FitProgress {
  /** Numbers of the first of those that train side by side now, from 0, and of the one after the last. */
  readonly runs: readonly [first: number, end: number];
}

/** Options of {@linkcode fitMany}: what the runs have in common, as {@linkcode FitOptions} says. */
export interface FitManyOptions extends
  Omit<
    FitOptions,
    "seed" | "learningRate" | "validation" | "sampleWeights" | "onEpoch" | "onProgress"
  > {
  /**
   * How much each sample of the columns counts that the runs' data are views of, `[sample]`; see
   * {@linkcode FitOptions.sampleWeights}.
   *
   * @default 1 for each
   */
  readonly sampleWeights?: ArrayLike<number> | undefined;
  /** Called after each epoch of a run, with its number from 0; training waits for it. */
  readonly onEpoch?: ((run: number, record: EpochRecord) => unknown) | undefined;
  /** Called every few steps. */
  readonly onProgress?: ((progress: FitManyProgress) => void) | undefined;
}

/** The result of a run of {@linkcode fitMany}. */
export interface FitManyResult extends FitResult {
  /** Why the run ended early, if its loss became NaN or infinite; the model is that of the epoch before. */
  readonly diverged?: DivergedError;
}
