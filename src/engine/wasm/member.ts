import { UnsupportedModelError } from "../../errors.ts";
import { weightShapes } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { divergedError } from "../diverged_error.ts";
import type { InputGradients, MemberOptions, SessionState } from "../engine.ts";
import type { Member, MemberCall, MemberEpoch } from "../member_session.ts";
import type { SampleSource } from "../sample_source.ts";
import { Crew, type CrewMemory } from "./crew.ts";
import type { Machine } from "./nodes/machine.ts";
import type { Plan } from "./plan_types.ts";
import type { EpochJob, EpochOutcome, PredictionJob } from "./runner.ts";
import { shareColumns } from "./share_columns.ts";
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

/** What a member is made of. */
export interface WasmMemberParts {
  readonly spec: ModelSpec;
  readonly options: MemberOptions & { readonly batchSize: number };
  readonly plan: Plan;
  readonly machine: Machine;
  readonly crew: CrewMemory;
  readonly team: Team;
  readonly device: string;
}

/** A model on worker threads that share one memory. */
export class WasmMember implements Member {
  readonly device: string;
  readonly #options: WasmMemberParts["options"];
  readonly #plan: Plan;
  readonly #machine: Machine;
  readonly #memory: CrewMemory;
  readonly #crew: Crew;
  readonly #team: Team;
  readonly #places: readonly WeightPlace[];
  readonly #trained: readonly WeightPlace[];
  #source: SampleSource | undefined;
  #step = 0;

  /** Takes over the team; writes the initial weights. */
  constructor({ spec, options, plan, machine, crew, team, device }: WasmMemberParts) {
    this.device = device;
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

  async runEpoch(request: MemberEpoch): Promise<number> {
    const { source, order, epoch, start, end, onProgress, signal } = request;
    this.#use(source);
    const { seed, batchSize, learningRate } = this.#options;
    const step = this.#step;
    const settings = { start, end, epoch, seed, batchSize, learningRate, step };
    const job: EpochJob = { kind: "epoch", order: shareCopy(order), ...settings };
    const outcome = await this.#run(job, signal, (samples) => {
      if (samples > 0) onProgress(start + samples, this.#memory.losses.at(-1)!);
    });
    const { loss, steps, samples } = outcome!;
    this.#step += steps;
    if (!Number.isFinite(loss)) {
      throw divergedError(`the loss is ${loss}`, { epoch, step: start / batchSize + steps });
    }
    if (start + samples === end) onProgress(end, loss);
    signal.throwIfAborted();
    return loss;
  }

  async predict(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>> {
    this.#use(source);
    const predicted = new Float32Array(new SharedArrayBuffer(4 * rows.length));
    const job: PredictionJob = { kind: "predict", rows: shareCopy(rows), predicted };
    await this.#run(job, signal, onProgress);
    signal.throwIfAborted();
    onProgress(rows.length);
    return new Float32Array(predicted);
  }

  inputGradients(): Promise<InputGradients> {
    return Promise.reject(
      new UnsupportedModelError("Cannot compute input gradients: engine wasm has none yet"),
    );
  }

  state(): Promise<SessionState> {
    return Promise.resolve({
      step: this.#step,
      weights: readArrays(this.#machine, this.#places, "weight"),
      firstMoments: readArrays(this.#machine, this.#trained, "first"),
      secondMoments: readArrays(this.#machine, this.#trained, "second"),
    });
  }

  restore({ step, weights, firstMoments, secondMoments }: SessionState): Promise<void> {
    this.#step = step;
    this.#setWeights(weights);
    writeArrays(this.#machine, this.#trained, { kind: "first", values: firstMoments });
    writeArrays(this.#machine, this.#trained, { kind: "second", values: secondMoments });
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#team.dismiss();
    return Promise.resolve();
  }

  #setWeights(weights: readonly Float32Array[]): void {
    writeArrays(this.#machine, this.#places, { kind: "weight", values: weights });
    transposeAll(this.#machine, this.#plan);
  }

  #use(source: SampleSource): void {
    if (this.#source === source) return;
    this.#source = source;
    this.#team.send({ kind: "data", data: shareColumns(source) });
  }

  async #run(
    job: EpochJob | PredictionJob,
    signal: AbortSignal,
    onPoll: (samples: number) => void,
  ): Promise<EpochOutcome | undefined> {
    signal.throwIfAborted();
    const stop = () => this.#crew.askToStop();
    signal.addEventListener("abort", stop);
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
      signal.removeEventListener("abort", stop);
    }
  }
}

function shareCopy(values: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}
