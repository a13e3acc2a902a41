import type { PredictionPath } from "../engine.ts";
import type { BatchJob } from "./jobs.ts";

/**
 * Multiply-adds of the longest job that the caller's thread does itself: half a millisecond or so, two or three times
 * what it takes until workers have been woken and have answered.
 */
const SHORT_WORK = 4_000_000;
/**
 * Multiply-adds that the caller's thread does itself, in all, before threads that were put to rest are started again: some
 * twelve milliseconds. Starting them takes tens of milliseconds.
 */
const WORK_BEFORE_START = 250_000_000;
/** What derivatives of a batch take, forward and back, in terms of predictions. */
const EXPLANATION_PASSES = 3;
/** What predictions in groups take, in terms of direct ones. */
const GROUPED_SHARE = 0.4;

/** Decides which jobs the caller's thread does itself. */
export class ShortJobs {
  readonly #path: PredictionPath;
  /** Multiply-adds of longer jobs that it still does: none unless threads were put to rest. */
  #left = 0;

  /** `path` is how predictions are computed. */
  constructor(path: PredictionPath) {
    this.#path = path;
  }

  /** Says that threads were put to rest: a caller that does so after each call would wait for their start in each. */
  rest(): void {
    this.#left = WORK_BEFORE_START;
  }

  /**
   * Takes a job, or leaves it to threads.
   *
   * @param kind What it computes.
   * @param work Multiply-adds of a direct prediction of its batch.
   * @returns Whether the caller's thread is to do it.
   */
  take(kind: BatchJob["kind"], work: number): boolean {
    const prediction = this.#path === "grouped" ? GROUPED_SHARE : 1;
    const own = (kind === "explain" ? EXPLANATION_PASSES : prediction) * work;
    if (own <= SHORT_WORK) return true;
    // Once threads have started, they do the others.
    const isTaken = own <= this.#left;
    this.#left = isTaken ? this.#left - own : 0;
    return isTaken;
  }
}
