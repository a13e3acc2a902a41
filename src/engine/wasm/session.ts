import { weightShapes } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { checkRows, checkTraining } from "../check_request.ts";
import { checkState } from "../check_state.ts";
import { divergedError } from "../diverged_error.ts";
import { pieceOf } from "../epoch_piece.ts";
import type { EngineData, EpochRequest, Session, SessionOptions, SessionState } from "../engine.ts";
import { Barrier, type BarrierMemory } from "./barrier.ts";
import type { ExecutionContext } from "./ops/context.ts";
import type { Plan } from "./plan/types.ts";
import type { EpochJob, EpochOutcome, Job, PredictionJob } from "./jobs.ts";
import { shareData } from "./share_data.ts";
import type { WorkerPool } from "./worker_pool.ts";
import {
  placeWeights,
  readArrays,
  transposeAll,
  type WeightPlace,
  writeArrays,
} from "./weights.ts";

/** How often progress is looked at, in milliseconds. */
const POLL_MS = 50;

/** What a session is made of. */
export interface WasmSessionParts {
  readonly spec: ModelSpec;
  readonly options: SessionOptions;
  readonly plan: Plan;
  readonly context: ExecutionContext;
  readonly barrier: BarrierMemory;
  readonly pool: WorkerPool;
  readonly device: string;
}

/** A session on worker threads that share one memory. */
export class WasmSession implements Session {
  readonly device: string;
  readonly #spec: ModelSpec;
  readonly #options: SessionOptions;
  readonly #plan: Plan;
  readonly #context: ExecutionContext;
  readonly #memory: BarrierMemory;
  readonly #barrier: Barrier;
  readonly #pool: WorkerPool;
  readonly #places: readonly WeightPlace[];
  readonly #trained: readonly WeightPlace[];
  #data: EngineData | undefined;
  #step = 0;

  /** Takes over the pool; writes the initial weights. */
  constructor({ spec, options, plan, context, barrier, pool, device }: WasmSessionParts) {
    this.device = device;
    this.#spec = spec;
    this.#options = options;
    this.#plan = plan;
    this.#context = context;
    this.#memory = barrier;
    this.#barrier = new Barrier(barrier, pool.threads);
    this.#pool = pool;
    this.#places = placeWeights(spec, plan);
    const trainable = weightShapes(spec).map((shape) => shape.trainable);
    this.#trained = this.#places.filter((_, index) => trainable[index]);
    this.#setWeights(options.weights);
  }

  async runEpoch(request: EpochRequest): Promise<number> {
    const { order, epoch, onProgress, signal } = request;
    const { start, end } = pieceOf(request);
    checkTraining(this.#spec, request, this.#options.batchSize);
    if (start === end) return NaN;
    this.#use(request.data);
    const { seed, batchSize, learningRate } = this.#options;
    const step = this.#step;
    const settings = { start, end, epoch, seed, batchSize, learningRate, step };
    const job: EpochJob = { kind: "epoch", order: shareCopy(order), ...settings };
    const outcome = await this.#run(job, signal, (samples) => {
      if (samples > 0) onProgress?.(start + samples, this.#memory.losses.at(-1)!);
    });
    this.#step += outcome!.steps;
    if (!Number.isFinite(outcome!.loss)) {
      const step = start / batchSize + outcome!.steps;
      throw divergedError(`the loss is ${outcome!.loss}`, { epoch, step });
    }
    if (start + outcome!.samples === end) onProgress?.(end, outcome!.loss);
    signal?.throwIfAborted();
    return outcome!.loss;
  }

  async predict(
    data: EngineData,
    rows: Uint32Array,
    options: Parameters<Session["predict"]>[2] = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    checkRows(this.#spec, data, rows);
    this.#use(data);
    const predicted = new Float32Array(new SharedArrayBuffer(4 * rows.length));
    const job: PredictionJob = { kind: "predict", rows: shareCopy(rows), predicted };
    await this.#run(job, options.signal, (samples) => options.onProgress?.(samples));
    options.signal?.throwIfAborted();
    options.onProgress?.(rows.length);
    return new Float32Array(predicted);
  }

  weights(): Promise<Float32Array<ArrayBuffer>[]> {
    return Promise.resolve(readArrays(this.#context, this.#places, "weight"));
  }

  async state(): Promise<SessionState> {
    return {
      step: this.#step,
      weights: await this.weights(),
      firstMoments: readArrays(this.#context, this.#trained, "firstMoment"),
      secondMoments: readArrays(this.#context, this.#trained, "secondMoment"),
    };
  }

  restore(state: SessionState): Promise<void> {
    return Promise.try(() => {
      checkState(this.#spec, state);
      this.#step = state.step;
      this.#setWeights(state.weights);
      writeArrays(this.#context, this.#trained, {
        kind: "firstMoment",
        values: state.firstMoments,
      });
      writeArrays(this.#context, this.#trained, {
        kind: "secondMoment",
        values: state.secondMoments,
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#pool.dismiss();
    return Promise.resolve();
  }

  #setWeights(weights: readonly Float32Array[]): void {
    writeArrays(this.#context, this.#places, { kind: "weight", values: weights });
    transposeAll(this.#context, this.#plan);
  }

  #use(data: EngineData): void {
    if (this.#data === data) return;
    this.#data = data;
    this.#pool.send({ kind: "data", data: shareData(data) });
  }

  async #run(
    job: Job,
    signal: AbortSignal | undefined,
    onPoll: (samples: number) => void,
  ): Promise<EpochOutcome | undefined> {
    signal?.throwIfAborted();
    const stop = () => this.#barrier.askToStop();
    signal?.addEventListener("abort", stop);
    let failure: { readonly error: unknown } | undefined;
    const poll = setInterval(() => {
      try {
        onPoll(this.#barrier.samplesDone);
      } catch (error) {
        failure = { error };
        stop();
      }
    }, POLL_MS);
    try {
      const outcome = await this.#pool.run(job, () => this.#barrier.reset());
      // The caller's own error, which would end the process if it left a timer.
      if (failure !== undefined) throw failure.error;
      return outcome;
    } finally {
      clearInterval(poll);
      signal?.removeEventListener("abort", stop);
    }
  }
}

function shareCopy(values: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}
