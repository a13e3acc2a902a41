import type { DataRecord } from "../record.ts";
import type { Calibration } from "./calibration.ts";
import type { GeneEffects } from "./gene_effects.ts";
import type { Weights } from "./initial_weights.ts";
import type { ModelSpec } from "./spec.ts";
import type { TypicalSignal } from "./typical_signal.ts";

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
  /** Passes finished over the training data. */
  readonly epochs: number;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Adam's learning rate. */
  readonly learningRate: number;
  /** Number of training samples. */
  readonly samples: number;
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
  /** The errors on samples that were held out, from which intervals are made; absent if they were not measured. */
  readonly calibration?: Calibration;
  /** What the training cell types' signal looked like, to know unlike samples by; absent if it was not measured. */
  readonly typicalSignal?: TypicalSignal;
}

/** The record of the data that a model takes, from the record of what its network sees. */
export function inputRecordOf(record: DataRecord): DataRecord {
  return { ...record, transform: "none" };
}

/** A model with the record of its input. */
export function withInputRecord(model: Omit<TrainedModel, "inputRecord">): TrainedModel {
  return { ...model, inputRecord: inputRecordOf(model.record) };
}
