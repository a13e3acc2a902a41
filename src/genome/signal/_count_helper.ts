/** A thread that counts sequences of files, as this one sees it. */

import { startWorker, type WorkerThread } from "../../base/workers.ts";
import type { CountReply, CountRequest, SharedPlace } from "./count_worker.ts";
import { type Claim, makeClaim, takeClaim } from "./_claim.ts";
import type { CountTask, TaskCounts } from "./_count_task.ts";

/** A task, and the file that it is about. */
export interface HelperJob {
  readonly task: CountTask;
  readonly place: SharedPlace;
}

/** What is called when a job is done or failed, when the thread has noticed that one was taken back, or when the thread is lost with all its jobs. */
export interface HelperListeners<Job extends HelperJob> {
  readonly onDone: (job: Job, counts: TaskCounts) => void;
  readonly onFailed: (job: Job) => void;
  readonly onTaken: () => void;
  readonly onLost: () => void;
}

/** Helpers that were started early end after so long without work: they keep the process alive. */
const SPARE_MS = 5000;

/** A worker that was started before there is work for it, and what ends it if none comes. */
interface Spare {
  readonly worker: WorkerThread;
  readonly timer: ReturnType<typeof setTimeout>;
}

const spares = new Set<Spare>();

function startCounter(): WorkerThread {
  return startWorker("count", "histone counter");
}

/**
 * Starts workers for the next helpers, since starting one takes a tenth of a second, in which its core has nothing else to
 * do as long as annotations are read.
 *
 * @param count How many are to wait.
 */
export function startSpareWorkers(count: number): void {
  while (spares.size < count) {
    let worker: WorkerThread;
    try {
      worker = startCounter();
    } catch {
      // A page may forbid threads altogether.
      return;
    }
    const end = () => {
      if (spares.delete(spare)) worker.terminate();
    };
    const spare: Spare = { worker, timer: setTimeout(end, SPARE_MS) };
    spares.add(spare);
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(spare.timer);
      end();
    };
  }
}

function takeWorker(): WorkerThread {
  for (const spare of spares) {
    spares.delete(spare);
    clearTimeout(spare.timer);
    return spare.worker;
  }
  return startCounter();
}

/** A job that a worker was given. */
interface GivenJob<Job> {
  readonly job: Job;
  readonly claim: Claim;
  isTakenBack: boolean;
}

/** A worker thread, which does its jobs in their order. */
export class CountHelper<Job extends HelperJob> {
  readonly #worker: WorkerThread;
  readonly #jobs: GivenJob<Job>[] = [];

  constructor({ onDone, onFailed, onTaken, onLost }: HelperListeners<Job>) {
    this.#worker = takeWorker();
    this.#worker.onmessage = ({ data: reply }: MessageEvent<CountReply>) => {
      const given = this.#jobs.shift();
      if (given === undefined) return;
      if (reply.kind === "done") onDone(given.job, reply.counts);
      else if (reply.kind === "taken") onTaken();
      else onFailed(given.job);
    };
    this.#worker.onmessageerror = onLost;
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onLost();
    };
  }

  /** Number of jobs that it has, with those that were taken back until it notices. */
  get jobs(): number {
    return this.#jobs.length;
  }

  /** Gives it a job. */
  send(job: Job): void {
    const { task, place } = job;
    const claim = makeClaim();
    this.#jobs.push({ job, claim, isTakenBack: false });
    this.#worker.postMessage({ task, place, claim } satisfies CountRequest);
  }

  /** Takes a job back that it has not started, for the caller to do; `undefined` if it has started all. */
  takeBack(): Job | undefined {
    for (const given of this.#jobs) {
      const { job, claim, isTakenBack } = given;
      if (isTakenBack || claim === undefined || !takeClaim(claim)) continue;
      given.isTakenBack = true;
      return job;
    }
    return undefined;
  }

  /** Ends it. Returns the jobs that it had. */
  end(): Job[] {
    this.#worker.terminate();
    return this.#jobs.splice(0).filter(({ isTakenBack }) => !isTakenBack).map(({ job }) => job);
  }
}
