/**
 * The engine contract: what trains and predicts. Types only.
 *
 * A run is a function of its inputs and its seed. The order of an epoch's samples comes from the caller,
 * and each dropout mask is a function of (seed, epoch, position in the epoch, layer, unit), never of the
 * engine, the thread count or the time of day. So two engines walk the same path to within rounding, and
 * a resumed run equals one that was never stopped.
 *
 * @module
 */

import type { PackedArray } from "../arrays.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { Transform } from "../record.ts";

/** Samples as an engine takes them: whole columns, from which orders and row lists pick. */
export interface EngineData {
  /** `[sample, bin, mark]`, row-major. */
  readonly signal: PackedArray;
  /** `[sample]`; needed to train. */
  readonly labels: Float64Array | undefined;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of marks of a bin. */
  readonly marks: number;
  /** Applied to every value of `signal` on its way into the network. */
  readonly transform: Transform;
}

/** Whether an engine can run a model. */
export type Support = { readonly supported: true } | {
  readonly supported: false;
  /** Which layer or loss it lacks. */
  readonly reason: string;
};

/** An engine: a way to train and run models on some kind of hardware. */
export interface Engine {
  /** Its name, as `--engine` takes it. */
  readonly name: string;
  /** Answers without side effects. */
  supports(spec: ModelSpec): Support;
  /**
   * Makes a session that owns weights and optimizer state.
   *
   * @throws {EngineUnavailableError} If the hardware or driver is missing.
   * @throws {UnsupportedModelError} If {@linkcode Engine.supports} says no.
   */
  createSession(spec: ModelSpec, options: SessionOptions): Promise<Session>;
}

/** What a session needs beside the model. */
export interface SessionOptions {
  /** Initial weights in the order and shapes of `weightShapes(spec)`. */
  readonly weights: readonly Float32Array[];
  /** Seed of the dropout masks: an integer from 0 to 2^53 − 1. */
  readonly seed: number;
  /** Samples of a step; the last one of an epoch takes what is left. */
  readonly batchSize: number;
  /** Adam's learning rate. */
  readonly learningRate: number;
  /**
   * Threads to compute on, for engines that have threads. Results do not depend on it.
   *
   * @default all of the machine's
   */
  readonly threads?: number;
}

/** One pass over the samples. */
export interface EpochRequest {
  /** The samples; engines may keep a copy near the hardware for as long as the same object is passed. */
  readonly data: EngineData;
  /** Rows of `data` in the order of training. */
  readonly order: Uint32Array;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Called now and then with the samples done so far in this epoch and their mean loss. */
  readonly onProgress?: (samples: number, meanLoss: number) => void;
  /** Stops the epoch between two steps by rejecting with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Weights and optimizer state: all that is needed to go on exactly. */
export interface SessionState {
  /** Steps taken. */
  readonly step: number;
  /** In the order of `weightShapes(spec)`. */
  readonly weights: readonly Float32Array[];
  /** Adam's first moments, of the trainable weights in order. */
  readonly firstMoments: readonly Float32Array[];
  /** Adam's second moments, likewise. */
  readonly secondMoments: readonly Float32Array[];
}

/** A model in training or in use. */
export interface Session extends AsyncDisposable {
  /** The hardware in words, such as `cpu` or the name of a graphics card. */
  readonly device: string;
  /**
   * Trains on every sample of `request.order` once.
   *
   * @returns Mean training loss over the epoch's samples, dropout on.
   * @throws {DivergedError} If the loss is not finite.
   */
  runEpoch(request: EpochRequest): Promise<number>;
  /**
   * Predicts, dropout off.
   *
   * @param data The samples.
   * @param rows Which of them, in which order.
   * @returns The model's output, `[rows.length]`.
   */
  predict(
    data: EngineData,
    rows: Uint32Array,
    options?: Pick<EpochRequest, "signal"> & { onProgress?: (samples: number) => void },
  ): Promise<Float32Array<ArrayBuffer>>;
  /** A copy of the weights, in the order of `weightShapes(spec)`. */
  weights(): Promise<Float32Array<ArrayBuffer>[]>;
  /** A copy of everything needed to go on. */
  state(): Promise<SessionState>;
  /** Goes back, or on, to a state. */
  restore(state: SessionState): Promise<void>;
}
