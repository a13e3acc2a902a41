/**
 * The engine contract: the interface of everything that trains and predicts. Types only.
 *
 * A run is a function of its inputs and its seed. The order of an epoch's samples comes from the caller, and each
 * dropout mask is a function of (seed, epoch, position in the epoch, layer, unit), never of the engine, the thread
 * count or the time of day. So two engines walk the same path to within rounding, and a resumed run equals one that
 * was never stopped.
 *
 * @module
 */

import type { DivergedError } from "../errors.ts";
import type { Weights } from "../model/initial_weights.ts";
import type { InputName, ModelSpec } from "../model/spec.ts";
import type { OnProgress, Progress } from "../progress.ts";
import type { PathRequest } from "./path_source.ts";
import type { SampleSource } from "./sample_source.ts";
import type { Schedule } from "../model/schedule.ts";

/** Whether an engine can run a model. */
export type Support = { readonly supported: true } | {
  readonly supported: false;
  /** Which layer or loss it lacks. */
  readonly reason: string;
};

/** How many models are worth giving to an engine at a time. */
export interface Capacity {
  /** Models that train in about the time of one. */
  readonly models: number;
  /**
   * Whether that holds for members of one session only, which have one shape. If not, separate sessions of different
   * models train as fast.
   */
  readonly sameShape: boolean;
}

/** An engine: a way to train and run models on some kind of hardware. */
export interface Engine {
  /** Its name, as `--engine` takes it. */
  readonly name: string;
  /**
   * Answers without side effects.
   *
   * @param spec A valid model.
   */
  supports(spec: ModelSpec): Support;
  /**
   * How many models are worth training at a time.
   *
   * @param threads Threads to compute on, for engines that have threads; all of the machine's by default.
   */
  capacity(threads?: number): Capacity;
  /**
   * How it rounds on this machine, in words, such as `wasm, fused multiply-add`. Runs that differ in it end with
   * different weights. Runs that agree in it end with the same weights: bit for bit on engine `wasm`, nearly so on the
   * others.
   */
  arithmetic(): Promise<string>;
  /**
   * Makes a session that owns the weights and optimizer states of one or several models of one shape. Until it is
   * disposed of it may hold threads or a GPU, which keep the process alive: use `await using`. Threads start with the
   * first call that needs them.
   *
   * @param spec The shape that the models have in common.
   * @param options The models and what they share.
   * @throws {ContractError} If weights do not fit the model.
   * @throws {RangeError} If a setting is out of range, or there are no members.
   * @throws {EngineUnavailableError} If the hardware or driver is missing.
   * @throws {UnsupportedModelError} If {@linkcode Engine.supports} says no.
   */
  createSession(spec: ModelSpec, options: SessionOptions): Promise<Session>;
}

/** One of the models of a session. */
export interface MemberOptions {
  /** Initial weights in the order and shapes of `weightShapes(spec)`. */
  readonly weights: readonly Float32Array[];
  /** Seed of the dropout masks: an integer from 0 to 2^53 − 1. */
  readonly seed: number;
  /** Adam's learning rate; with a schedule, its peak. */
  readonly learningRate: number;
  /**
   * How the learning rate changes from step to step.
   *
   * @default {{ type: "constant" }}
   */
  readonly schedule?: Schedule | undefined;
  /**
   * Steps of the whole run, which the schedule is spread over; needed unless that is constant.
   *
   * @default {no number}
   */
  readonly totalSteps?: number | undefined;
  /**
   * Decoupled weight decay λ, at least 0 (AdamW, Loshchilov and Hutter 2019): each step takes the step's learning rate
   * times λ times the weight from it. It acts on the kernels of layers: not on biases, nor on batch normalisation, nor
   * on the weights of a join.
   *
   * @default {0}
   */
  readonly weightDecay?: number | undefined;
  /**
   * Weights that stay as they are, moments included: indices in `weightShapes(spec)` of trainable weights. Those of a
   * GRU are frozen together. A frozen batch normalisation keeps γ and β, and its averages follow the batches.
   *
   * @default {[]}
   */
  readonly frozen?: readonly number[] | undefined;
}

/**
 * How a session predicts, on engines that have several ways. `"direct"` computes each sample by itself, `"grouped"` a
 * number of samples together with fewer multiplications, which takes a fraction of the time for many samples and longer
 * for one. Their results differ by at most 4e-6 of the largest output. On either path a prediction depends on its sample
 * alone, not on the others of the call. `"grouped"` answers NaN where a value of the sample is beyond ±2^64, which its
 * sums could overflow with.
 */
export type PredictionPath = "grouped" | "direct";

/** What a session needs besides the shape of its models. */
export interface SessionOptions {
  /** The models: one or more. */
  readonly members: readonly MemberOptions[];
  /** Samples of a step; the last step of an epoch takes what is left. */
  readonly batchSize: number;
  /**
   * Threads to compute on, for engines that have threads. Results do not depend on it.
   *
   * @default all of the machine's
   */
  readonly threads?: number | undefined;
  /**
   * How to predict; training and `inputGradients` do not depend on it. A model with a layer that groups of samples do not
   * serve is predicted directly.
   *
   * @default {"direct"}
   */
  readonly path?: PredictionPath | undefined;
}

