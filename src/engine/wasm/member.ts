import { modelInputs } from "../../model/inputs.ts";
import { weightShapes } from "../../model/shapes.ts";
import type { InputSpec, ModelSpec } from "../../model/spec.ts";
import { divergedError } from "../diverged_error.ts";
import type { InputGradients, MemberOptions, SessionState } from "../engine.ts";
import { gatherLearned } from "../gather_learned.ts";
import type { Member, MemberCall, MemberEpoch } from "../member_session.ts";
import type { SampleSource } from "../sample_source.ts";
import { Barrier, type BarrierMemory } from "./barrier.ts";
import { BatchLoader, type LoadedBatch } from "./batch_loader.ts";
import type { EpochJob, EpochOutcome, Job } from "./jobs.ts";
import type { ExecutionContext } from "./ops/context.ts";
import type { Plan } from "./plan/types.ts";
import { createGradients, readGradients } from "./read_gradients.ts";
import { shareColumns } from "./share_columns.ts";
import {
  placeWeights,
  readArrays,
  transposeAll,
  type WeightPlace,
  writeArrays,
} from "./weights.ts";
import type { WorkerPool } from "./worker_pool.ts";

/** How often progress is polled, in milliseconds. */
const POLL_MS = 50;

/** Options of {@linkcode WasmMember}. */
export interface WasmMemberOptions {
  readonly spec: ModelSpec;
  readonly options: MemberOptions & { readonly batchSize: number };
  readonly plan: Plan;
  readonly context: ExecutionContext;
  readonly barrier: BarrierMemory;
  readonly pool: WorkerPool;
  readonly device: string;
}

/** A model on worker threads that share one memory. */
export class WasmMember implements Member {
  readonly device: string;
  readonly #options: WasmMemberOptions["options"];
  readonly #inputs: readonly InputSpec[];
  readonly #plan: Plan;
  readonly #context: ExecutionContext;
  readonly #memory: BarrierMemory;
  readonly #barrier: Barrier;
  readonly #pool: WorkerPool;
  readonly #loader: BatchLoader;
  readonly #places: readonly WeightPlace[];
  readonly #trained: readonly WeightPlace[];
  #source: SampleSource | undefined;
  #step = 0;

  /** Takes over the pool; writes the initial weights. */
  constructor({ spec, options, plan, context, barrier, pool, device }: WasmMemberOptions) {
    this.device = device;
    this.#options = options;
    this.#inputs = modelInputs(spec);
    this.#plan = plan;
    this.#context = context;
    this.#memory = barrier;
    this.#barrier = new Barrier(barrier, pool.threads);
    this.#pool = pool;
    this.#loader = new BatchLoader(context, plan, this.#inputs);
    this.#places = placeWeights(spec, plan);
    const trainable = weightShapes(spec).map((shape) => shape.trainable);
    this.#trained = this.#places.filter((_, index) => trainable[index]);
    this.#setWeights(options.weights);
  }

