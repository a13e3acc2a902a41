/** Puts the marks of a cell type together. */

import { freeArray } from "../base/free.ts";
import type { SampleCounts } from "./_count_sample.ts";

/**
 * Makes `[gene, bin, mark]` of marks that come one after another, each `[gene, bin]`, and frees each of them. A single mark is
 * the result as it is.
 */
export class SignalBuilder {
  readonly #marks: number;
  #added = 0;
  #signal: SampleCounts = new Uint16Array();

  constructor(marks: number) {
    this.#marks = marks;
  }

  /** Adds the next mark, and returns how many there are. */
  add(values: SampleCounts): number {
    if (this.#marks === 1) {
      this.#signal = values;
      return ++this.#added;
    }
    const length = values.length * this.#marks;
    if (this.#added === 0) this.#signal = emptyLike(values, length);
    // Large counts and other numbers take the wider type for all marks.
    if (values.BYTES_PER_ELEMENT > this.#signal.BYTES_PER_ELEMENT) {
      const narrow = this.#signal;
      this.#signal = emptyLike(values, length);
      this.#signal.set(narrow);
      freeArray(narrow);
    }
    for (let from = 0, to = this.#added; from < values.length; from++, to += this.#marks) {
      this.#signal[to] = values[from]!;
    }
    freeArray(values);
    return ++this.#added;
  }

  finish(): SampleCounts {
    return this.#signal;
  }
}

function emptyLike(values: SampleCounts, length: number): SampleCounts {
  if (values instanceof Uint16Array) return new Uint16Array(length);
  return values instanceof Uint32Array ? new Uint32Array(length) : new Float32Array(length);
}
