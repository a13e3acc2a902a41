/**
 * One thread of the engine: takes tasks of a stage until all are taken, waits for the other threads, and begins the
 * next stage.
 *
 * @module
 */

import type { SignalColumns } from "../memory_source.ts";
import type { TableColumn } from "../joined_source.ts";
import { Barrier, type BarrierMemory } from "./barrier.ts";
import type { BatchLists } from "./batch_lists.ts";
import { extendedCode } from "./extended_code.ts";
import type { InputView } from "./grouped/joined/input_view.ts";
import type { JoinedThread } from "./grouped/joined/joined_thread.ts";
import type { GroupedPath } from "./grouped/path.ts";
import type { PathThread } from "./grouped/paths/path_thread.ts";
import type { PathProgram } from "./grouped/paths/program.ts";
import type { ThreadGroups } from "./grouped/thread_groups.ts";
import { groupedCode } from "./grouped_code.ts";
import type {
  BatchPredictionJob,
  EpochJob,
  EpochOutcome,
  ExplanationJob,
  Job,
  PredictionJob,
  StepJob,
} from "./jobs.ts";
import { ExecutionContext } from "./ops/context.ts";
import { cutChains, cutParts } from "./plan/parts.ts";
import {
  explanationStages,
  isWriting,
  predictionStages,
  type Stage,
  type StageOptions,
  trainingStages,
} from "./plan/stages.ts";
import type { Plan } from "./plan/types.ts";
import { type Batch, Tasks } from "./tasks.ts";
import type { UpdatePolicy } from "./update_policy.ts";

/** What a thread is started with. */
export interface RunnerOptions {
  readonly plan: Plan;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly barrier: BarrierMemory;
  readonly policy: UpdatePolicy;
  /** Number of this thread, and how many there are. */
  readonly thread: number;
  readonly threads: number;
}

/** A thread's share of the work. All threads of a pool run the same jobs at the same time. */
export class Runner {
  /** What it computes with. */
  readonly context: ExecutionContext;
  readonly #plan: Plan;
  readonly #policy: UpdatePolicy;
  readonly #barrier: Barrier;
  readonly #losses: Float64Array;
  readonly #thread: number;
  readonly #threads: number;
  readonly #tasks: Tasks;
  readonly #stages: { gathering?: Stage[]; loaded?: Stage[] } = {};
  #predictionStages: { gathering?: Stage[]; loaded?: Stage[] } = {};
  #data: SignalColumns | undefined;
  #groups: ThreadGroups | undefined;
  #path: GroupedPath | undefined;
  #images: readonly Float32Array[] = [];
  #paths: PathThread | undefined;
  #joined: JoinedThread | undefined;
  #views: readonly InputView[] | undefined;
  #lists: readonly BatchLists[] = [];
  /** Whether the loss of the last step was finite. */
  #isFinite = true;

  /** Instantiates the kernels over the shared memory. */
  constructor({ plan, module, memory, barrier, policy, thread, threads }: RunnerOptions) {
    this.#plan = plan;
    this.#policy = policy;
    const scratch = plan.scratch + thread * plan.scratchBytes;
    this.context = new ExecutionContext({ module, memory, scratch });
    this.#barrier = new Barrier(barrier, threads);
    this.#losses = barrier.losses;
    this.#thread = thread;
    this.#threads = threads;
    this.#tasks = new Tasks(this.context, plan, { losses: barrier.losses, threads });
  }

  /** Sets the samples that the next jobs read; lets go of those before. */
  use(data: SignalColumns | undefined): void {
    this.#data = data;
    this.#tasks.use(data);
  }

  /** Sets where the batches of the next steps are. */
  useLists(lists: readonly BatchLists[]): void {
    this.#lists = lists;
  }

  /** From now on predicts in groups, after {@linkcode setGroupWeights}. */
  useGroups(path: GroupedPath): void {
    this.#path = path;
    if (path.kind === "joined") return;
    this.#groups = new (groupedCode().ThreadGroups)(path.programs, this.#plan, this.context);
    this.#tasks.useGroups(this.#groups);
    this.#predictionStages = {};
  }