/** How a call reports and ends. */
export interface CallOptions {
  /** Called from time to time with the samples done so far, of all members together. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the call up, between two batches: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The progress of an epoch: samples of all members together, from the start of the orders. */
export interface EpochProgress extends Progress {
  /** Mean loss of the samples done in this call; `undefined` on engines that do not look at it before the epoch's end. */
  readonly meanLoss: number | undefined;
}

/** One pass of every member, each over its own samples of the same source. */
export interface EpochRequest {
  /** The samples; engines may keep a copy near the hardware for as long as the same object is passed. */
  readonly source: SampleSource;
  /** For each member, the rows of `source` in the order of training. */
  readonly orders: readonly Uint32Array[];
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /**
   * The position in the epoch of the orders' first rows: a multiple of the batch size. An epoch in orders, each of a source
   * of its own, is the same epoch.
   *
   * @default 0
   */
  readonly firstPosition?: number | undefined;
  /**
   * Where in the orders to begin: a multiple of the batch size. An epoch in pieces is the same epoch.
   *
   * @default 0
   */
  readonly start?: number | undefined;
  /**
   * Where in the orders to end: a multiple of the batch size, or at least the order's length.
   *
   * @default the order's length
   */
  readonly end?: number | undefined;
  /** Called from time to time with the samples of the orders that are done. */
  readonly onProgress?: ((progress: EpochProgress) => void) | undefined;
  /** Gives the epoch up, between two steps: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Weights and optimizer state: all that is needed to resume exactly. */
export interface SessionState {
  /** Steps taken. */
  readonly step: number;
  /** In the order of `weightShapes(spec)`. */
  readonly weights: Weights;
  /** Adam's first moments, of the trainable weights in order. */
  readonly firstMoments: readonly Float32Array[];
  /** Adam's second moments, of the trainable weights in order. */
  readonly secondMoments: readonly Float32Array[];
}

/**
 * Gradients of a model's output with respect to its inputs, keyed by the input's name: `[row, …shape of a sample]`,
 * such as `[row, bin, mark]` or `[row, reference, value]`.
 */
export type InputGradients = Readonly<Partial<Record<InputName, Float32Array<ArrayBuffer>>>>;

/**
 * One or several models of one shape in training or in use. Each member ends as it would alone, to within the engine's
 * rounding.
 *
 * Calls run one after the other, in the order in which they were made; their arguments must not change before they end.
 * Disposal stops the call that runs between two batches and refuses those that wait. A second disposal does nothing.
 * Every method rejects with a {@linkcode SessionDisposedError} after it, and with an
 * {@linkcode EngineUnavailableError} where the hardware fails.
 */
export interface Session extends AsyncDisposable {
  /** The hardware in words, such as `cpu` or the name of a graphics card. */
  readonly device: string;
  /** Number of models. */
  readonly members: number;
  /** How it predicts; absent on engines that have one way only. */
  readonly path?: PredictionPath | undefined;
  /**
   * Trains every member once on each sample of its order, or of the requested piece. A member without samples there is
   * skipped. An epoch that rejects leaves all members as they were. A member that diverges is left as it was, and the
   * others train as they would alone.
   *
   * @param request Samples, orders, epoch and piece.
   * @returns For each member, the mean training loss over these samples with dropout on, NaN if it was skipped, or the
   *   error if its loss is not finite.
   * @throws {ContractError} If the samples are of another shape than the model takes, or the source gathers other
   * samples than requested.
   * @throws {RangeError} If the number of orders is not that of the members, the samples lack a row of one, the epoch
   *   is not an integer from 0, a position is within a step, or a weight of a sample is not a number of at least 0.
   * @throws {TypeError} If the samples have no labels, or not one each, or other than one weight each.
   */
  runEpoch(request: EpochRequest): Promise<(number | DivergedError)[]>;
  /**
   * Predicts with every member, dropout off.
   *
   * @param source The samples.
   * @param rows For each member, which samples in which order; they are read until the call settles.
   * @param options Progress and abort signal.
   * @returns The outputs of each member, `[row]`.
   * @throws {ContractError} If the samples are of another shape than the model takes, or the source gathers other
   * samples than requested.
   * @throws {RangeError} If the number of lists is not that of the members, or the samples lack one of the rows.
   */
  predict(
    source: SampleSource,
    rows: readonly Uint32Array[],
    options?: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>[]>;
  /**
   * Finds the gradients of each member's output (a probability where the model ends in a sigmoid) with respect to what
   * its network reads: the inputs after their transform, a sequence as one-hot letters. Dropout is off. Where values of
   * a pool tie, the first takes the gradient.
   *
   * @param source The samples.
   * @param rows For each member, which samples in which order; they are read until the call settles.
   * @param options Progress and abort signal.
   * @returns For each member, a gradient for each input; zeros where a reference is missing.
   * @throws As {@linkcode Session.predict} does.
   */
  inputGradients(
    source: SampleSource,
    rows: readonly Uint32Array[],
    options?: CallOptions,
  ): Promise<InputGradients[]>;
  /**
   * Does what `pathGradients` does, in less time than by gradients at each point; that function calls it, and checks the
   * request before. Absent where an engine has no way of its own.
   *
   * @param request The paths and their points, the same for all members.
   * @param options Progress, in points of all members together, and abort signal.
   * @returns For each member, the sums for each input; `undefined` if that way does not serve the model or these paths.
   * @throws As {@linkcode Session.predict} does.
   */
  pathGradients?(
    request: PathRequest,
    options?: CallOptions,
  ): Promise<InputGradients[] | undefined>;
  /** Copies each member's weights and optimizer state. */
  state(): Promise<SessionState[]>;
  /**
   * Sets each member's weights and optimizer state.
   *
   * @param states One for each member.
   * @throws {ContractError} If one is of another model, or its step is not an integer from 0; no member has changed
   * then.
   * @throws {RangeError} If their number is not that of the members.
   */
  restore(states: readonly SessionState[]): Promise<void>;
  /**
   * Ends threads that wait for work and lets go of the samples, so that a session may be kept for later calls without
   * keeping the process alive. The next call that needs threads starts them. Absent where a session holds more than
   * threads and memory: dispose of it instead.
   */
  rest?(): Promise<void>;
}
