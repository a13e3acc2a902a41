import type { ReferencePanel } from "../panel/panel.ts";
import type { DataRecord } from "../record.ts";
import type { Calibration } from "./calibration.ts";
import type { GeneEffects } from "./gene_effects.ts";
import type { Weights } from "./initial_weights.ts";
import type { Schedule } from "./schedule.ts";
import type { ModelSpec } from "./spec.ts";
import type { TypicalSignal } from "./typical_signal.ts";

/** When training ends before its last epoch, and which epoch's weights are kept. */
export interface EarlyStopping {
  /** Epochs after the best one, by the loss on the validation data, after which training ends: 1 or more. */
  readonly patience: number;
  /**
   * Whether the model has the weights of the best epoch, rather than of the last.
   *
   * @default {true}
   */
  readonly restoreBest?: boolean | undefined;
}

/**
 * The order of samples in training: at random, or by genes at random, so that a batch has few genes and what their samples
 * share, such as their DNA, is computed once.
 */
export type BatchBy = "sample" | "gene";

/** Every {@linkcode BatchBy}; the first is what is usual. */
export const BATCH_BY: readonly BatchBy[] = ["sample", "gene"];

/** How a model was trained. Plain JSON. */
export interface TrainingConfig {
  /** Name of the engine. */
  readonly engine: string;
  /**
   * Every kind of arithmetic that its run was computed with, in words: usually one, more if the run was resumed on
   * another machine or engine. Absent if it is not known.
   */
  readonly arithmetic?: readonly string[];
  /** Seed of weights, order and dropout. */
  readonly seed: number;
  /** Passes that its weights have seen of the training data. */
  readonly epochs: number;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Adam's learning rate; with a schedule, its peak. */
  readonly learningRate: number;
  /** Number of training samples. */
  readonly samples: number;
  /** How the learning rate changed; absent where it was constant. */
  readonly schedule?: Schedule;
  /** Decoupled weight decay of kernels; absent where weights did not decay. */
  readonly weightDecay?: number;
  /** The order of samples; absent where each batch had samples at random. */
  readonly batchBy?: BatchBy;
  /** Samples that were shuffled together; absent where all were. */
  readonly window?: number;
  /** Share of samples whose references' labels were hidden; absent where it was 0, as for the following ones. */
  readonly labelDropout?: number;
  /** Share of samples whose references' marks and labels were hidden. */
  readonly geneDropout?: number;
  /** Share of samples whose references' marks were hidden. */
  readonly referenceDropout?: number;
  /** Share of marks that were hidden. */
  readonly markDropout?: number;
  /** Whether it kept statistics of its panel's labels in place of the panel; absent where it did not. */
  readonly labelStatistics?: boolean;
  /** When training was to end before its last epoch; absent where it was not. */
  readonly earlyStopping?: EarlyStopping;
  /** SHA-256 of the weights that training started from, in hexadecimal digits; absent where they were random. */
  readonly startedFrom?: string;
  /** Numbers of the layers that were not trained, as `modelGraph` counts them; absent where all were. */
  readonly frozen?: readonly number[];
  /** SHA-256 of the samples' weights; absent where all weighed the same. */
  readonly sampleWeights?: string;
  /**
   * The program that trained it, in words, for a model that was imported; then the settings above say what this package
   * did, which is 0 epochs on 0 samples.
   */
  readonly importedFrom?: string;
}

/** The scale of the labels that a network learned: it predicts (label − mean) / sd. */
export interface LabelScale {
  /** Mean of the training labels. */
  readonly mean: number;
  /** Their standard deviation: above 0. */
  readonly sd: number;
}

/** A model after training: all that is needed to predict, and to know which data it fits. Plain data. */
export interface TrainedModel {
  /** Layers and loss. */
  readonly spec: ModelSpec;
  /** In the order of `weightShapes(spec)`. */
  readonly weights: Weights;
  /**
   * Describes the numbers that the network sees: the training data's record with the transform that the model applies.
   * The record of samples to predict on, before that transform, is `inputRecord`.
   */
  readonly record: DataRecord;
  /** The record of the plain counts that it takes: `record` without its transform. */
  readonly inputRecord: DataRecord;
  /** How it was trained. */
  readonly training: TrainingConfig;
  /** What is added to the prediction of genes that were trained on; absent for the network alone. */
  readonly geneEffects?: GeneEffects;
  /**
   * Marks and labels of genes in the cell types that it was trained on, with which samples are compared; for models that
   * read a panel.
   */
  readonly panel?: ReferencePanel;
  /** The scale on which the network predicts; absent if that is the scale of the labels. */
  readonly labelScale?: LabelScale;
  /** The errors on samples that were held out, from which intervals are made; absent if they were not measured. */
  readonly calibration?: Calibration;
  /** What the training cell types' signal looked like, to know unlike samples by; absent if it was not measured. */
  readonly typicalSignal?: TypicalSignal;
}

/** The record of the data that a model takes, from the record of what its network sees. */
export function inputRecordOf({ sequence, ...record }: DataRecord): DataRecord {
  const plain: DataRecord = { ...record, transform: "none" };
  if (sequence === undefined) return plain;
  // A control is the model's, not a property of the data that it takes.
  const { control: _, ...own } = sequence;
  return { ...plain, sequence: own };
}

/** A model with the record of its input. */
export function withInputRecord(model: Omit<TrainedModel, "inputRecord">): TrainedModel {
  return { ...model, inputRecord: inputRecordOf(model.record) };
}
