import type { ChromosomeWindows } from "../windows.ts";
import { type BinnedWindows, type BinReducer, makeReducer } from "./_bin_reducers.ts";
import { firstPast } from "./_first_past.ts";
import type { CountingRule } from "./track.ts";

/** The windows on one sequence of a file, by ascending start. */
export interface ContigWindows extends Pick<ChromosomeWindows, "starts" | "geneIndex"> {
  /** The starts of windows that are counted apart, ascending. */
  readonly earlierStarts?: Int32Array | undefined;
}

const NO_WINDOWS: ContigWindows = { starts: new Int32Array(), geneIndex: new Uint32Array() };

/**
 * Counts intervals into all windows that they overlap. The work is proportional to the number of intervals and of
 * windows that they overlap: all windows have the same width, so the windows that overlap an interval are neighbours,
 * and the search for the next interval starts where the last one ended.
 */
export class WindowCounter {
  readonly #reducer: BinReducer;
  readonly #width: number;
  #starts = NO_WINDOWS.starts;
  #geneIndex = NO_WINDOWS.geneIndex;
  #earlierStarts: Int32Array | undefined;
  /** The first window that ends past the start of the last interval. */
  #cursor = 0;
  /** The first infinite value in a window, and the index of its bin among all bins. */
  #infinite: { readonly bin: number; readonly value: number } | undefined;
  readonly #windows: BinnedWindows;
  #overlapping = 0;

  constructor(windows: BinnedWindows, rule: CountingRule) {
    this.#windows = windows;
    this.#reducer = makeReducer(rule, windows);
    this.#width = windows.bins * windows.binSizeBp;
  }

  /** Number of windows on the selected sequence before the last interval. */
  get passed(): number {
    return this.#cursor;
  }

  /** Number of intervals that overlapped a window at least. */
  get overlapping(): number {
    return this.#overlapping;
  }

  /** Selects the windows that the next intervals may overlap. */
  select(windows: ContigWindows = NO_WINDOWS): void {
    this.#starts = windows.starts;
    this.#geneIndex = windows.geneIndex;
    this.#earlierStarts = windows.earlierStarts;
    this.#cursor = 0;
  }

  /** Counts the bases `[start, end)` of the selected sequence. */
  add(start: number, end: number, value: number): void {
    const starts = this.#starts;
    const width = this.#width;
    this.#cursor = firstPast(starts, start - width, this.#cursor);
    if (this.#cursor < starts.length && starts[this.#cursor]! < end) {
      if (!this.#wasSeenEarlier(start, end)) this.#overlapping++;
    }
    for (let window = this.#cursor; window < starts.length; window++) {
      const from = starts[window]!;
      if (from >= end) return;
      const gene = this.#geneIndex[window]!;
      if (value === Infinity || value === -Infinity) this.#seeInfinite(gene, start - from, value);
      this.#reducer.add(
        gene,
        start > from ? start - from : 0,
        end < from + width ? end - from : width,
        value,
      );
    }
  }

  finish(): Float64Array<ArrayBuffer> {
    const values = this.#reducer.finish();
    if (this.#infinite !== undefined) values[this.#infinite.bin] = this.#infinite.value;
    return values;
  }

  /** Whether an interval overlaps a window that is counted apart. */
  #wasSeenEarlier(start: number, end: number): boolean {
    const starts = this.#earlierStarts;
    if (starts === undefined) return false;
    const first = firstPast(starts, start - this.#width, 0);
    return first < starts.length && starts[first]! < end;
  }

  /** Keeps an infinite value, which a bin could lose to its opposite, to NaN or to a larger value. */
  #seeInfinite(gene: number, from: number, value: number): void {
    const { bins, binSizeBp } = this.#windows;
    const bin = gene * bins + Math.trunc(Math.max(0, from) / binSizeBp);
    this.#infinite ??= { bin, value };
  }
}
