import { EngineUnavailableError } from "../../errors.ts";
import type { EpochOutcome, Job } from "./jobs.ts";
import type { RunnerOptions } from "./runner.ts";
import type { WorkerReply, WorkerRequest } from "./worker.ts";

/** The worker threads of a session. If one of them fails, all are ended, since the others wait for it. */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  #waiting: PromiseWithResolvers<EpochOutcome | undefined> | undefined;
  #expected = 0;
  #failure: Error | undefined;

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    workers.forEach((worker, thread) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => this.#hear(thread, data);
      worker.onerror = (event) => {
        event.preventDefault();
        const message = event.message ||
          `its program could not be loaded; a bundler must include ${
            import.meta.resolve("./worker.ts")
          }`;
        this.#fail(thread, event.error ?? { message });
      };
      worker.onmessageerror = () => this.#fail(thread, new Error("a message could not be read"));
    });
  }

  /**
   * Starts threads and waits until all have their kernels.
   *
   * @throws {EngineUnavailableError} If one fails.
   */
  static async start(options: Omit<RunnerOptions, "thread">): Promise<WorkerPool> {
    const workers = Array.from(
      { length: options.threads },
      // Written in one expression, since bundlers look for that.
      (_, thread) =>
        new Worker(new URL("./worker.ts", import.meta.url), {
          type: "module",
          name: `histone ${thread}`,
        }),
    );
    const pool = new WorkerPool(workers);
    const started = pool.#expectReplies();
    workers.forEach((worker, thread) => {
      worker.postMessage(
        { kind: "start", options: { ...options, thread } } satisfies WorkerRequest,
      );
    });
    await started;
    return pool;
  }

  /** Number of threads. */
  get threads(): number {
    return this.#workers.length;
  }

  /** Sends all threads a message that needs no answer. */
  send(request: WorkerRequest): void {
    for (const worker of this.#workers) worker.postMessage(request);
  }

  /**
   * Has all threads do a job together.
   *
   * @param prepare Called before it begins, unless it is refused because another one is running.
   * @returns How it ended, the same on all threads.
   * @throws {EngineUnavailableError} If a thread fails; the error names it, and all threads are ended.
   */
  async run(
    job: Job,
    prepare?: () => void,
  ): Promise<EpochOutcome | undefined> {
    const done = this.#expectReplies();
    prepare?.();
    this.send(job);
    return await done;
  }

  /** Ends all threads. */
  dismiss(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#failure ??= new Error("Cannot run a job: the session was disposed of");
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }

  #expectReplies(): Promise<EpochOutcome | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting !== undefined) throw new Error("Cannot run a job: another one is running");
    this.#waiting = Promise.withResolvers();
    this.#expected = this.#workers.length;
    return this.#waiting.promise;
  }

  #hear(thread: number, reply: WorkerReply): void {
    if (reply.kind === "failed") return this.#fail(thread, reply.error);
    this.#expected--;
    if (this.#expected > 0 || this.#waiting === undefined) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(reply.kind === "done" ? reply.outcome : undefined);
  }

  #fail(thread: number, cause: { readonly message: string }): void {
    this.#failure ??= new EngineUnavailableError(
      `Cannot continue computing: worker ${
        thread + 1
      } of ${this.#workers.length} failed: ${cause.message}`,
      { cause },
    );
    this.dismiss();
  }
}
