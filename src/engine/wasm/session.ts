import { weightShapes } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { checkRows, checkTraining } from "../check_request.ts";
import { checkState } from "../check_state.ts";
import { divergedError } from "../diverged_error.ts";
import { pieceOf } from "../epoch_piece.ts";
import type { EngineData, EpochRequest, Session, SessionOptions, SessionState } from "../engine.ts";
import { Crew, type CrewMemory } from "./crew.ts";
import type { Machine } from "./nodes/machine.ts";
import type { Plan } from "./plan_types.ts";
import type { EpochJob, EpochOutcome, PredictionJob } from "./runner.ts";
import { shareData } from "./share_data.ts";
import type { Team } from "./team.ts";
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
  readonly machine: Machine;
  readonly crew: CrewMemory;
  readonly team: Team;
  readonly device: string;
}

/** A session on worker threads that share one memory. */
export class WasmSession implements Session {
  readonly device: string;
  readonly #spec: ModelSpec;
  readonly #options: SessionOptions;
  readonly #plan: Plan;
  readonly #machine: Machine;
  readonly #memory: CrewMemory;
  readonly #crew: Crew;
  readonly #team: Team;
  readonly #places: readonly WeightPlace[];
  readonly #trained: readonly WeightPlace[];
  #data: EngineData | undefined;
  #step = 0;

  /** Takes over the team; writes the initial weights. */
  constructor({ spec, options, plan, machine, crew, team, device }: WasmSessionParts) {
    this.device = device;
    this.#spec = spec;
    this.#options = options;
    this.#plan = plan;
    this.#machine = machine;
    this.#memory = crew;
    this.#crew = new Crew(crew, team.threads);
    this.#team = team;
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
    return Promise.resolve(readArrays(this.#machine, this.#places, "weight"));
  }

  async state(): Promise<SessionState> {
    return {
      step: this.#step,
      weights: await this.weights(),
      firstMoments: readArrays(this.#machine, this.#trained, "first"),
      secondMoments: readArrays(this.#machine, this.#trained, "second"),
    };
  }

  restore(state: SessionState): Promise<void> {
    return Promise.try(() => {
      checkState(this.#spec, state);
      this.#step = state.step;
      this.#setWeights(state.weights);
      writeArrays(this.#machine, this.#trained, { kind: "first", values: state.firstMoments });
      writeArrays(this.#machine, this.#trained, { kind: "second", values: state.secondMoments });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#team.dismiss();
    return Promise.resolve();
  }

  #setWeights(weights: readonly Float32Array[]): void {
    writeArrays(this.#machine, this.#places, { kind: "weight", values: weights });
    transposeAll(this.#machine, this.#plan);
  }

  #use(data: EngineData): void {
    if (this.#data === data) return;
    this.#data = data;
    this.#team.send({ kind: "data", data: shareData(data) });
  }

  async #run(
    job: EpochJob | PredictionJob,
    signal: AbortSignal | undefined,
    onPoll: (samples: number) => void,
  ): Promise<EpochOutcome | undefined> {
    signal?.throwIfAborted();
    const stop = () => this.#crew.askToStop();
    signal?.addEventListener("abort", stop);
    let failure: { readonly error: unknown } | undefined;
    const poll = setInterval(() => {
      try {
        onPoll(this.#crew.samplesDone);
      } catch (error) {
        failure = { error };
        stop();
      }
    }, POLL_MS);
    try {
      const outcome = await this.#team.run(job, () => this.#crew.reset());
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
