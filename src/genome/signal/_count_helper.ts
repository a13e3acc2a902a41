/** A thread that counts sequences of files, as this one sees it. */

import type { FileIdentity } from "../../files/byte_source.ts";
import type { CountReply, CountRequest } from "./_count_worker.ts";
import type { CountTask, TaskCounts } from "./_count_task.ts";

/** A task, and the file on disk that it is about. */
export interface HelperJob {
  readonly task: CountTask;
  readonly identity: FileIdentity;
}

/** What is called when a job is done or failed, or when the thread is lost with all its jobs. */
export interface HelperListeners<Job extends HelperJob> {
  readonly onDone: (job: Job, counts: TaskCounts) => void;
  readonly onFailed: (job: Job) => void;
  readonly onLost: () => void;
}

/** A worker thread, which does its jobs in their order. */
export class CountHelper<Job extends HelperJob> {
  readonly #worker: Worker;
  readonly #jobs: Job[] = [];

  constructor({ onDone, onFailed, onLost }: HelperListeners<Job>) {
    // Bundlers look for this very expression.
    this.#worker = new Worker(new URL("./_count_worker.ts", import.meta.url), {
      type: "module",
      name: "histone counter",
    });
    this.#worker.onmessage = ({ data: reply }: MessageEvent<CountReply>) => {
      const job = this.#jobs.shift();
      if (job === undefined) return;
      if (reply.kind === "done") onDone(job, reply.counts);
      else onFailed(job);
    };
    this.#worker.onmessageerror = onLost;
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onLost();
    };
  }

  /** Number of jobs that it has. */
  get jobs(): number {
    return this.#jobs.length;
  }

  /** Gives it a job. */
  send(job: Job): void {
    const { task, identity } = job;
    this.#jobs.push(job);
    this.#worker.postMessage({ task, identity } satisfies CountRequest);
  }

  /** Ends it. Returns the jobs that it had. */
  end(): Job[] {
    this.#worker.terminate();
    return this.#jobs.splice(0);
  }
}
