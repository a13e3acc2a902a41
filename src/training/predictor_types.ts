/** What a predictor is, and what it takes and gives. */

import type { Dataset } from "../data/dataset.ts";
import type { CallOptions, PredictionPath } from "../engine/engine.ts";
import type { EngineReport } from "../engine/select.ts";
import type { PredictorCounters } from "./_prediction_queue.ts";
import type { PredictorHealth } from "./_predictor_sessions.ts";
import type { PredictionIntervals } from "./intervals.ts";
import type { PredictOptions } from "./predict_options.ts";
import type { Sample } from "./samples_for.ts";

export type { Latency } from "./_latency_histogram.ts";
export type { PredictorCounters } from "./_prediction_queue.ts";
export type { PredictorHealth } from "./_predictor_sessions.ts";

/** Options of `openPredictor`: those of `predict` that do not belong to a single call, and how much may wait. */
export interface PredictorOptions
  extends Omit<PredictOptions, "onStart" | "onProgress" | "signal" | "path"> {
  /**
   * How to compute; see `predict`. `"auto"` computes calls of fewer than four samples directly and others in groups, so
   * the last digits of a sample's prediction depend on the size of its own call; on nothing else, as ever.
   *
   * @default {"direct"}
   */
  readonly path?: PredictionPath | "auto" | undefined;
  /**
   * The most samples of calls that have not ended, from 1. A call that would make them more is refused, unless there are
   * no others.
   *
   * @default {65536}
   */
  readonly maxQueued?: number | undefined;
  /**
   * Whether calls wait for one turn of the event loop, so that those whose samples have arrived by then, such as the
   * requests of a service's clients, are computed together: with many clients, in groups, that takes a third of the time.
   * A single call is answered a little later.
   *
   * @default {false}
   */
  readonly collectCalls?: boolean | undefined;
}

/** Options of `Predictor.predictDetails`. */
export interface PredictDetailsOptions extends CallOptions {
  /**
   * Share of the labels that intervals hold, above 0 and at most 0.995, for models that were calibrated.
   *
   * @default {no intervals}
   */
  readonly confidence?: number | undefined;
}

/** Predictions, and how far they can be relied upon. */
export interface PredictionDetails {
  /** `[sample]`: those of the model, or the mean of an ensemble's members. */
  readonly predictions: Float32Array<ArrayBuffer>;
  /** The standard deviation of the members' predictions, `[sample]`; absent where there is one model. */
  readonly spread?: Float32Array<ArrayBuffer>;
  /** Intervals, `[sample]`; absent unless a confidence was given. */
  readonly intervals?: PredictionIntervals;
}

/** A model that is ready to predict. Dispose of it to give back its threads or GPU: use `await using`. */
export interface Predictor extends AsyncDisposable {
  /** Engine and device in words, the reason for the choice, and the arithmetic. */
  readonly report: EngineReport;
  /**
   * Predicts the expression of every sample, with the bits that a call of `predict` gives them. Calls may be made at any
   * time. Those that wait are computed together, and those of many samples in parts, between which others have their turn.
   *
   * @param samples A data set, or genes in cell types with their plain counts, as `samplesFor` takes them.
   * @param options Progress, abort signal. The signal ends this call alone.
   * @returns One value per sample, `[sample]`; a probability for models with a sigmoid; the mean of an ensemble's members.
   * @throws {BusyError} If too many samples wait already.
   * @throws {ContractError} If the samples do not fit the model; see `predict` and `samplesFor`.
   * @throws {TypeError} If a signal does not have as many values as the model takes, or an option is something else or
   * misspelt.
   * @throws {DivergedError} If a prediction is NaN or infinite.
   * @throws {EngineUnavailableError} If the hardware or a thread fails; later calls are computed by an engine that is
   * started again.
   * @throws {SessionDisposedError} If the predictor was disposed of.
   * @throws The reason of `options.signal`, once it is aborted.
   */
  predict(
    samples: Dataset | readonly Sample[],
    options?: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Predicts as `predict` does, and says how far the predictions can be relied upon.
   *
   * @param samples As for `predict`.
   * @param options Those of `predict`, and the confidence of intervals.
   * @returns Predictions, the spread of an ensemble, and intervals.
   * @throws As `predict`, and as `predictIntervals` if a confidence is given.
   */
  predictDetails(
    samples: Dataset | readonly Sample[],
    options?: PredictDetailsOptions,
  ): Promise<PredictionDetails>;
  /**
   * Says whether it can be used.
   *
   * @returns Its state, and what failed.
   */
  health(): PredictorHealth;
  /**
   * Counts what it has done, in memory that does not grow.
   *
   * @returns Numbers since it was opened.
   */
  counters(): PredictorCounters;
}
