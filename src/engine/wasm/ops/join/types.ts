/**
 * How a join lies in memory. Everything is an address in bytes, or an index.
 *
 * @module
 */

import type { GraphTerm } from "../../../../model/graph.ts";
import type { Parameter, Tensor } from "../../layout.ts";

/** What a join reads of a branch. */
export interface JoinBranch {
  /** Outputs of the branch's encoder, a row of values without gaps for each entry. */
  readonly values: Tensor;
  /** Values of a row, and vectors that they fill. */
  readonly size: number;
  readonly vectors: number;
  /** Entries that a sample has at most: its references, or 1. */
  readonly places: number;
  /**
   * int32 `[sample, use]`: addresses of the rows of a sample's entries, one after another; those of missing references
   * are left out.
   */
  readonly rows: number;
  /**
   * int32 `[sample, place]`: number of the entry, {@linkcode MISSING} where a reference is missing. Written only for an
   * explanation.
   */
  readonly entryOf: number;
  /**
   * `[sample, use]` rows, or `[sample]` rows if `alike`: derivatives with respect to the entry as this sample uses it.
   */
  readonly deltas: number;
  /** Whether all entries of a sample have the same derivatives, since only means are taken of them. */
  readonly alike: boolean;
}

/** In {@linkcode JoinBranch.entryOf}: the sample lacks this reference. */
export const MISSING = -1;

/** What a distance-weighted mean keeps, all float32. */
export interface DistanceRecord {
  /** The trained factor k, its value in the first lane of a vector. */
  readonly scale: Parameter;
  /** `[sample]`: derivatives with respect to k. */
  readonly scaleGradients: number;
  /** `[sample, use]`: softmax weights, zeros up to a whole vector. */
  readonly weights: number;
  /** `[sample, use]`: mean squared differences d², zeros up to a whole vector. */
  readonly distances: number;
  /** Bytes from the weights, or the distances, of a sample to those of the next. */
  readonly stride: number;
}

/** The distance-weighted mean among {@linkcode GraphTerm}. */
export type DistanceTerm = Extract<GraphTerm, { readonly type: "distanceWeightedMean" }>;

/** A term of the join. */
export type PlannedTerm =
  | Exclude<GraphTerm, DistanceTerm>
  | (DistanceTerm & { readonly record: DistanceRecord });

/** What a join keeps in a thread's scratch memory, after a row at its start: distances from there in bytes. */
export interface JoinScratch {
  /** Another row. */
  readonly row: number;
  /** A vector for each reference, up to a multiple of four. */
  readonly lanes: number;
  /** A float32 for each reference, up to a whole vector. */
  readonly factors: number;
}

/** A join of branches into the rows that the head reads. */
export interface JoinNode {
  readonly branches: readonly JoinBranch[];
  readonly terms: readonly PlannedTerm[];
  /** The most references of a sample. */
  readonly references: number;
  /** int32 `[sample]`: how many references it has. */
  readonly counts: number;
  readonly scratch: JoinScratch;
  /** The joined rows. */
  readonly output: Tensor;
}

/** Where an encoder's entries are used, from which their derivatives are summed. */
export interface EntryUses {
  /** int32 `[entry + 1]`: where in `addresses` the uses of an entry begin. */
  readonly starts: number;
  /** int32: addresses of rows of derivatives, see {@linkcode JoinBranch.deltas}. */
  readonly addresses: number;
}
