import type { IntervalCursor } from "./intervals.ts";
import type { WindowCounter } from "./_window_counter.ts";

/**
 * Extends reads from their 5' ends, leaves out those that a blacklist covers, and counts the bases that lie on their
 * sequence.
 */
export class ReadSink {
  readonly #counter: WindowCounter;
  readonly #extendBp: number;
  /** Length of the sequence that the reads are on. */
  contigLength = Infinity;
  /** The intervals on that sequence whose reads are left out. */
  leftOut: IntervalCursor | undefined;

  constructor(counter: WindowCounter, extendBp: number) {
    this.#counter = counter;
    this.#extendBp = extendBp;
  }

  /** Takes a read that has only a place. It is not extended, and has no bases that a blacklist could cover. */
  addBase(start: number): void {
    if (start < this.contigLength) this.#counter.add(start, start + 1, 1);
  }

  /** Takes the fragment of a pair on the bases `[start, end)`. */
  addFragment(start: number, end: number): void {
    if (this.leftOut?.overlaps(start, end)) return;
    const to = Math.min(end, this.contigLength);
    if (start < to) this.#counter.add(start, to, 1);
  }

  /** Takes a read on the bases `[start, end)`. */
  add(start: number, end: number, isReverse: boolean): void {
    if (this.leftOut?.overlaps(start, end)) return;
    let from = start;
    let to = end;
    if (to - from < this.#extendBp) {
      if (isReverse) from = Math.max(0, to - this.#extendBp);
      else to = from + this.#extendBp;
    }
    to = Math.min(to, this.contigLength);
    if (from < to) this.#counter.add(from, to, 1);
  }
}
