/**
 * Values along chromosomes, as they are written to tracks.
 *
 * @module
 */

/**
 * Consecutive intervals of one chromosome, each with a value: 0-based half-open, by ascending start, without overlaps.
 * Bases between two intervals have no value.
 */
export interface TrackBlock {
  /** Name of the chromosome. */
  readonly chromosome: string;
  /** First base of each interval, `[interval]` ascending. */
  readonly starts: Uint32Array;
  /** The base after each interval's last, `[interval]`. */
  readonly ends: Uint32Array;
  /** The value of each interval, `[interval]`; finite. */
  readonly values: Float32Array;
}

/** What a track holds. */
export interface TrackSummary {
  /** Number of intervals. */
  readonly intervals: number;
  /** Number of bases that have a value. */
  readonly coveredBp: number;
  /** The least value. */
  readonly least: number;
  /** The greatest value. */
  readonly most: number;
  /** Sum of the values of all bases. */
  readonly sum: number;
  /** Sum of the squares of the values of all bases. */
  readonly sumOfSquares: number;
}
