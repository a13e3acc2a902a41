/**
 * The inputs and results of experiments.
 *
 * @module
 */

import type { Dataset } from "../data/dataset.ts";
import type { Agreement } from "../data/evaluate.ts";
import type { TrainingDefaults } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { Transform } from "../record.ts";
import type { EpochRecord, FitOptions } from "./fit_types.ts";

/** Samples to train on, and others to measure models on. */
export interface ExperimentData {
  /** Labelled training samples. */
  readonly train: Dataset;
  /** Labelled samples, none of which is trained on. */
  readonly test: Dataset;
}

/** Everything that decides the result of an experiment, to within an engine's rounding. */
export interface ExperimentPlan extends TrainingDefaults {
  /** Name of the preset. */
  readonly name: string;
  /** The model, in the shape of the data. */
  readonly spec: ModelSpec;
  /** Seed of weights, order and dropout. */
  readonly seed: number;
  /** Applied to the counts. */
  readonly transform: Transform;
  /** Samples that are shuffled together; absent where all are. */
  readonly window?: number;
  /** Whether gene effects are fitted. */
  readonly geneEffects: boolean;
  /** Identifies all of the above and the content of the data. */
  readonly digest: string;
}

/** How a model did on some samples. */
export interface ExperimentScores extends Agreement {
  /** Mean over the cell types of the area under each one's ROC curve; `null` unless labels are classes. */
  readonly meanAuroc: number | null;
}

/** A finished experiment. Plain JSON. */
export interface ExperimentResult {
  /** What was trained, and how. */
  readonly plan: ExperimentPlan;
  /** Number of weights, including those that are not trained. */
  readonly parameters: number;
  /** Name of the engine. */
  readonly engine: string;
  /** The hardware in words. */
  readonly device: string;
  /** Every kind of arithmetic that computed it; absent in files that were written before it was kept. */
  readonly arithmetic?: readonly string[];
  /** Seconds of training. */
  readonly seconds: number;
  /** Training samples a second. */
  readonly samplesPerSecond: number;
  /** One entry per finished epoch. */
  readonly history: readonly EpochRecord[];
  /** On the training samples; `null` if the loss became NaN or infinite. */
  readonly train: ExperimentScores | null;
  /** On the test samples; `null` if the loss became NaN or infinite. */
  readonly test: ExperimentScores | null;
  /** What the model's panel knew of the test data's genes, in words; absent for a model without a panel. */
  readonly reading?: string;
  /** Why it has no scores, if the loss became NaN or infinite. */
  readonly diverged?: string;
}

/** Options of {@linkcode planExperiments}; by default epochs, batch size and learning rate are those of each preset. */
export type PlanOptions =
  & Pick<FitOptions, "epochs" | "batchSize" | "learningRate" | "seed" | "transform" | "window">
  & {
    /**
     * Bytes of memory that may be used; see `chooseWindow`.
     *
     * @default {no limit}
     */
    readonly memory?: number | undefined;
  };

/** Options of {@linkcode runExperiment}. */
export type ExperimentOptions =
  & Pick<
    FitOptions,
    | "engine"
    | "threads"
    | "checkpoint"
    | "resume"
    | "otherArithmetic"
    | "onStart"
    | "onEpoch"
    | "onProgress"
    | "signal"
    | "stop"
  >
  & {
    /** Called before each phase of a model that is trained in several, with what is trained in it. */
    readonly onPhase?: ((phase: string) => void) | undefined;
  };

/** One line of the experiments' table. Plain JSON. */
export interface ExperimentSummary {
  /** Name of the preset. */
  readonly name: string;
  /** Number of weights. */
  readonly parameters: number;
  /** Mean squared error on the training data; `null` for a classifier. */
  readonly trainMse: number | null;
  /** Mean squared error on the test data; `null` for a classifier. */
  readonly testMse: number | null;
  /** Pearson's correlation on the training data; `null` for a classifier. */
  readonly pearson: number | null;
  /** Pearson's correlation on the test data; `null` for a classifier. */
  readonly testPearson: number | null;
  /** Mean over cell types of the area under the ROC curve on the training data; `null` without classes. */
  readonly trainAuroc: number | null;
  /** Mean over cell types of the area under the ROC curve on the test data; `null` without classes. */
  readonly testAuroc: number | null;
  /** Seconds of training. */
  readonly seconds: number;
  /** Training samples a second. */
  readonly samplesPerSecond: number;
  /** Epochs that were finished. */
  readonly epochs: number;
  /** Name of the engine. */
  readonly engine: string;
  /** What the model's panel knew of the test data's genes, in words; absent for a model without a panel. */
  readonly reading?: string;
}
