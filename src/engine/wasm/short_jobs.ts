import type { PredictionPath } from "../engine.ts";
import type { BatchJob } from "./jobs.ts";

/**
 * Multiply-adds of the longest job that the caller's thread does itself: half a millisecond or so, two or three times
 * what it takes until workers have been woken and have answered.
 */
const SHORT_WORK = 4_000_000;
/** What derivatives of a batch take, forward and back, in terms of predictions. */
const EXPLANATION_PASSES = 3;
/** What predictions in groups take, in terms of direct ones. */
const GROUPED_SHARE = 0.4;

/**
 * Whether a job is so short that the caller's thread does it.
 *
 * @param kind What it computes.
 * @param path How predictions are computed.
 * @param work Multiply-adds of a direct prediction of its batch.
 */
export function isShortWork(kind: BatchJob["kind"], path: PredictionPath, work: number): boolean {
  const prediction = path === "grouped" ? GROUPED_SHARE : 1;
  return (kind === "explain" ? EXPLANATION_PASSES : prediction) * work <= SHORT_WORK;
}
