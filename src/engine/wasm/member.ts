import { sharedBuffer } from "../../base/shared_memory.ts";
import { modelInputs } from "../../model/inputs.ts";
import { weightShapes } from "../../model/shapes.ts";
import type { InputSpec, ModelSpec } from "../../model/spec.ts";
import { divergedError } from "../diverged_error.ts";
import type { InputGradients, MemberOptions, PredictionPath, SessionState } from "../engine.ts";
import { tablesOf } from "../joined_source.ts";
import type { Member, MemberCall, MemberEpoch } from "../member_session.ts";
import type { PathRequest } from "../path_source.ts";
import type { SampleSource } from "../sample_source.ts";
import type { BatchLoader } from "./batch_loader.ts";
import type { BatchPredictor } from "./batch_predictor.ts";
import type { RowBatch } from "./batched_rows.ts";
import type { JobRunner } from "./job_runner.ts";
import type { BatchJob, EpochJob, EpochOutcome, PredictionJob } from "./jobs.ts";
import type { Plan } from "./plan/types.ts";
import type { StepTrainer } from "./step_trainer.ts";
import type { PlannedModel } from "./planned_model.ts";
import { runWatched } from "./watched_job.ts";
import { readArrays, type WeightPlace, writeArrays } from "./weights.ts";

/** Options of {@linkcode WasmMember}. */
export interface WasmMemberOptions {
  readonly spec: ModelSpec;
  readonly options: MemberOptions & { readonly batchSize: number };
  readonly planned: PlannedModel;
  readonly jobs: JobRunner;
  readonly device: string;
}

/** A model in a memory of its own, which its threads share. */
export class WasmMember implements Member {
  readonly device: string;
  readonly path: PredictionPath;
  readonly #options: WasmMemberOptions["options"];
  readonly #inputs: readonly InputSpec[];
  readonly #plan: Plan;
  readonly #jobs: JobRunner;
  readonly #places: readonly WeightPlace[];
  readonly #trained: readonly WeightPlace[];
  #loader: BatchLoader | undefined;
  #predictor: BatchPredictor | undefined;
  #trainer: StepTrainer | undefined;
  #step = 0;

  /** Takes over the jobs' runner; writes the initial weights. */
  constructor({ spec, options, planned, jobs, device }: WasmMemberOptions) {
    this.device = device;
    this.path = jobs.path;
    this.#options = options;
    this.#inputs = modelInputs(spec);
    this.#plan = planned.plan;
    this.#jobs = jobs;
    this.#places = planned.places;
    const trainable = weightShapes(spec).map((shape) => shape.trainable);
    this.#trained = this.#places.filter((_, index) => trainable[index]);
    this.#setWeights(options.weights);
  }

  async runEpoch(request: MemberEpoch): Promise<number> {
    const { epoch, firstPosition, start, end, onProgress, signal } = request;
    await this.#jobs.prepare("all");
    const { loss, steps, samples } = this.#isResident(request.source)
      ? await this.#runResidentEpoch(request)
      : await this.#runSteps(request);
    this.#step += steps;
    if (!Number.isFinite(loss)) {
      const step = (firstPosition + start) / this.#options.batchSize + steps;
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
    const preparing = this.#jobs.prepare("predictions");
    if (preparing !== undefined) await preparing;
    signal.throwIfAborted();
    const jobs = this.#jobs;
    const isWhole = this.#isResident(source) || jobs.isJoined && tablesOf(source) !== undefined;
    const predicted = isWhole
      ? this.#predictResident(source, rows, { signal, onProgress })
      : jobs.isJoined
      ? (this.#predictor ?? await this.#makePredictor()).predict(source, rows, {
        signal,
        onProgress,
      })
      : this.#predictGathered(source, rows, { signal, onProgress });
    const values = predicted instanceof Promise ? await predicted : predicted;
    onProgress(rows.length);
    return values;
  }

