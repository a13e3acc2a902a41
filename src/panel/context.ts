/**
 * What a network is told of a gene besides marks: statistics of its known labels in the reference cell types.
 *
 * @module
 */

import { LabelMoments } from "./label_moments.ts";

/**
 * Number of values of the context: mean, standard deviation, least and most of the known labels of the references; 1 if
 * there are any, else 0 for all of these; and 1 if the marks of a reference are known.
 *
 * @example The context of a model
 * ```ts
 * import { CONTEXT_VALUES } from "@waka/histone/panel";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(CONTEXT_VALUES, 6);
 * ```
 */
export const CONTEXT_VALUES = 6;

/** Known labels of one sample's references. */
export interface KnownLabels {
  /** Standardised labels, of which those that are NaN are unknown. */
  readonly labels: Float32Array;
  /** Places of the references in `labels`. */
  readonly places: ArrayLike<number>;
  /** What is added to each place. */
  readonly offset: number;
  /** Standardised statistics of labels in further cell types, as `LabelStatistics` has them. */
  readonly statistics?: Float32Array | undefined;
}

/**
 * Writes the context of a sample.
 *
 * @param into Receives {@linkcode CONTEXT_VALUES} values.
 * @param start The first place.
 * @param known The labels; `undefined` if they are hidden, or the gene is not known.
 * @returns The mean of the known labels, 0 without any.
 */
export function writeLabelContext(
  into: Float32Array,
  start: number,
  known: KnownLabels | undefined,
): number {
  into.fill(0, start, start + CONTEXT_VALUES - 1);
  if (known === undefined) return 0;
  const { labels, places, offset, statistics } = known;
  const moments = new LabelMoments(statistics);
  for (let i = 0; i < places.length; i++) moments.add(labels[offset + places[i]!]!);
  if (moments.count === 0) return 0;
  into[start] = moments.mean;
  into[start + 1] = moments.sd;
  into[start + 2] = moments.least;
  into[start + 3] = moments.most;
  into[start + 4] = 1;
  return moments.mean;
}

/**
 * Writes whether the marks of a reference of a sample are known.
 *
 * @param into Receives the values.
 * @param start The first place of the sample's context.
 * @param isKnown Whether they are.
 */
export function writeMarksContext(into: Float32Array, start: number, isKnown: boolean): void {
  into[start + CONTEXT_VALUES - 1] = isKnown ? 1 : 0;
}
