/**
 * Where a member's jobs are done: short ones on the caller's thread, since waking a worker takes longer; the others on
 * workers, which start with the first of them. The bits are the same, since the same kernels run over the same memory.
 *
 * @module
 */

import type { PredictionPath } from "../engine.ts";
import { sharedBuffer, wasmMemory } from "../../base/shared_memory.ts";
import type { WorkerThread } from "../../base/workers.ts";
import { residentSignal } from "../memory_source.ts";
import { type TableColumn, tablesOf } from "../joined_source.ts";
import type { SampleSource } from "../sample_source.ts";
import type { BatchLists } from "./batch_lists.ts";
import { Barrier, createBarrierMemory } from "./barrier.ts";
import type { GroupedPath } from "./grouped/path.ts";
import { groupedCode } from "./grouped_code.ts";
import type {
  BatchJob,
  BatchPredictionJob,
  EpochOutcome,
  ExplanationJob,
  Job,
  PredictionJob,
} from "./jobs.ts";
import type { KernelSet } from "./kernel_set.ts";
import type { ExecutionContext } from "./ops/context.ts";
import { MAX_PARTS } from "./plan/parts.ts";
import type { PlannedModel } from "./planned_model.ts";
import { Runner } from "./runner.ts";
import { shareColumns, shareTables } from "./share_columns.ts";
import { ShortJobs } from "./short_jobs.ts";
import type { UpdatePolicy } from "./update_policy.ts";
import { readArrays, transposeAll } from "./weights.ts";
import { type StandingRequest, WorkerPool } from "./worker_pool.ts";

/** Options of {@linkcode JobRunner}. */
export interface JobRunnerOptions {
  readonly planned: PlannedModel;
  readonly policy: UpdatePolicy;
  readonly threads: number;
  /** Whether to predict in groups; `undefined` to predict directly. */
  readonly groups: GroupedPath | undefined;
  /** Starts a thread of the pool; its number is given. */
  readonly startThread: (thread: number) => WorkerThread;
}

/** Does a member's jobs, one at a time. */
export class JobRunner {
  /** The member's memory as float32; weights may be read and written while no job runs. */
  readonly floats: Float32Array;
  readonly #options: JobRunnerOptions;
  readonly #memory: WebAssembly.Memory;
  readonly #threads = createBarrierMemory(MAX_PARTS);
  readonly #barrier: Barrier;
  readonly #pool: WorkerPool;
  readonly #shortJobs: ShortJobs;
  #modules: readonly WebAssembly.Module[] | undefined;
  /** Runs on the caller's thread. */
  #own: Runner | undefined;
  readonly #ownThread = createBarrierMemory(MAX_PARTS);
  readonly #ownBarrier = new Barrier(this.#ownThread, 1);
  #hasAll = false;
  #copiesAreOld = true;
  /** The same for the weights that groups are predicted with, which training does not renew. */
  #imagesAreOld = true;
  readonly #images: readonly Float32Array[];
  #ownHasGroups = false;
  #toldPool = false;
  #pathImage: Float32Array | undefined;
  #pathImageIsOld = true;
  #toldPaths = false;
  #lists: StandingRequest | undefined;
  #source: SampleSource | undefined;
  #ownSource: SampleSource | undefined;
  #poolSource: SampleSource | undefined;