  /** Predicts samples that threads copy out of memory; a few of them before it returns. */
  #predictResident(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>> {
    this.#jobs.use(source);
    if (!this.#jobs.isShortPrediction(rows.length)) {
      const predicted = new Float32Array(sharedBuffer(4 * rows.length));
      const claims = this.#jobs.isJoined
        ? new Int32Array(sharedBuffer(4 * rows.length))
        : undefined;
      const job: PredictionJob = { kind: "predict", rows: shareCopy(rows), predicted, claims };
      return runWatched(this.#jobs, job, { signal, onPoll: onProgress }).then(() => {
        signal.throwIfAborted();
        return new Float32Array(predicted);
      });
    }
    const predicted = new Float32Array(rows.length);
    this.#jobs.runHere({ kind: "predict", rows, predicted });
    return predicted;
  }

  /** Predicts samples that are gathered batch by batch. */
  async #predictGathered(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>> {
    const predicted = new Float32Array(sharedBuffer(4 * rows.length));
    const { batchSize } = this.#plan;
    const batches = await this.#batches();
    const compute = async (batch: RowBatch) => {
      const target = predicted.subarray(batch.start);
      const { rows, entries } = batch;
      await this.#do({ kind: "predict", rows, entries, predicted: target });
      onProgress(batch.start + rows.length);
      return true;
    };
    const options = { rows, batchSize, mode: "predict", signal, compute } as const;
    await batches.forEachBatch(source, options);
    return new Float32Array(predicted);
  }

  async inputGradients(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Promise<InputGradients> {
    await this.#jobs.prepare("all");
    const { createGradients, readGradients } = await loadBatchCode();
    const batches = await this.#batches();
    const inputs = this.#inputs;
    const gradients = createGradients(inputs, rows.length);
    const { batchSize } = this.#plan;
    const compute = async ({ start, rows: { length }, entries }: RowBatch) => {
      await this.#do({ kind: "explain", entries });
      const batch = { inputs, gradients, firstSample: start, samples: length };
      readGradients(this.#jobs.context, this.#plan, batch);
      onProgress(start + length);
      return true;
    };
    const options = { rows, batchSize, mode: "explain", signal, compute } as const;
    await batches.forEachBatch(source, options);
    return gradients;
  }

  async pathGradients(
    request: PathRequest,
    call: MemberCall,
  ): Promise<InputGradients | undefined> {
    const { PathFollower } = await loadBatchCode();
    return await new PathFollower(this.#jobs, this.#inputs).follow(request, call);
  }

  state(): Promise<SessionState> {
    const jobs = this.#jobs;
    return Promise.resolve({
      step: this.#step,
      weights: readArrays(jobs, this.#places, "weight"),
      firstMoments: readArrays(jobs, this.#trained, "firstMoment"),
      secondMoments: readArrays(jobs, this.#trained, "secondMoment"),
    });
  }

  restore({ step, weights, firstMoments, secondMoments }: SessionState): Promise<void> {
    this.#step = step;
    this.#setWeights(weights);
    writeArrays(this.#jobs, this.#trained, { kind: "firstMoment", values: firstMoments });
    writeArrays(this.#jobs, this.#trained, { kind: "secondMoment", values: secondMoments });
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#jobs.dismiss();
    return Promise.resolve();
  }

  rest(): Promise<void> {
    this.#jobs.rest();
    return Promise.resolve();
  }

  /** Trains on samples that threads copy out of memory. */
  async #runResidentEpoch(
    { source, order, epoch, firstPosition, start, end, onProgress, signal }: MemberEpoch,
  ): Promise<EpochOutcome> {
    this.#jobs.use(source);
    const { seed, batchSize } = this.#options;
    const job: EpochJob = {
      kind: "epoch",
      order: shareCopy(order),
      start,
      end,
      epoch,
      firstPosition,
      seed,
      batchSize,
      step: this.#step,
    };
    const onPoll = (samples: number) => {
      if (samples > 0) onProgress(start + samples, this.#jobs.meanLoss);
    };
    const outcome = await runWatched(this.#jobs, job, { signal, onPoll });
    return outcome!;
  }

  /** Trains on samples that are gathered batch by batch; what does so is made when it is first needed. */
  async #runSteps(request: MemberEpoch): Promise<EpochOutcome> {
    const { StepTrainer } = await loadBatchCode();
    const model = { plan: this.#plan, inputs: this.#inputs };
    this.#trainer ??= new StepTrainer(this.#jobs, model, this.#options);
    this.#loader?.forget();
    return await this.#trainer.train(request, this.#step);
  }

  #setWeights(weights: readonly Float32Array[]): void {
    this.#loader?.forget();
    writeArrays(this.#jobs, this.#places, { kind: "weight", values: weights });
    this.#jobs.renewCopies();
  }

  /** Loads batches; made when the first is needed, after the kernels. */
  async #batches(): Promise<BatchLoader> {
    const { BatchLoader } = await loadBatchCode();
    return this.#loader ??= new BatchLoader(this.#jobs.context, this.#plan, this.#inputs);
  }

  async #makePredictor(): Promise<BatchPredictor> {
    const { BatchPredictor } = await loadBatchCode();
    return this.#predictor ??= new BatchPredictor(this.#jobs, this.#inputs);
  }

  /** Whether threads can copy the samples themselves: a signal in memory that is all that the model reads. */
  #isResident({ resident }: SampleSource): boolean {
    return resident !== undefined && this.#plan.join === undefined;
  }

  /** Does the job of a batch. */
  async #do(job: BatchJob): Promise<void> {
    if (this.#jobs.isShort(job.kind, job.entries)) this.#jobs.runHere(job);
    else await this.#jobs.runOnThreads(job);
  }
}

/** Batches are for training and for sources that threads cannot read: a first prediction does not wait for their code. */
function loadBatchCode(): Promise<typeof import("./batches.ts")> {
  return import("./batches.ts");
}

function shareCopy(values: Uint32Array): Uint32Array {
  const copy = new Uint32Array(sharedBuffer(4 * values.length));
  copy.set(values);
  return copy;
}
