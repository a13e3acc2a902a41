/** Sorted intervals of a sequence, and of a genome: merging, and fast looking up. */

import { firstPast } from "./_first_past.ts";

/** Intervals by ascending start, 0-based half-open, that neither overlap nor touch. */
export interface MergedIntervals {
  /** First base of each. */
  readonly starts: Int32Array<ArrayBuffer>;
  /** The base after the last of each. */
  readonly ends: Int32Array<ArrayBuffer>;
}

/** Parts of a genome to leave out. */
export interface Blacklist {
  /** Name of the file. */
  readonly name: string;
  /** `sha256:` and the digest of the file's text, unzipped, in hexadecimal digits. */
  readonly digest: string;
  /** The intervals by the file's names of the chromosomes. */
  readonly chromosomes: ReadonlyMap<string, MergedIntervals>;
}

/** Sorts and merges intervals, given as start, end, start, end, … */
export function mergeIntervals(places: readonly number[]): MergedIntervals {
  const order = Array.from({ length: places.length / 2 }, (_, i) => 2 * i)
    .sort((a, b) => places[a]! - places[b]!);
  const starts: number[] = [];
  const ends: number[] = [];
  for (const i of order) {
    const [start, end] = [places[i]!, places[i + 1]!];
    const last = ends.length - 1;
    if (last < 0 || start > ends[last]!) {
      starts.push(start);
      ends.push(end);
    } else if (end > ends[last]!) ends[last] = end;
  }
  return { starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

/** Looks up intervals. It is fastest if what is looked up comes by ascending start. */
export class IntervalCursor {
  readonly #intervals: MergedIntervals;
  /** The first interval that ends past the last start. */
  #cursor = 0;

  constructor(intervals: MergedIntervals) {
    this.#intervals = intervals;
  }

  /** Whether an interval overlaps the bases `[start, end)`. */
  overlaps(start: number, end: number): boolean {
    const { starts } = this.#intervals;
    this.#seek(start);
    return this.#cursor < starts.length && starts[this.#cursor]! < end;
  }

  /** Visits the parts of `[start, end)` that no interval overlaps, in order. */
  visitRest(start: number, end: number, visit: (start: number, end: number) => void): void {
    const { starts, ends } = this.#intervals;
    this.#seek(start);
    let from = start;
    for (let i = this.#cursor; i < starts.length && starts[i]! < end; i++) {
      if (starts[i]! > from) visit(from, starts[i]!);
      from = ends[i]!;
    }
    if (from < end) visit(from, end);
  }

  /** Moves the cursor to the first interval that ends past `position`. */
  #seek(position: number): void {
    this.#cursor = firstPast(this.#intervals.ends, position, this.#cursor);
  }
}
