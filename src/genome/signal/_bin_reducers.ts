/**
 * Accumulates the values of all bins while a file is read. Windows are numbered by gene, and all arrays are
 * `[gene, bin]`.
 */

import type { GeneWindows } from "../windows.ts";
import type { CountingRule } from "./track.ts";

/** Reduces intervals of windows to one number for each bin. */
export interface BinReducer {
  /** Takes the bases `[from, to)` of a window, relative to its start and within it, with their value. */
  add(gene: number, from: number, to: number, value: number): void;
  /** Returns the numbers. Nothing can be added afterwards. */
  finish(): Float64Array<ArrayBuffer>;
}

/** How many windows there are, and how they are cut into bins. */
export type BinnedWindows = Pick<GeneWindows, "genes" | "bins" | "binSizeBp">;

/** Makes the reducer of a rule. */
export function makeReducer(rule: CountingRule, windows: BinnedWindows): BinReducer {
  switch (rule) {
    case "reads":
      return new CountReducer(windows);
    case "mean-depth":
      return new SumReducer(windows, { divisor: windows.binSizeBp });
    case "enrichment": {
      // Value × share of the bin. Each sum is rounded to float32, which is what a data set holds.
      const size = windows.binSizeBp;
      const accumulate = (sum: number, value: number, bases: number) =>
        Math.fround(sum + value * bases / size);
      return new SumReducer(windows, { accumulate });
    }
    case "sum":
      // The library that pyBigWig uses multiplies in float32 for a sum, though not for a mean.
      return new SumReducer(windows, {
        accumulate: (sum, value, bases) => sum + Math.fround(value * bases),
      });
    case "mean":
      return new MeanReducer(windows);
    case "max":
      return new MaxReducer(windows);
  }
}

class CountReducer implements BinReducer {
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #bins: number;
  readonly #binSizeBp: number;

  constructor({ genes, bins, binSizeBp }: BinnedWindows) {
    this.#values = new Float64Array(genes * bins);
    this.#bins = bins;
    this.#binSizeBp = binSizeBp;
  }

  add(gene: number, from: number, to: number): void {
    const values = this.#values;
    const start = gene * this.#bins;
    const last = start + Math.trunc((to - 1) / this.#binSizeBp);
    for (let i = start + Math.trunc(from / this.#binSizeBp); i <= last; i++) values[i]!++;
  }

  finish(): Float64Array<ArrayBuffer> {
    return this.#values;
  }
}

/** Options of {@linkcode SumReducer}. */
interface SumOptions {
  /** Adds the value of some bases of a bin to its sum; `sum + value * bases` by default. */
  readonly accumulate?: (sum: number, value: number, bases: number) => number;
  /** What each sum is divided by in the end; 1 by default. */
  readonly divisor?: number;
}

/** Sums value × bases, rounded as a rule asks, and finally divides by a constant. */
class SumReducer implements BinReducer {
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #bins: number;
  readonly #binSizeBp: number;
  readonly #accumulate: Required<SumOptions>["accumulate"];
  readonly #divisor: number;

  constructor(
    { genes, bins, binSizeBp }: BinnedWindows,
    { accumulate = (sum, value, bases) => sum + value * bases, divisor = 1 }: SumOptions = {},
  ) {
    this.#values = new Float64Array(genes * bins);
    this.#bins = bins;
    this.#binSizeBp = binSizeBp;
    this.#accumulate = accumulate;
    this.#divisor = divisor;
  }

  add(gene: number, from: number, to: number, value: number): void {
    const values = this.#values;
    const size = this.#binSizeBp;
    let bin = Math.trunc(from / size);
    for (let at = from; at < to; bin++) {
      const stop = Math.min(to, (bin + 1) * size);
      const i = gene * this.#bins + bin;
      values[i] = this.#accumulate(values[i]!, value, stop - at);
      at = stop;
    }
  }

  finish(): Float64Array<ArrayBuffer> {
    const values = this.#values;
    for (let i = 0; i < values.length; i++) values[i] = zeroForNaN(values[i]! / this.#divisor);
    return values;
  }
}

class MeanReducer implements BinReducer {
  readonly #sums: Float64Array<ArrayBuffer>;
  /** Bases that have a value. */
  readonly #covered: Float64Array<ArrayBuffer>;
  readonly #bins: number;
  readonly #binSizeBp: number;

  constructor({ genes, bins, binSizeBp }: BinnedWindows) {
    this.#sums = new Float64Array(genes * bins);
    this.#covered = new Float64Array(genes * bins);
    this.#bins = bins;
    this.#binSizeBp = binSizeBp;
  }

  add(gene: number, from: number, to: number, value: number): void {
    const sums = this.#sums;
    const covered = this.#covered;
    const size = this.#binSizeBp;
    let bin = Math.trunc(from / size);
    for (let at = from; at < to; bin++) {
      const stop = Math.min(to, (bin + 1) * size);
      const i = gene * this.#bins + bin;
      sums[i]! += value * (stop - at);
      covered[i]! += stop - at;
      at = stop;
    }
  }

  finish(): Float64Array<ArrayBuffer> {
    const means = this.#sums;
    const covered = this.#covered;
    for (let i = 0; i < means.length; i++) {
      const sum = zeroForNaN(means[i]!);
      means[i] = covered[i]! > 0 ? sum / covered[i]! : sum;
    }
    return means;
  }
}

class MaxReducer implements BinReducer {
  readonly #values: Float64Array<ArrayBuffer>;
  readonly #bins: number;
  readonly #binSizeBp: number;

  constructor({ genes, bins, binSizeBp }: BinnedWindows) {
    this.#values = new Float64Array(genes * bins).fill(-Infinity);
    this.#bins = bins;
    this.#binSizeBp = binSizeBp;
  }

  add(gene: number, from: number, to: number, value: number): void {
    const values = this.#values;
    const start = gene * this.#bins;
    const last = start + Math.trunc((to - 1) / this.#binSizeBp);
    for (let i = start + Math.trunc(from / this.#binSizeBp); i <= last; i++) {
      // As in pyBigWig, the first value of a bin is kept until a larger one follows, so a NaN is kept only if it is
      // first.
      if (values[i] === -Infinity || value > values[i]!) values[i] = value;
    }
  }

  finish(): Float64Array<ArrayBuffer> {
    const values = this.#values;
    for (let i = 0; i < values.length; i++) {
      values[i] = values[i] === -Infinity ? 0 : zeroForNaN(values[i]!);
    }
    return values;
  }
}

/** Replaces NaN by 0: pyBigWig returns no value for such a bin, as for one without data. */
function zeroForNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
