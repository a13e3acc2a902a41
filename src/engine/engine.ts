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

import type { PackedArray } from "../base/arrays.ts";
import type { DivergedError } from "../errors.ts";
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
   * Makes a session that owns weights and optimizer state. It holds threads or a GPU until it is disposed of, and with
   * them the process: `await using` does so.
   *
   * @throws {ContractError} If the weights do not fit the model.
   * @throws {RangeError} If a setting is out of range.
   * @throws {EngineUnavailableError} If the hardware or driver is missing.
   * @throws {UnsupportedModelError} If {@linkcode Engine.supports} says no.
   */
  createSession(spec: ModelSpec, options: SessionOptions): Promise<Session>;
  /**
   * How many models are worth training at a time.
   *
   * @param threads Threads to compute on, for engines that have threads; all of the machine's by default.
   */
  modelsTogether(threads?: number): number;
  /**
   * How it rounds on this machine, in words, such as `wasm, fused multiply-add`. Runs that differ in it end with other
   * weights. On engine `wasm` runs that agree in it end with the same, bit for bit; elsewhere with nearly the same.
   */
  arithmetic(): Promise<string>;
  /**
   * Makes one session for several models, if the engine has a better way than a session for each. Call
   * `openManySession`, which works on every engine.
   *
   * @throws As {@linkcode Engine.createSession} does.
   */
  createManySession?(spec: ModelSpec, options: ManySessionOptions): Promise<ManySession>;
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
   * Default: all of the machine's.
   */
  readonly threads?: number;
}

/** One of several models in a session. */
export type MemberOptions = Pick<SessionOptions, "weights" | "seed" | "learningRate">;

/** What a session of several models needs beside their common shape. */
export interface ManySessionOptions extends Pick<SessionOptions, "batchSize" | "threads"> {
  /** The models. */
  readonly members: readonly MemberOptions[];
}

/** One pass over the samples. */
export interface EpochRequest {
  /** The samples; engines may keep a copy near the hardware for as long as the same object is passed. */
  readonly data: EngineData;
  /** Rows of `data` in the order of training. */
  readonly order: Uint32Array;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /**
   * Where in the order to begin: a multiple of the batch size. An epoch in pieces is the same epoch.
   *
   * Default: `0`.
   */
  readonly start?: number;
  /**
   * Where in the order to end: a multiple of the batch size, or at the order's end or behind it.
   *
   * Default: the order's length.
   */
  readonly end?: number;
  /**
   * Called now and then with the samples done so far in this epoch and their mean loss, which is `undefined` for
   * engines that do not look at it before the epoch's end.
   */
  readonly onProgress?: (samples: number, meanLoss: number | undefined) => void;
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

/**
 * A model in training or in use. It takes one call at a time: one that comes before another has ended may be refused.
 * After an epoch that was aborted its state is not specified; `restore` one.
 */
export interface Session extends AsyncDisposable {
  /** The hardware in words, such as `cpu` or the name of a graphics card. */
  readonly device: string;
  /**
   * Trains on every sample of `request.order`, or of the piece asked for, once.
   *
   * @returns Mean training loss over these samples, dropout on; NaN where there are none.
   * @throws {DivergedError} If the loss is not finite.
   * @throws {ContractError} If the data are of another shape than the model takes.
   * @throws {RangeError} If the data lack a row of the order, or the piece begins or ends within a step.
   * @throws {TypeError} If the data have no labels, or not one for each sample.
   * @throws {EngineUnavailableError} If the hardware fails.
   */
  runEpoch(request: EpochRequest): Promise<number>;
  /**
   * Predicts, dropout off.
   *
   * @param data The samples.
   * @param rows Which of them, in which order.
   * @returns The model's output, `[rows.length]`.
   * @throws {ContractError} If the data are of another shape than the model takes.
   * @throws {RangeError} If the data lack one of the rows.
   * @throws {EngineUnavailableError} If the hardware fails.
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
  /**
   * Goes back, or on, to a state.
   *
   * @throws {ContractError} If it is one of another model.
   */
  restore(state: SessionState): Promise<void>;
}

/** One pass of several models, each over its own samples of the same data. */
export interface ManyEpochRequest
  extends Pick<EpochRequest, "data" | "epoch" | "start" | "end" | "signal"> {
  /** Rows of `data` in the order of training, of each model. */
  readonly orders: readonly Uint32Array[];
  /** Called now and then with the samples done so far and their mean loss, of all models together. */
  readonly onProgress?: EpochRequest["onProgress"];
}

/**
 * Several models of one shape in training or in use. Each goes the way it would go alone, to within the engine's
 * rounding.
 */
export interface ManySession extends AsyncDisposable {
  /** The hardware in words. */
  readonly device: string;
  /**
   * Trains every model on each sample of its order once. A model whose order is empty rests.
   *
   * @returns Mean training loss of each model, NaN for one that rests; an error for one that diverged and stays
   *   as it was, which the others do not notice.
   */
  runEpoch(request: ManyEpochRequest): Promise<(number | DivergedError)[]>;
  /**
   * Predicts with every model, dropout off.
   *
   * @param data The samples.
   * @param rows Which of them, in which order, for each model.
   * @returns The outputs of each model.
   */
  predict(
    data: EngineData,
    rows: readonly Uint32Array[],
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (samples: number) => void },
  ): Promise<Float32Array<ArrayBuffer>[]>;
  /** Each model's weights and optimizer state. */
  state(): Promise<SessionState[]>;
  /** Goes back, or on, to a state of each model. */
  restore(states: readonly SessionState[]): Promise<void>;
}
