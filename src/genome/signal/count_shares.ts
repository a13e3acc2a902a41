/**
 * Counts a file of which each sequence is a task, and puts the numbers of the tasks together.
 *
 * @module
 */

import { freeArray } from "../../base/free.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import type { GeneWindows } from "../windows.ts";
import type { CountCrew } from "./count_crew.ts";
import type { CountTask, TaskCounts, TaskWindows } from "./_count_task.ts";
import { runCountTask } from "./_run_count_task.ts";
import type { CountOptions, PairsSeen, SignalCounts, SignalTrack } from "./track.ts";
import type { ContigWindows } from "./_window_counter.ts";
import { reporterOf } from "./_reporter.ts";
import { guardedBy } from "../../files/guard_source.ts";

/** A track that several threads can count together. */
export interface SharedTrack extends SignalTrack {
  /** Counts as `count` does, with the help of a crew: the same numbers, and the same errors. */
  countTogether(
    windows: GeneWindows,
    options: CountOptions,
    crew?: CountCrew,
  ): Promise<SignalCounts>;
}

/** Whether several threads can count a track together. */
export function isShared(track: SignalTrack): track is SharedTrack {
  return "countTogether" in track;
}

/** A task, and the genes of its windows. */
export interface Share<Task extends CountTask = CountTask> {
  readonly task: Task;
  /** The index of each window's gene among the genes, `[window]`. */
  readonly geneIndex: Uint32Array<ArrayBuffer>;
}

/** What {@linkcode countShares} found. */
export interface SharedCounts extends Omit<TaskCounts, "pairs"> {
  /** The numbers of the bins, `[gene, bin]`. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly pairs: PairsSeen;
}

/** Options of {@linkcode countShares}. */
export interface CountSharesOptions extends Pick<CountOptions, "onProgress" | "signal"> {
  readonly windows: GeneWindows;
  /** The threads that help; this one alone by default. */
  readonly crew: CountCrew | undefined;
}

/** The windows of a task. */
export function taskWindows(
  { starts, earlierStarts }: ContigWindows,
  { bins, binSizeBp }: GeneWindows,
): TaskWindows {
  return { starts, earlierStarts, bins, binSizeBp };
}

/**
 * Counts the shares of a file. A sequence is counted by one thread from its start to its end, so that the numbers do not
 * depend on threads.
 *
 * @throws {FormatError} If the file is damaged: the error of the first sequence that is.
 */
export async function countShares(
  source: ByteSource,
  shares: readonly Share[],
  options: CountSharesOptions,
): Promise<SharedCounts> {
  const { crew, windows, signal } = options;
  signal?.throwIfAborted();
  const sum = new SumOfShares(shares, options);
  const finished = crew === undefined
    ? new Set<CountTask>()
    : await crew.count(source, shares.map(({ task }) => task), sum, signal);
  // What no thread could count is counted here, in the order of the sequences: for the error of the first of them, or
  // because a worker died, or because nobody helps.
  const own = guardedBy(source, signal);
  for (const { task } of shares) {
    if (finished.has(task)) continue;
    sum.take(task, await runCountTask(own, task, (done) => sum.setDone(task, done)));
  }
  reporterOf(windows, options)(windows.genes);
  return sum.finish();
}

/** Puts the numbers of tasks together, and says how far they are. */
class SumOfShares {
  readonly #genes: Map<CountTask, Uint32Array>;
  readonly #options: CountSharesOptions;
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #report: (genes: number) => void;
  readonly #done = new Map<CountTask, number>();
  #overlapping = 0;
  #missing = 0;
  readonly #pairs = { reads: 0, paired: 0, ofProperPairs: 0, tooLong: 0 };

  constructor(shares: readonly Share[], options: CountSharesOptions) {
    const { genes, bins } = options.windows;
    this.#genes = new Map(shares.map(({ task, geneIndex }) => [task, geneIndex]));
    this.#options = options;
    this.#report = reporterOf(options.windows, options);
    this.#values = new Float64Array(genes * bins);
  }

  /** Says how many windows of a task are done. Throws what the caller's `onProgress` throws, and if it is to give up. */
  setDone(task: CountTask, windows: number): void {
    this.#done.set(task, windows);
    this.#options.signal?.throwIfAborted();
    this.#report([...this.#done.values()].reduce((sum, done) => sum + done, 0));
  }

  /** Takes the numbers of a task, and frees them. */
  take(task: CountTask, { values, overlapping, missing, pairs }: TaskCounts): void {
    const { bins } = this.#options.windows;
    for (const [window, gene] of this.#genes.get(task)!.entries()) {
      this.#values.set(values.subarray(window * bins, (window + 1) * bins), gene * bins);
    }
    freeArray(values);
    this.#overlapping += overlapping;
    this.#missing += missing;
    if (pairs !== undefined) {
      for (const [field, count] of Object.entries(pairs)) {
        this.#pairs[field as keyof PairsSeen] += count;
      }
    }
    this.setDone(task, task.windows.starts.length);
  }

  finish(): SharedCounts {
    return {
      values: this.#values,
      overlapping: this.#overlapping,
      missing: this.#missing,
      pairs: this.#pairs,
    };
  }
}