  /** Takes the memory that the plan wants. */
  constructor(options: JobRunnerOptions) {
    const { planned: { plan: { pages }, plan }, policy, threads } = options;
    this.#options = options;
    this.#images = options.groups === undefined
      ? []
      : groupedCode().createPathImages(options.groups);
    this.#shortJobs = new ShortJobs(this.path);
    const memory = this.#memory = wasmMemory(pages);
    this.floats = new Float32Array(memory.buffer);
    this.#barrier = new Barrier(this.#threads, threads);
    const started = { plan, memory, barrier: this.#threads, policy, threads };
    this.#pool = new WorkerPool(started, options.startThread);
  }

  /** How jobs predict. */
  get path(): PredictionPath {
    return this.#options.groups === undefined ? "direct" : "grouped";
  }

  /** What kernels compute with on the caller's thread, after {@linkcode prepare}. */
  get context(): ExecutionContext {
    return this.#own!.context;
  }

  /** Samples that the running job has done. */
  get samplesDone(): number {
    return this.#barrier.samplesDone;
  }

  /** Mean loss of the samples that the running epoch has done. */
  get meanLoss(): number {
    return this.#threads.losses.at(-1)!;
  }

  /** Says that weights were written: the copies that kernels read are renewed before the next job. */
  renewCopies(): void {
    this.#copiesAreOld = true;
    this.#imagesAreOld = true;
    this.#pathImageIsOld = true;
  }

  /** Has the kernels ready that the next jobs need; returns nothing to wait for where they are. */
  prepare(set: KernelSet): Promise<void> | undefined {
    const isReady = this.#own !== undefined && (this.#hasAll || set === "predictions");
    if (!isReady) return this.#takeKernels(set);
    this.#renewOldCopies(set);
    return undefined;
  }

  /** Has everything ready that follows paths, on the workers; false if the model is not served. */
  async preparePaths(): Promise<boolean> {
    await this.prepare("predictions");
    const { paths, places } = this.#options.planned;
    const program = await paths;
    if (program === undefined) return false;
    const image = this.#pathImage ??= new Float32Array(sharedBuffer(program.plan.weights.bytes));
    const isOld = this.#pathImageIsOld;
    const weights = () => readArrays(this, places, "weight");
    if (isOld) groupedCode().packPathWeights(program.plan, weights(), image);
    if (!this.#toldPaths) this.#pool.send({ kind: "pathProgram", program });
    if (isOld || !this.#toldPaths) this.#pool.send({ kind: "pathWeights", image });
    this.#pathImageIsOld = false;
    this.#toldPaths = true;
    return true;
  }

  /** Sets the samples that the next jobs copy out of memory themselves. */
  use(source: SampleSource): void {
    this.#source = source;
  }

  /** Sets where the batches of training steps are. */
  useLists(lists: readonly BatchLists[]): void {
    this.#lists = { kind: "lists", lists };
  }

  /** Whether a job is done on the caller's thread, by the entries of its chains; ask once for each. */
  isShort(kind: BatchJob["kind"], entries: readonly number[]): boolean {
    return this.#shortJobs.take(kind, this.#options.planned.countWork(entries));
  }

  /** Does a short job on the caller's thread, before it returns. */
  runHere(job: PredictionJob | ExplanationJob): void {
    this.#refuseAfterFailure();
    const source = this.#source;
    if (source !== undefined && source !== this.#ownSource) {
      this.#ownSource = source;
      if (this.isJoined) this.#own!.useTables(this.#arrange(tablesOf(source)!));
      else this.#own!.use({ ...residentSignal(source), labels: undefined });
    }
    // A job that failed may have left tasks that it had taken.
    this.#ownBarrier.reset();
    this.#own!.run(job);
  }

  /** Whether threads predict whole samples with branches, each by itself. */
  get isJoined(): boolean {
    return this.#options.groups?.kind === "joined";
  }

  /** Number of threads. */
  get threads(): number {
    return this.#options.threads;
  }

  /** Whether so many rows are predicted on the caller's thread: references are taken to be one gene's. */
  isShortPrediction(rows: number): boolean {
    const { join, encoders } = this.#options.planned.plan;
    const entries = rows + (join?.references ?? 0);
    return this.isShort("predict", [...encoders.map(() => entries), rows]);
  }

  /** Predicts a batch on the caller's thread, before it returns. */
  predictBatchHere(job: BatchPredictionJob): void {
    this.#refuseAfterFailure();
    this.#own!.predictBatch(job);
  }

  /** Predicts a batch on one of the workers. */
  predictBatch(thread: number, job: BatchPredictionJob): Promise<void> {
    return this.#pool.runAlone(thread, job);
  }

  /** Does a job on the workers, after those that they have been given before. */
  async runOnThreads(job: Job): Promise<EpochOutcome | undefined> {
    const source = this.#source;
    if (source !== undefined && source !== this.#poolSource) {
      this.#poolSource = source;
      this.#pool.send(
        this.isJoined
          ? { kind: "tables", tables: this.#arrange(shareTables(source)) }
          : { kind: "data", data: shareColumns(source) },
      );
    }
    if (job.kind === "epoch" || job.kind === "step") {
      this.#imagesAreOld = true;
      this.#pathImageIsOld = true;
    }
    if (job.kind === "step") this.#pool.send(this.#lists!);
    return await this.#pool.run(job, () => this.#barrier.reset());
  }

  /** Asks the workers to end the running job before its next batch. */
  askToStop(): void {
    this.#barrier.askToStop();
  }

  /** Ends the workers until a job needs them, and lets go of the samples. */
  rest(): void {
    this.#pool.rest();
    this.#shortJobs.rest();
    this.#toldPool = false;
    this.#toldPaths = false;
    this.#source = this.#ownSource = this.#poolSource = undefined;
    this.#own?.use(undefined);
    this.#own?.useTables(undefined);
  }

  /** Ends the workers for good. */
  dismiss(): void {
    this.#pool.dismiss();
  }

  /** The tables of the model's inputs, in their order. */
  #arrange(columns: readonly TableColumn[]): readonly TableColumn[] {
    return this.#options.planned.inputs.map(({ name }) =>
      columns.find(({ input }) => input.name === name)!
    );
  }

  /** What the threads were doing when one of them failed may have left the memory in any state. */
  #refuseAfterFailure(): void {
    const { failure } = this.#pool;
    if (failure !== undefined) throw failure;
  }

  async #takeKernels(set: KernelSet): Promise<void> {
    const { planned, policy } = this.#options;
    const modules = await planned.modules(set);
    this.#hasAll = set === "all";
    if (modules !== this.#modules) {
      this.#modules = modules;
      this.#own = new Runner({
        plan: planned.plan,
        module: modules[0]!,
        memory: this.#memory,
        barrier: this.#ownThread,
        policy,
        thread: 0,
        threads: 1,
      });
      this.#ownSource = undefined;
      // The kernels of training read other copies of the weights.
      this.#copiesAreOld = true;
      this.#ownHasGroups = false;
      this.#pool.use(modules);
    }
    this.#renewOldCopies(set);
  }

  #renewOldCopies(set: KernelSet): void {
    if (this.#copiesAreOld) transposeAll(this.context, this.#options.planned.plan);
    this.#copiesAreOld = false;
    if (set === "predictions") this.#renewGroups();
  }

  /** Tells the threads of the grouped path's kernels and weights, as far as they do not know them. */
  #renewGroups(): void {
    const { groups: path, planned: { places } } = this.#options;
    if (path === undefined) return;
    const images = this.#images;
    const areOld = this.#imagesAreOld;
    if (areOld) groupedCode().packPathImages(path, readArrays(this, places, "weight"), images);
    this.#imagesAreOld = false;
    if (!this.#ownHasGroups) this.#own!.useGroups(path);
    if (!this.#toldPool) this.#pool.send({ kind: "groups", path });
    if (areOld || !this.#ownHasGroups) this.#own!.setGroupWeights(images);
    if (areOld || !this.#toldPool) this.#pool.send({ kind: "groupWeights", images });
    this.#ownHasGroups = true;
    this.#toldPool = true;
  }
}
