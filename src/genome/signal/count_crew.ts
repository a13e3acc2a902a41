/**
 * Threads that count files together, a sequence at a time.
 *
 * @module
 */

import { type Deferred, deferred } from "../../base/platform.ts";
import { HAS_SHARED_MEMORY } from "../../base/shared_memory.ts";
import { chooseThreads } from "../../base/threads.ts";
import { whyNoWorkers } from "../../base/workers.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { CountTask, TaskCounts } from "./_count_task.ts";
import { CountHelper, type HelperJob, startSpareWorkers } from "./_count_helper.ts";
import type { SharedPlace } from "./count_worker.ts";
import { runCountTask } from "./_run_count_task.ts";
import type { SignalFormat } from "./track.ts";

/** Reading, inflating and counting so many bytes of a file takes about as long as starting a thread, twice over. */
const BYTES_FOR_A_HELPER = 2 ** 24;
/** The formats of which threads count a file together. */
export const SHARED_FORMATS: ReadonlySet<SignalFormat> = new Set<SignalFormat>(["bam", "bigwig"]);
/** Each thread takes some 20 MB of memory. */
const MOST_THREADS = 8;
/** So long helpers without work are kept: they keep the process alive, and starting them again takes a while. */
const IDLE_MS = 1000;

/**
 * How many threads count at most.
 *
 * @throws {RangeError} If the number that is asked for is not an integer from 1 to 1024.
 */
export function mostCountThreads(threads?: number): number {
  return Math.min(chooseThreads(threads), MOST_THREADS);
}

/**
 * Starts the threads that files of so many bytes will be worth, before it is known what is counted in them.
 *
 * @param bytes Number of bytes of BAM and bigWig files on disk.
 * @param threads How many threads are asked for.
 */
export function startCountThreads(bytes: number, threads?: number): void {
  startSpareWorkers(
    Math.min(mostCountThreads(threads) - 1, Math.floor(bytes / BYTES_FOR_A_HELPER)),
  );
}

/** What becomes of tasks. What its functions throw ends the count, and is thrown. */
export interface TaskSink {
  /** Called from time to time, with how many windows of a task are done. */
  setDone(task: CountTask, windows: number): void;
  /** Takes what a task found. */
  take(task: CountTask, counts: TaskCounts): void;
}

/** Options of {@linkcode CountCrew}. */
export interface CountCrewOptions {
  /**
   * Number of threads, this one included.
   *
   * @default {As many as are worth starting, at most one for each core.}
   */
  readonly threads?: number | undefined;
}

/** The tasks of one file. */
interface Batch {
  readonly source: ByteSource;
  readonly sink: TaskSink;
  readonly finished: Set<CountTask>;
  readonly ended: Deferred<void>;
  /** How many of its tasks wait or are being done, and whether this thread does one of them. */
  left: number;
  isHere: boolean;
  /** Whether a task failed. The others are not worth doing then. */
  isGivenUp: boolean;
  /** What the sink threw. */
  refusal: { readonly error: unknown } | undefined;
}

interface Job extends HelperJob {
  readonly batch: Batch;
}

/**
 * This thread, and others that help it. Only files on disk and blobs are shared out: the others open these themselves. Nothing
 * depends on the helpers: what one of them fails to count is left to the caller.
 */
export class CountCrew {
  readonly #threads: number;
  readonly #isFixed: boolean;
  readonly #helpers: CountHelper<Job>[] = [];
  readonly #queue: Job[] = [];
  #bytes = 0;
  #isBusy = false;
  #canStart = whyNoWorkers() === undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** @throws {RangeError} If the number of threads is not an integer from 1 to 1024. */
  constructor({ threads }: CountCrewOptions = {}) {
    this.#threads = mostCountThreads(threads);
    this.#isFixed = threads !== undefined;
  }

