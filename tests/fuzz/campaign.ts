/** Runs many cases in a worker and watches it: a case that hangs or fills the memory is ended and recorded. */

import { Tally } from "./tally.ts";
import type { WorkerMessage, WorkerTask } from "./worker.ts";

/** A case that did not end as documented. */
export interface Failure {
  readonly reader: string;
  readonly number: number;
  readonly message: string;
}

/** The results of a reader's cases. */
export interface ReaderResult {
  readonly reader: string;
  readonly tally: Tally;
  readonly failures: readonly Failure[];
  /** The most memory that the process gained, over what it uses with everything loaded, in bytes. */
  readonly gained: number;
}

/** Options of {@linkcode fuzzReader}. */
export interface CampaignOptions {
  readonly seed: number;
  /** Number of the first case. */
  readonly from: number;
  /** Number after that of the last case. */
  readonly to: number;
  /** Longest time a case may take, in milliseconds. */
  readonly limitMs: number;
  /** The most memory that the process may gain over what it uses with everything loaded, in bytes. */
  readonly limitBytes: number;
}

const WATCH_INTERVAL_MS = 20;

/** Runs cases of one reader. */
export async function fuzzReader(reader: string, options: CampaignOptions): Promise<ReaderResult> {
  const tally = new Tally();
  const failures: Failure[] = [];
  let gained = 0;
  let suspect = -1;
  for (let from = options.from; from < options.to;) {
    const run = await runWatched({ ...options, from, reader });
    failures.push(...run.failures);
    tally.merge(run.tally);
    gained = Math.max(gained, run.gained);
    if (run.stopped === undefined) break;
    // A case that has just finished is counted, and the memory is the garbage of many cases.
    from = run.tally.get("current") + (run.tally.get("isReading") === 1 ? 0 : 1);
    // Only a case that is stopped twice is recorded: the machine may have been busy with something else.
    if (suspect === from) {
      failures.push({ reader, number: from, message: run.stopped });
      tally.add("done");
      from++;
    }
    suspect = from;
  }
  return { reader, tally, failures, gained };
}

interface WatchedRun {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
  readonly gained: number;
  /** Why the worker was stopped, if it was. */
  readonly stopped: string | undefined;
}

type WatchedTask = Omit<WorkerTask, "tally"> & Pick<CampaignOptions, "limitMs" | "limitBytes">;

/** Runs one worker to its end, or until it must be stopped. */
async function runWatched(task: WatchedTask): Promise<WatchedRun> {
  const { seed, reader, from, to } = task;
  // Allocated for this worker, since one that was ended may still run for a while.
  const tally = new Tally();
  const failures: Failure[] = [];
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const ready = Promise.withResolvers<void>();
  const done = Promise.withResolvers<undefined>();
  worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.type === "failure") {
      failures.push({ reader, number: data.number, message: data.message });
    } else if (data.type === "ready") ready.resolve();
    else done.resolve(undefined);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const error = new Error(`Cannot continue fuzzing ${reader}: the worker died: ${event.message}`);
    ready.reject(error);
    done.reject(error);
  };
  try {
    await ready.promise;
    const watch = new Watch(tally, task);
    worker.postMessage({ seed, reader, from, to, tally: tally.buffer } satisfies WorkerTask);
    const stopped = await Promise.race([done.promise, watch.stopped]).finally(() => watch.end());
    return { tally, failures, stopped, gained: watch.gained };
  } finally {
    worker.terminate();
  }
}

/** Checks a worker's progress and the process's memory periodically. */
class Watch {
  readonly #tally: Tally;
  readonly #limits: Pick<CampaignOptions, "limitMs" | "limitBytes">;
  readonly #baseline = Deno.memoryUsage().rss;
  readonly #stopped = Promise.withResolvers<string>();
  readonly #timer: ReturnType<typeof setInterval>;
  #current = -1;
  #since = performance.now();
  /** The most memory gained so far, in bytes. */
  gained = 0;

  constructor(tally: Tally, limits: Pick<CampaignOptions, "limitMs" | "limitBytes">) {
    this.#tally = tally;
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), WATCH_INTERVAL_MS);
  }

  /** The reason to stop the worker, once there is one. */
  get stopped(): Promise<string> {
    return this.#stopped.promise;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { limitMs, limitBytes } = this.#limits;
    const gained = Deno.memoryUsage().rss - this.#baseline;
    this.gained = Math.max(this.gained, gained);
    if (gained > limitBytes) {
      this.#stopped.resolve(`memory grew by ${Math.round(gained / 2 ** 20)} MiB`);
    }
    const current = this.#tally.get("current");
    const now = performance.now();
    const isReading = this.#tally.get("isReading") === 1;
    if (current !== this.#current || !isReading) this.#since = now;
    this.#current = current;
    if (now - this.#since > limitMs) this.#stopped.resolve(`no answer after ${limitMs} ms`);
  }
}