  /** Sets the weights with which groups are predicted. */
  setGroupWeights(images: readonly Float32Array[]): void {
    this.#images = images;
    (this.#joined ?? this.#groups)?.setWeights(images);
  }

  /** From now on follows paths, after {@linkcode setPathWeights}. */
  usePaths(program: PathProgram): void {
    this.#paths = new (groupedCode().PathThread)(program, this.#plan.loss);
  }

  /** Sets the weights with which paths are followed. */
  setPathWeights(image: Float32Array): void {
    this.#paths!.setWeights(image);
  }

  /** Sets the tables, in the order of the model's inputs, that the next predictions of joined samples read. */
  useTables(tables: readonly TableColumn[] | undefined): void {
    this.#views = tables?.map(groupedCode().viewColumn);
    this.#joined?.release();
  }

  /** Predicts a batch by itself. */
  predictBatch({ inputs, predicted }: BatchPredictionJob): void {
    this.#joinedThread.predictBatch(inputs.map(groupedCode().viewGathered), predicted);
  }

  /** What predicts samples with branches; its memory is taken when it is first needed. */
  get #joinedThread(): JoinedThread {
    if (this.#joined !== undefined) return this.#joined;
    if (this.#path?.kind !== "joined") throw new Error("Cannot predict: no groups were set");
    this.#joined = new (groupedCode().JoinedThread)(this.#path.program);
    this.#joined.setWeights(this.#images);
    return this.#joined;
  }

  /** Whether it is the first of the threads. */
  get isFirst(): boolean {
    return this.#thread === 0;
  }

  /** Does a job. The outcome of one that trains is the same on every thread. */
  run(job: Job): EpochOutcome | undefined {
    switch (job.kind) {
      case "epoch":
        return finish(this.trainEpoch(job));
      case "step":
        return this.#runStep(job);
      case "predict":
        return void this.#predict(job);
      case "explain":
        return void this.#explain(job);
      case "paths":
        return void this.#paths!.run(this.#barrier, job);
    }
  }

  /** Trains for an epoch, or until the threads are asked to stop. Yields after each batch. */
  *trainEpoch(job: EpochJob): Generator<void, EpochOutcome> {
    const { order, start, end, batchSize, epoch, seed } = job;
    const stages = this.#trainingStages({ gather: true });
    const { labels, weights } = this.#data!;
    let [sum, steps, samples] = [0, 0, 0];
    while (start + samples < end && !this.#barrier.stopping) {
      const first = start + samples;
      const rows = order.subarray(first, Math.min(end, first + batchSize));
      const parts = [cutParts(rows.length)];
      const adam = extendedCode().adamStep(this.#policy, job.step + steps + 1);
      const position = { seed, epoch, firstPosition: job.firstPosition + first };
      sum += this.#train(stages, { mode: "train", rows, labels, weights, parts, position, adam });
      steps++;
      samples += rows.length;
      if (this.#thread === 0) this.#report(sum / samples, samples);
      if (!Number.isFinite(sum)) break;
      yield;
    }
    return { loss: sum / samples, steps, samples };
  }

  /** Trains on one batch, which was arranged; on none after a loss that is not finite or a request to stop. */
  #runStep(job: StepJob): EpochOutcome {
    const { entries, labels, weights, position, step } = job;
    const hasDiverged = !job.isFirst && !this.#isFinite;
    if (hasDiverged || this.#barrier.stopping) return { loss: NaN, steps: 0, samples: 0 };
    const stages = this.#trainingStages({ gather: false });
    const rows = new Uint32Array(labels.length).map((_, row) => row);
    const parts = cutChains(this.#plan, entries);
    const adam = extendedCode().adamStep(this.#policy, step);
    const lists = this.#lists[job.lists]!;
    const written = {
      batch: { lists, entries, mode: "train" },
      pieces: extendedCode().cutPieces(this.#plan, entries, stages.find(isWriting)!.chain),
    } as const;
    const batch: Batch = { mode: "train", rows, labels, weights, parts, position, adam, written };
    const loss = this.#train(stages, batch);
    this.#isFinite = Number.isFinite(loss);
    return { loss, steps: 1, samples: labels.length };
  }

  /** The stages of a step, the same for all. */
  #trainingStages({ gather }: StageOptions): readonly Stage[] {
    const { frozen } = this.#policy;
    return this.#stages[gather ? "gathering" : "loaded"] ??= trainingStages(this.#plan, {
      gather,
      frozen,
    });
  }

  /** Takes a step; returns the sum of the samples' losses. */
  #train(stages: readonly Stage[], batch: Batch): number {
    let sum = 0;
    for (const stage of stages) {
      // Every thread adds up the losses before the last stage, when no thread can write them.
      if (stage.kind === "update") {
        sum = batch.parts.at(-1)!.reduce((total, { index }) => total + this.#losses[index]!, 0);
      }
      this.#run(stage, batch);
    }
    return sum;
  }

  /** Predicts rows in batches, or the batch that is in the chains' inputs. */
  #predict({ rows, entries, predicted, claims }: PredictionJob): void {
    const { batchSize } = this.#plan;
    const gather = entries === undefined;
    if (gather && this.#path?.kind === "joined") {
      const [thread, threads] = [this.#thread, this.#threads];
      const shared = { views: this.#views!, rows, predicted, claims, thread, threads };
      return this.#joinedThread.predict(this.#barrier, shared);
    }
    const groups = this.#groups;
    if (gather && groups !== undefined) {
      return groups.predict(this.#barrier, { data: this.#data!, rows, predicted });
    }
    const inGroups = groups?.inGroups ?? [];
    const stages = this.#predictionStages[gather ? "gathering" : "loaded"] ??= predictionStages(
      this.#plan,
      { gather, inGroups },
    );
    const cut = (entries: readonly number[]) =>
      cutChains(this.#plan, entries).map((parts, chain) =>
        inGroups[chain] ? groupedCode().cutGroups(entries[chain]!) : parts
      );
    for (let start = 0; start < rows.length && !this.#barrier.stopping; start += batchSize) {
      const batch = rows.subarray(start, start + batchSize);
      const parts = cut(entries ?? [batch.length]);
      const target = predicted.subarray(start, start + batchSize);
      for (const stage of stages) {
        this.#run(stage, { mode: "predict", rows: batch, predicted: target, parts });
      }
      if (this.#thread === 0) this.#barrier.samplesDone = start + batch.length;
    }
  }

  /** Computes the derivatives of the outputs with respect to the batch that is in the chains' inputs. */
  #explain({ entries }: ExplanationJob): void {
    const parts = cutChains(this.#plan, entries);
    const rows = new Uint32Array(entries.at(-1)!);
    for (const stage of explanationStages(this.#plan)) {
      this.#run(stage, { mode: "explain", rows, parts });
    }
  }

  #report(loss: number, samples: number): void {
    this.#losses[this.#losses.length - 1] = loss;
    this.#barrier.samplesDone = samples;
  }

  #run(stage: Stage, batch: Batch): void {
    const tasks = this.#tasks.count(stage, batch);
    for (let task = this.#barrier.takeTask(); task < tasks; task = this.#barrier.takeTask()) {
      this.#tasks.run(stage, task, batch);
    }
    this.#barrier.wait(() => this.#tasks.finish(stage, batch));
  }
}

/** Takes all steps of a job. */
function finish<Outcome>(steps: Generator<void, Outcome>): Outcome {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
