import type { WindowCounter } from "./_window_counter.ts";

/** Extends reads from their 5' ends and counts the bases that lie on their sequence. */
export class ReadSink {
  readonly #counter: WindowCounter;
  readonly #extendBp: number;
  /** Length of the sequence that the reads are on. */
  contigLength = Infinity;

  constructor(counter: WindowCounter, extendBp: number) {
    this.#counter = counter;
    this.#extendBp = extendBp;
  }

  /** Takes a read that has only a place. It is not extended. */
  addBase(start: number): void {
    if (start < this.contigLength) this.#counter.add(start, start + 1, 1);
  }

  /** Takes a read on the bases `[start, end)`. */
  add(start: number, end: number, isReverse: boolean): void {
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
