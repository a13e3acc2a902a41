import { type Deferred, deferred } from "../../base/platform.ts";
import { workerAddress, type WorkerThread } from "../../base/workers.ts";
import { EngineUnavailableError } from "../../errors.ts";
import type { BatchPredictionJob, EpochOutcome, Job } from "./jobs.ts";
import type { RunnerOptions } from "./runner.ts";
import type { WorkerReply, WorkerRequest } from "./thread_program.ts";

/** What all threads of a pool are started with. */
export type PoolOptions = Omit<RunnerOptions, "thread" | "module">;

/** What threads are told besides jobs, such as the samples. */
export type StandingRequest = Exclude<
  WorkerRequest,
  Job | BatchPredictionJob | { readonly kind: "start" }
>;

/** A job that threads have been given. */
interface GivenJob {
  /** How many of them have not answered. */
  threads: number;
  readonly done: Deferred<EpochOutcome | undefined>;
}

function giveJob(threads: number): GivenJob {
  return { threads, done: deferred() };
}

/**
 * The worker threads of a session, which start when the first job comes. If one of them fails, all are ended, since the
 * others wait for it.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #startThread: (thread: number) => WorkerThread;
  #modules: readonly WebAssembly.Module[] = [];
  #workers: readonly WorkerThread[] = [];
  /** The last request of each kind, which threads that start later are told as well. */
  readonly #standing = new Map<StandingRequest["kind"], StandingRequest>();
  /** By thread: the jobs that it has been given and has not answered, in their order. */
  #given: readonly GivenJob[][] = [];
  #failure: Error | undefined;

  /** Starts nothing yet. `startThread` starts a thread, given its number. */
  constructor(options: PoolOptions, startThread: (thread: number) => WorkerThread) {
    this.#options = options;
    this.#startThread = startThread;
  }

  /** Number of threads. */
  get threads(): number {
    return this.#options.threads;
  }

  /** Why the pool does no more jobs, if it does not: a thread failed, or all were dismissed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Sets the kernels that threads compute with, by thread or one for all; call it before the first job. */
  use(modules: readonly WebAssembly.Module[]): void {
    if (this.#modules === modules) return;
    this.#modules = modules;
    this.#begin(this.#workers);
  }

  /** Tells all threads, those that start later too, what needs no answer; once, if it is the same request again. */
  send(request: StandingRequest): void {
    if (this.#standing.get(request.kind) === request) return;
    this.#standing.set(request.kind, request);
    for (const worker of this.#workers) worker.postMessage(request);
  }

  /**
   * Has all threads do a job together, after those that they have been given before; starts them if none has started yet.
   *
   * @param prepare Called before it begins if no other job runs.
   * @returns How it ended, the same on all threads.
   * @throws {EngineUnavailableError} If a thread fails; the error names it, and all threads are ended.
   */
  async run(
    job: Job,
    prepare?: () => void,
  ): Promise<EpochOutcome | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#workers.length === 0) this.#start();
    if (!this.#isBusy) prepare?.();
    // Threads end a step together, so one of them answers for all.
    const answering = job.kind === "step" ? 1 : this.#workers.length;
    const given = giveJob(answering);
    for (const jobs of this.#given.slice(0, answering)) jobs.push(given);
    for (const worker of this.#workers) worker.postMessage(job);
    return await given.done.promise;
  }

  /**
   * Has one thread do a job by itself, after those that it has been given before; starts all threads if none has started.
   *
   * @throws {EngineUnavailableError} If a thread fails.
   */
  async runAlone(thread: number, job: BatchPredictionJob): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#workers.length === 0) this.#start();
    const given = giveJob(1);
    this.#given[thread]!.push(given);
    this.#workers[thread]!.postMessage(job);
    await given.done.promise;
  }

  /** Ends threads that wait for jobs, and forgets what they were told; the next job starts others. */
  rest(): void {
    if (this.#isBusy) throw new Error("Cannot rest: a job is running");
    this.#end();
    this.#standing.clear();
  }

  /** Ends all threads for good. */
  dismiss(): void {
    this.#end();
    this.#failure ??= new Error("Cannot run a job: the session was disposed of");
    for (const { done } of this.#given.flat()) done.reject(this.#failure);
    this.#given = [];
  }

  get #isBusy(): boolean {
    return this.#given.some(({ length }) => length > 0);
  }

  #start(): void {
    this.#workers = Array.from({ length: this.threads }, (_, thread) => this.#startThread(thread));
    this.#given = this.#workers.map(() => []);
    this.#workers.forEach((worker, thread) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
        // What an ended thread said last may come after its end.
        if (this.#workers[thread] === worker) this.#hear(thread, data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        const message = event.message ||
          `its program could not be loaded; a bundler must include ${
              workerAddress("engine")
            }, or useWorkers ` +
            "say where it is";
        this.#fail(thread, event.error ?? { message });
      };
      worker.onmessageerror = () => this.#fail(thread, new Error("a message could not be read"));
    });
    this.#begin(this.#workers);
  }

  /** Gives threads their kernels, and all that they have to know besides. */
  #begin(workers: readonly WorkerThread[]): void {
    workers.forEach((worker, thread) => {
      const module = this.#modules[thread] ?? this.#modules[0]!;
      const options: RunnerOptions = { ...this.#options, module, thread };
      worker.postMessage({ kind: "start", options } satisfies WorkerRequest);
      for (const request of this.#standing.values()) worker.postMessage(request);
    });
  }

  #end(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  #hear(thread: number, reply: WorkerReply): void {
    if (reply.kind === "failed") return this.#fail(thread, reply.error);
    const given = this.#given[thread]!.shift()!;
    given.threads--;
    if (given.threads === 0) given.done.resolve(reply.outcome);
  }

  #fail(thread: number, cause: { readonly message: string }): void {
    this.#failure ??= new EngineUnavailableError(
      `Cannot continue computing: worker ${thread + 1} of ${this.threads} failed: ${cause.message}`,
      { cause },
    );
    this.dismiss();
  }
}
