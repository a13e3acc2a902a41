/**
 * The jobs that worker threads do. Where a job names rows only, threads copy the samples out of columns in memory; where
 * it has numbers of entries, a `BatchWriter` puts the samples into the inputs of the plan's chains: for a training step on
 * the threads, else before.
 *
 * @module
 */

import type { StepPosition } from "../dropout.ts";
import type { GatheredInput } from "../sample_source.ts";

/** An epoch over samples in memory. */
export interface EpochJob {
  readonly kind: "epoch";
  readonly order: Uint32Array;
  /** The piece of it to train on. */
  readonly start: number;
  readonly end: number;
  readonly epoch: number;
  /** The position in the epoch of the order's first row. */
  readonly firstPosition: number;
  readonly seed: number;
  readonly batchSize: number;
  /** Steps taken before this epoch. */
  readonly step: number;
}

/**
 * One training step, on a batch that threads write themselves. It may be asked for while the one before is being taken. Where
 * the loss of that one was not finite, nothing is done.
 */
export interface StepJob {
  readonly kind: "step";
  /** Number of the lists that it is in, see the request `lists`. */
  readonly lists: number;
  /** Numbers of samples or entries of each chain. */
  readonly entries: readonly number[];
  /** Whether it is the first of those that are taken one after another. */
  readonly isFirst: boolean;
  /** Labels of the batch's samples, and their weights; 1 for each if absent. */
  readonly labels: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly position: StepPosition;
  /** Number of the step, from 1. */
  readonly step: number;
}

/** A prediction: of many rows, or of the batch that is in the chains' inputs. */
export interface PredictionJob {
  readonly kind: "predict";
  readonly rows: Uint32Array;
  /** Numbers of samples or entries of each chain in the batch; absent where threads gather. */
  readonly entries?: readonly number[] | undefined;
  /** Receives the predictions, in shared memory. */
  readonly predicted: Float32Array;
  /** Where threads predict whole samples with branches, zeros by which they share them out: one for each is enough. */
  readonly claims?: Int32Array | undefined;
}

/** A prediction that one thread makes of a batch by itself. */
export interface BatchPredictionJob {
  readonly kind: "predictBatch";
  /** The inputs, in shared memory. */
  readonly inputs: readonly GatheredInput[];
  /** Receives a prediction for each sample, in shared memory. */
  readonly predicted: Float32Array;
}

/** An explanation of the batch that is in the chains' inputs. */
export interface ExplanationJob {
  readonly kind: "explain";
  /** Numbers of samples or entries of each chain. */
  readonly entries: readonly number[];
}

/** Gradients along paths between two inputs, added up. */
export interface PathJob {
  readonly kind: "paths";
  /** `[entry, value]` in shared memory: where paths end, and which entry each path ends at. */
  readonly samples: Float32Array;
  readonly entryOf: Uint32Array;
  /** The same for where they begin. */
  readonly baselines: Float32Array;
  readonly baselineOf: Uint32Array;
  /** `[step]` or `[path, step]`: places of points, from 0 at the beginning to 1 at the end. */
  readonly fractions: Float64Array;
  /** `[step]`: what the gradient at each point counts. */
  readonly weights: Float64Array;
  /** `[path, value]` in shared memory: receives the sums. */
  readonly target: Float32Array;
}

/** Any job that all threads do together. */
export type Job = EpochJob | StepJob | PredictionJob | ExplanationJob | PathJob;

/** A job on the batch that is in the chains' inputs. */
export type BatchJob =
  | ExplanationJob
  | PredictionJob & { readonly entries: readonly number[] };

/** The outcome of a job that trains. */
export interface EpochOutcome {
  /**
   * Mean loss of the samples that were trained on, or the sum of their losses if the job was a step; not finite if
   * training diverged.
   */
  readonly loss: number;
  readonly steps: number;
  readonly samples: number;
}
