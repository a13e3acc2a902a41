/** Statistics of the signal of cell types, by which they are compared. */

import type { Dataset } from "../data/dataset.ts";
import type { SignalStatistic } from "../model/typical_signal.ts";
import { inverseFunction } from "../record.ts";

/** Shares are kept this far from 0 and 1, beyond which their log odds say little. */
const LEAST_SHARE = 0.02;
/** The same of the share that a tenth of the genes has, which is near 1 for every mark that few genes have. */
const LEAST_REST = 0.05;
/** Correlations are kept this far from 1 and −1. */
const LARGEST_CORRELATION = 0.999;
/** With fewer counts above 0, or fewer bins, a statistic of them says nothing. */
const FEWEST_COUNTS = 100;
const FEWEST_BINS = 5;
/** The middle fifth of a window. */
const CENTRE = [0.4, 0.6] as const;
/** Genes with the most signal. */
const TOP_SHARE = 0.1;

/** A statistic of a cell type. */
export interface MeasuredStatistic {
  readonly statistic: SignalStatistic;
  readonly marks: readonly string[];
  /** On the scale that {@linkcode SignalStatistic} names. */
  readonly value: number;
}

/** Sums over the bins of some samples of one cell type, `[row, mark]` each. */
export class SignalRows {
  readonly #marks: readonly string[];
  readonly #count: number;
  /** Whether every count of a mark is an integer, `[mark]`. */
  readonly #areIntegers: boolean[];
  readonly #bins: number;
  readonly #sums: Float64Array;
  readonly #centres: Float64Array;
  /** Bins with a count above 0. */
  readonly #filled: Float64Array;
  readonly #odd: Float64Array;

  /**
   * Adds up the signal.
   *
   * @param data The data set.
   * @param positions The samples, all of one cell type.
   */
  constructor(data: Dataset, positions: readonly number[]) {
    const { bins, marks } = data;
    this.#marks = marks.map((mark) => data.hasMark(positions[0]!, mark) ? mark : "");
    this.#bins = bins;
    this.#count = positions.length;
    this.#areIntegers = marks.map(() => true);
    const size = positions.length * marks.length;
    this.#sums = new Float64Array(size);
    this.#centres = new Float64Array(size);
    this.#filled = new Float64Array(size);
    this.#odd = new Float64Array(size);
    const toCount = inverseFunction(data.record.transform);
    // By position, since signal that is not in memory is read fastest in its own order.
    const order = [...positions.keys()].sort((one, other) => positions[one]! - positions[other]!);
    for (const row of order) {
      const position = positions[row]!;
      const counts = data.hasCounts
        ? data.countsOf(position)
        : Float64Array.from(data.signalOf(position), toCount);
      this.#add(row, counts);
    }
  }

  #add(row: number, counts: ArrayLike<number>): void {
    const marks = this.#marks.length;
    const bins = this.#bins;
    const [start, end] = [Math.floor(CENTRE[0] * bins), Math.ceil(CENTRE[1] * bins)];
    for (let mark = 0; mark < marks; mark++) {
      let [sum, centre, filled, odd] = [0, 0, 0, 0];
      let isInteger = this.#areIntegers[mark]!;
      for (let bin = 0; bin < bins; bin++) {
        const count = counts[bin * marks + mark]!;
        if (count === 0) continue;
        sum += count;
        filled++;
        if (bin >= start && bin < end) centre += count;
        if (!isInteger) continue;
        isInteger = count === Math.trunc(count);
        odd += count & 1;
      }
      this.#areIntegers[mark] = isInteger;
      const at = row * marks + mark;
      this.#sums[at] = sum;
      this.#centres[at] = centre;
      this.#filled[at] = filled;
      this.#odd[at] = odd;
    }
  }

  /**
   * Computes the statistics of some rows; those that cannot be computed are left out.
   *
   * @param rows The rows.
   */
  measure(rows: readonly number[]): MeasuredStatistic[] {
    const found: MeasuredStatistic[] = [];
    const put = (statistic: SignalStatistic, marks: readonly number[], value: number) => {
      if (!Number.isFinite(value)) return;
      found.push({ statistic, marks: marks.map((mark) => this.#marks[mark]!), value });
    };
    const measured = [...this.#marks.keys()].filter((mark) => this.#marks[mark] !== "");
    for (const mark of measured) {
      const sum = (column: Float64Array) => this.#sumOf(column, rows, mark);
      const [total, filled] = [sum(this.#sums), sum(this.#filled)];
      const bins = rows.length * this.#bins;
      put("depth", [mark], Math.log(total / bins));
      if (total === 0) continue;
      put("zeros", [mark], logOdds(1 - filled / bins));
      put("contrast", [mark], logOdds(this.#topShare(rows, mark) / total, LEAST_REST));
      if (this.#bins >= FEWEST_BINS) put("centre", [mark], logOdds(sum(this.#centres) / total));
      if (this.#areIntegers[mark] && filled >= FEWEST_COUNTS) {
        put("odd", [mark], logOdds(sum(this.#odd) / filled));
      }
    }
    const windows = new Map(measured.map((mark) => [mark, this.#windowsOf(rows, mark)]));
    for (const one of measured) {
      for (const other of measured.filter((mark) => mark > one)) {
        put("correlation", [one, other], fisher(windows.get(one)!, windows.get(other)!));
      }
    }
    return found;
  }

  /** Number of rows. */
  get length(): number {
    return this.#count;
  }

  #sumOf(column: Float64Array, rows: readonly number[], mark: number): number {
    let sum = 0;
    for (const row of rows) sum += column[row * this.#marks.length + mark]!;
    return sum;
  }

  /** The signal of the tenth of the rows with the most. */
  #topShare(rows: readonly number[], mark: number): number {
    const sums = Float64Array.from(rows, (row) => this.#sums[row * this.#marks.length + mark]!);
    sums.sort();
    const top = Math.max(1, Math.floor(TOP_SHARE * sums.length));
    return sums.subarray(sums.length - top).reduce((sum, value) => sum + value, 0);
  }

  /** The logarithm of each row's mean count, less the mean of these. */
  #windowsOf(rows: readonly number[], mark: number): Float64Array {
    const values = Float64Array.from(
      rows,
      (row) => Math.log1p(this.#sums[row * this.#marks.length + mark]! / this.#bins),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  }
}

function logOdds(share: number, least = LEAST_SHARE): number {
  const kept = Math.min(1 - least, Math.max(least, share));
  return Math.log(kept / (1 - kept));
}

/** Fisher's z of the correlation of two centred columns; NaN if one does not vary. */
function fisher(one: Float64Array, other: Float64Array): number {
  let [product, squares, others] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    product += one[i]! * other[i]!;
    squares += one[i]! ** 2;
    others += other[i]! ** 2;
  }
  const r = product / Math.sqrt(squares * others);
  return Math.atanh(Math.max(-LARGEST_CORRELATION, Math.min(LARGEST_CORRELATION, r)));
}
