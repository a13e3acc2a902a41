/**
 * Summaries of a sample's marks: short enough to keep those of every gene in every reference cell type with a model, and
 * the form in which a network compares a sample with its references.
 *
 * @module
 */

import type { PackedArray } from "../base/arrays.ts";
import type { Transform } from "../record.ts";

/** Windows of a mark; a signal of fewer bins has a window for each bin. */
const MOST_WINDOWS = 20;
/** Numbers after the windows: largest window, logarithm of the mean, share of bins that are not 0, largest in the middle. */
const STATISTICS = 4;
/** Windows around the middle of which the largest is taken. */
const CENTRAL_WINDOWS = 4;

/** How the values of a summary are arranged. */
export interface SummaryShape {
  /** Windows of each mark. */
  readonly windows: number;
  /** Values of each mark: its windows, four statistics, and whether the mark was measured. */
  readonly valuesOfMark: number;
  /** Values of a summary, `[mark, value]` row-major. */
  readonly values: number;
}

/**
 * The arrangement of a summary's values: for each mark the means of ln(1 + count) in 20 windows of nearly equal width;
 * the largest of these; ln(1 + the mean count); the share of bins that are not 0; the largest of the four windows in the
 * middle; and 1, if the mark was measured, or else 0 as all other values of the mark.
 *
 * @param input Bins and number of marks of a sample.
 * @returns Windows, values of a mark, and values in all.
 *
 * @example Five marks in 100 bins
 * ```ts
 * import { summaryShape } from "@waka/histone/panel";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(summaryShape({ bins: 100, marks: 5 }), { windows: 20, valuesOfMark: 25, values: 125 });
 * ```
 */
export function summaryShape(
  { bins, marks }: { readonly bins: number; readonly marks: number },
): SummaryShape {
  const windows = Math.min(MOST_WINDOWS, bins);
  const valuesOfMark = windows + STATISTICS + 1;
  return { windows, valuesOfMark, values: marks * valuesOfMark };
}

/** The bins of which a summary's values are made. */
export interface SummaryWindows {
  /** First bin of each window, and the number of bins after the last. */
  readonly bounds: Uint32Array<ArrayBuffer>;
  /** The windows in the middle, of which one value is the largest. */
  readonly central: readonly [first: number, end: number];
}

/** Finds the bins of which a summary's values are made, in the direction in which it is read. */
export function summaryWindows(bins: number): SummaryWindows {
  const windows = Math.min(MOST_WINDOWS, bins);
  const first = Math.max(0, Math.floor((windows - CENTRAL_WINDOWS) / 2));
  return {
    bounds: Uint32Array.from(
      { length: windows + 1 },
      (_, window) => Math.floor(window * bins / windows),
    ),
    central: [first, Math.min(windows, first + CENTRAL_WINDOWS)],
  };
}

/** Where the marks of a summary lie in a signal, and what the signal's numbers are. */
export interface SummariserOptions {
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of marks of the signal. */
  readonly signalMarks: number;
  /** For each mark of the summary, its place in the signal; −1 for one that the signal lacks. */
  readonly places: ArrayLike<number>;
  /** The transform that the signal carries. */
  readonly transform: Transform;
}

/** The two logarithms that a value stands for: ln(1 + count), and the count itself. */
interface Decoder {
  readonly logarithm: (value: number) => number;
  readonly count: (value: number) => number;
}

const DECODERS: Readonly<Record<Transform, Decoder>> = {
  none: { logarithm: Math.log1p, count: (value) => value },
  log1p: { logarithm: (value) => value, count: Math.expm1 },
  asinh: { logarithm: (value) => Math.log1p(Math.sinh(value)), count: Math.sinh },
};

/** Counts in 1 or 2 bytes are looked up, since logarithms take most of the time. */
const LARGEST_TABLE = 2 ** 16;

const tables = new Map<number, Float64Array>();

/** ln(1 + count) of all counts of 1 or 2 bytes: made once in a process, where it takes 4 ms. */
function logarithmTable(bytes: number): Float64Array {
  const known = tables.get(bytes);
  if (known !== undefined) return known;
  const length = Math.min(LARGEST_TABLE, 2 ** (8 * bytes));
  const made = Float64Array.from({ length }, (_, count) => Math.log1p(count));
  tables.set(bytes, made);
  return made;
}

/** Makes summaries of the samples of one data set. */
export class Summariser {
  /** The arrangement of the values. */
  readonly shape: SummaryShape;
  readonly #options: SummariserOptions;
  /** First bin of each window, and the number of bins after the last. */
  readonly #bounds: Uint32Array;
  readonly #central: readonly [first: number, end: number];
  readonly #decode: Decoder;
  readonly #table: Float64Array | undefined;
  /** Sum of a mark's counts, and number of bins that are not 0. */
  readonly #sums = new Float64Array(2);

  /**
   * Prepares for signals of one shape.
   *
   * @param options Shape and meaning of the signals.
   * @param example An array of the type that holds them.
   */
  constructor(options: SummariserOptions, example: PackedArray) {
    const { bins, places, transform } = options;
    this.#options = options;
    this.shape = summaryShape({ bins, marks: places.length });
    const { bounds, central } = summaryWindows(bins);
    this.#bounds = bounds;
    this.#central = central;
    this.#decode = DECODERS[transform];
    const { BYTES_PER_ELEMENT: bytes } = example;
    const isSmall = (example instanceof Uint8Array || example instanceof Uint16Array) &&
      transform === "none";
    this.#table = isSmall ? logarithmTable(bytes) : undefined;
  }