  async runEpoch(request: MemberEpoch): Promise<number> {
    const { epoch, start, end, onProgress, signal } = request;
    const { loss, steps, samples } = this.#isResident(request.source)
      ? await this.#runResidentEpoch(request)
      : await this.#runSteps(request);
    this.#step += steps;
    if (!Number.isFinite(loss)) {
      const step = start / this.#options.batchSize + steps;
      throw divergedError(`the loss is ${loss}`, { epoch, step });
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
    const predicted = new Float32Array(new SharedArrayBuffer(4 * rows.length));
    if (this.#isResident(source)) {
      this.#use(source);
      await this.#run({ kind: "predict", rows: shareCopy(rows), predicted }, signal, onProgress);
      signal.throwIfAborted();
    } else {
      const { batchSize } = this.#plan;
      const compute = async (batch: LoadedBatch) => {
        const target = predicted.subarray(batch.start);
        const { rows, entries } = batch;
        await this.#do({ kind: "predict", rows, entries, predicted: target });
        onProgress(batch.start + rows.length);
        return true;
      };
      await this.#loader.forEachBatch(source, {
        rows,
        batchSize,
        mode: "predict",
        signal,
        compute,
      });
    }
    onProgress(rows.length);
    return new Float32Array(predicted);
  }

  async inputGradients(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Promise<InputGradients> {
    const inputs = this.#inputs;
    const gradients = createGradients(inputs, rows.length);
    const { batchSize } = this.#plan;
    const compute = async ({ start, rows: { length }, entries }: LoadedBatch) => {
      await this.#do({ kind: "explain", entries });
      const batch = { inputs, gradients, firstSample: start, samples: length };
      readGradients(this.#context, this.#plan, batch);
      onProgress(start + length);
      return true;
    };
    await this.#loader.forEachBatch(source, { rows, batchSize, mode: "explain", signal, compute });
    return gradients;
  }

  state(): Promise<SessionState> {
    return Promise.resolve({
      step: this.#step,
      weights: readArrays(this.#context, this.#places, "weight"),
      firstMoments: readArrays(this.#context, this.#trained, "firstMoment"),
      secondMoments: readArrays(this.#context, this.#trained, "secondMoment"),
    });
  }

  restore({ step, weights, firstMoments, secondMoments }: SessionState): Promise<void> {
    this.#step = step;
    this.#setWeights(weights);
    writeArrays(this.#context, this.#trained, { kind: "firstMoment", values: firstMoments });
    writeArrays(this.#context, this.#trained, { kind: "secondMoment", values: secondMoments });
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#pool.dismiss();
    return Promise.resolve();
  }

  /** Trains on samples that threads copy out of memory. */
  async #runResidentEpoch(
    { source, order, epoch, start, end, onProgress, signal }: MemberEpoch,
  ): Promise<EpochOutcome> {
    this.#use(source);
    const { seed, batchSize } = this.#options;
    const job: EpochJob = {
      kind: "epoch",
      order: shareCopy(order),
      start,
      end,
      epoch,
      seed,
      batchSize,
      step: this.#step,
    };
    const outcome = await this.#run(job, signal, (samples) => {
      if (samples > 0) onProgress(start + samples, this.#memory.losses.at(-1)!);
    });
    return outcome!;
  }

  /** Trains on samples that are gathered batch by batch. */
  async #runSteps(
    { source, order, epoch, start, end, onProgress, signal }: MemberEpoch,
  ): Promise<EpochOutcome> {
    const { seed, batchSize } = this.#options;
    const rows = order.subarray(start, end);
    let [sum, steps, samples] = [0, 0, 0];
    const compute = async (batch: LoadedBatch) => {
      const { labels, weights } = gatherLearned(source, batch.rows);
      const outcome = await this.#do({
        kind: "step",
        entries: batch.entries,
        labels,
        weights,
        position: { seed, epoch, firstPosition: start + samples },
        step: this.#step + steps + 1,
      });
      sum += outcome!.loss;
      steps++;
      samples += labels.length;
      onProgress(start + samples, sum / samples);
      return Number.isFinite(sum);
    };
    await this.#loader.forEachBatch(source, { rows, batchSize, mode: "train", signal, compute });
    return { loss: sum / samples, steps, samples };
  }

  #setWeights(weights: readonly Float32Array[]): void {
    writeArrays(this.#context, this.#places, { kind: "weight", values: weights });
    transposeAll(this.#context, this.#plan);
  }

  /** Whether threads can copy the samples themselves: a signal in memory that is all that the model reads. */
  #isResident({ resident }: SampleSource): boolean {
    return resident !== undefined && this.#plan.join === undefined;
  }

  #use(source: SampleSource): void {
    if (this.#source === source) return;
    this.#source = source;
    this.#pool.send({ kind: "data", data: shareColumns(source) });
  }

  /** Has the threads do a short job. */
  #do(job: Job): Promise<EpochOutcome | undefined> {
    return this.#pool.run(job, () => this.#barrier.reset());
  }

  /** Has the threads do a job that may be stopped, and reports its progress. */
  async #run(
    job: Job,
    signal: AbortSignal,
    onPoll: (samples: number) => void,
  ): Promise<EpochOutcome | undefined> {
    signal.throwIfAborted();
    const stop = () => this.#barrier.askToStop();
    signal.addEventListener("abort", stop);
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
      const outcome = await this.#do(job);
      // The caller's own error; thrown in a timer it would end the process.
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