  /**
   * Does tasks on all threads, the largest first.
   *
   * @returns Those that are done: all of them, unless one failed or nobody can help.
   * @throws What the sink throws, or the reason of the signal.
   */
  async count(
    source: ByteSource,
    tasks: readonly CountTask[],
    sink: TaskSink,
    signal?: AbortSignal,
  ): Promise<ReadonlySet<CountTask>> {
    const batch: Batch = {
      source,
      sink,
      finished: new Set(),
      ended: deferred(),
      left: tasks.length,
      isHere: false,
      isGivenUp: false,
      refusal: undefined,
    };
    const place = placeOf(source);
    if (place === undefined || this.#threads === 1 || tasks.length === 0) return batch.finished;
    const largestFirst = tasks.toSorted((one, other) => other.bytes - one.bytes);
    for (const task of largestFirst) this.#bytes += task.bytes;
    this.#startHelpers();
    if (this.#helpers.length === 0) return batch.finished;
    this.#queue.push(...largestFirst.map((task) => ({ batch, task, place })));
    this.#share();
    const abort = () => {
      batch.refusal ??= { error: signal!.reason };
      batch.isGivenUp = true;
      this.#end(batch);
    };
    signal?.addEventListener("abort", abort);
    await batch.ended.promise;
    signal?.removeEventListener("abort", abort);
    if (batch.refusal !== undefined) throw batch.refusal.error;
    return batch.finished;
  }

  /** Ends the helpers. Counts that are under way end with what is done. */
  [Symbol.dispose](): void {
    this.#dismiss();
  }

  #dismiss(): void {
    clearTimeout(this.#idle);
    for (const helper of this.#helpers.splice(0)) {
      for (const job of helper.end()) this.#giveUp(job);
    }
  }

  #startHelpers(): void {
    clearTimeout(this.#idle);
    const worth = this.#isFixed ? Infinity : Math.floor(this.#bytes / BYTES_FOR_A_HELPER);
    while (this.#canStart && this.#helpers.length < Math.min(this.#threads - 1, worth)) {
      try {
        const helper: CountHelper<Job> = new CountHelper<Job>({
          onDone: (job, counts) => this.#finish(job, counts),
          onFailed: (job) => this.#giveUp(job),
          onTaken: () => this.#share(),
          onLost: () => this.#lose(helper),
        });
        this.#helpers.push(helper);
      } catch {
        // A page may forbid threads altogether.
        this.#canStart = false;
      }
    }
  }

  /**
   * Gives each thread what it has time for. A helper has a second task, so that it need not wait for this thread, which takes
   * it back if it has nothing else to do. Where it cannot, helpers have no second one of the last tasks: this thread would wait
   * for a helper that has two.
   */
  #share(): void {
    for (let depth = 1; depth <= 2; depth++) {
      const kept = depth === 1 || HAS_SHARED_MEMORY ? 0 : this.#helpers.length + 1;
      for (const helper of this.#helpers) {
        if (helper.jobs < depth && this.#queue.length > kept) helper.send(this.#queue.shift()!);
      }
      if (depth === 1) void this.#work();
    }
    clearTimeout(this.#idle);
    if (this.#queue.length > 0 || this.#helpers.some(({ jobs }) => jobs > 0)) return;
    if (this.#helpers.length > 0) this.#idle = setTimeout(() => this.#dismiss(), IDLE_MS);
  }

  /** Does a task on this thread, unless it is doing one. */
  async #work(): Promise<void> {
    const job = this.#isBusy ? undefined : this.#queue.shift() ?? this.#takeBack();
    if (job === undefined) return;
    const { batch, task } = job;
    this.#isBusy = true;
    batch.isHere = true;
    try {
      const counts = await runCountTask(batch.source, task, (windows) => {
        this.#pass(batch, () => batch.sink.setDone(task, windows));
        if (batch.refusal !== undefined) throw batch.refusal.error;
      });
      this.#isBusy = batch.isHere = false;
      this.#finish(job, counts);
    } catch {
      this.#isBusy = batch.isHere = false;
      this.#giveUp(job);
    }
  }

  /** Takes a task back that a helper has not started. What a helper still has of a batch that is given up is left to it. */
  #takeBack(): Job | undefined {
    for (const helper of this.#helpers) {
      const job = helper.takeBack();
      if (job !== undefined && !job.batch.isGivenUp) return job;
    }
    return undefined;
  }

  #finish({ batch, task }: Job, counts: TaskCounts): void {
    if (!batch.isGivenUp) {
      this.#pass(batch, () => {
        batch.sink.take(task, counts);
        batch.finished.add(task);
      });
    }
    batch.left--;
    this.#end(batch);
    this.#share();
  }

  /** Calls the sink. Gives the batch up if it throws. */
  #pass(batch: Batch, call: () => void): void {
    try {
      call();
    } catch (error) {
      batch.refusal ??= { error };
      batch.isGivenUp = true;
    }
  }

  #giveUp({ batch }: Job): void {
    batch.isGivenUp = true;
    batch.left--;
    this.#end(batch);
    this.#share();
  }

  /** Ends a batch if it is done, or if it is given up and this thread does none of it. */
  #end(batch: Batch): void {
    if (batch.isGivenUp) {
      const others = this.#queue.filter((job) => job.batch !== batch);
      this.#queue.splice(0, this.#queue.length, ...others);
      if (!batch.isHere) batch.ended.resolve();
    } else if (batch.left === 0) batch.ended.resolve();
  }

  /** Ends a helper, and leaves its tasks undone. No other one is started: it would probably fail in the same way. */
  #lose(helper: CountHelper<Job>): void {
    const at = this.#helpers.indexOf(helper);
    if (at >= 0) {
      this.#helpers.splice(at, 1);
      this.#canStart = false;
    }
    for (const job of helper.end()) this.#giveUp(job);
  }
}

/** What other threads open a source by; `undefined` if they cannot. */
function placeOf({ identity, blob, name }: ByteSource): SharedPlace | undefined {
  return identity ?? (blob && { blob, name });
}