  /**
   * Writes the summary of one sample.
   *
   * @param signal Signals, `[sample, bin, mark]` row-major.
   * @param row Number of the sample.
   * @param target Where to, which marks were measured, and the first place in `values`.
   */
  summarise(
    signal: PackedArray,
    row: number,
    { values, start = 0, measured, isTurned = false }: {
      /** Receives `shape.values` values. */
      readonly values: Float32Array | Float64Array;
      readonly start?: number;
      /** `[mark]` of the summary: 0 for one that was not measured; `undefined` if all were. */
      readonly measured?: ArrayLike<number> | undefined;
      /** Whether the bins are read from the last to the first. */
      readonly isTurned?: boolean;
    },
  ): void {
    const { places, bins, signalMarks } = this.#options;
    const { valuesOfMark, windows } = this.shape;
    for (let mark = 0; mark < places.length; mark++) {
      const place = places[mark]!;
      const offset = start + mark * valuesOfMark;
      if (place < 0 || measured?.[mark] === 0) {
        values.fill(0, offset, offset + valuesOfMark);
        continue;
      }
      const first = (isTurned ? (row + 1) * bins - 1 : row * bins) * signalMarks + place;
      const step = isTurned ? -signalMarks : signalMarks;
      this.#summariseMark(signal, [first, step], { values, offset });
      values[offset + windows + STATISTICS] = 1;
    }
  }

  /** Writes a mark's values but the last. */
  #summariseMark(
    signal: PackedArray,
    [first, step]: readonly [first: number, step: number],
    { values, offset }: { readonly values: Float32Array | Float64Array; readonly offset: number },
  ): void {
    const { bins } = this.#options;
    const { windows } = this.shape;
    const bounds = this.#bounds;
    const [middle, afterMiddle] = this.#central;
    let largest = 0;
    let largestInMiddle = 0;
    let at = first;
    const sums = this.#sums;
    sums.fill(0);
    for (let window = 0; window < windows; window++) {
      const width = bounds[window + 1]! - bounds[window]!;
      const mean = this.#addWindow(signal, at, { width, step }) / width;
      at += width * step;
      values[offset + window] = mean;
      if (mean > largest) largest = mean;
      if (mean > largestInMiddle && window >= middle && window < afterMiddle) {
        largestInMiddle = mean;
      }
    }
    const [sum, present] = sums as unknown as readonly [number, number];
    values[offset + windows] = largest;
    values[offset + windows + 1] = Math.log1p(sum / bins);
    values[offset + windows + 2] = present / bins;
    values[offset + windows + 3] = largestInMiddle;
  }

  /** Returns the sum of a window's logarithms, and adds its counts, and the number of those above 0, to the sums. */
  #addWindow(
    signal: PackedArray,
    first: number,
    { width, step }: { readonly width: number; readonly step: number },
  ): number {
    const table = this.#table;
    const sums = this.#sums;
    let logarithms = 0;
    let sum = 0;
    let present = 0;
    const end = first + width * step;
    if (table !== undefined) {
      for (let at = first; at !== end; at += step) {
        const value = signal[at]!;
        // Most bins have no signal.
        if (value === 0) continue;
        logarithms += table[value]!;
        sum += value;
        present++;
      }
    } else {
      const { logarithm, count } = this.#decode;
      for (let at = first; at !== end; at += step) {
        const value = signal[at]!;
        if (value === 0) continue;
        logarithms += logarithm(value);
        sum += count(value);
        present++;
      }
    }
    sums[0]! += sum;
    sums[1]! += present;
    return logarithms;
  }
}

/** Largest byte, which larger values are clipped to. */
const LARGEST_BYTE = 255;

/**
 * Chooses the scales with which values are rounded to bytes: the largest value of each kind becomes 255. The windows of a
 * mark share a scale.
 *
 * @param largest The largest of each value, `[value]`.
 * @param shape The arrangement of the values.
 * @returns What a step of each value's byte is worth, `[value]`; 0 for one that is always 0.
 */
export function chooseScales(
  largest: ArrayLike<number>,
  { windows, valuesOfMark, values }: SummaryShape,
): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(values);
  for (let offset = 0; offset < values; offset += valuesOfMark) {
    // The largest window, which has a place of its own.
    scales.fill(largest[offset + windows]! / LARGEST_BYTE, offset, offset + windows + 1);
    for (let value = offset + windows + 1; value < offset + valuesOfMark - 1; value++) {
      scales[value] = largest[value]! / LARGEST_BYTE;
    }
    scales[offset + valuesOfMark - 1] = 1;
  }
  return scales;
}

/** The byte that a value is kept as. A value beyond the scale is clipped, 0 stays 0. */
export function toByte(value: number, scale: number): number {
  if (value === 0 || scale === 0) return 0;
  return Math.min(LARGEST_BYTE, Math.round(value / scale));
}
