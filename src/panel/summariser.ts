import type { PackedArray } from "../base/arrays.ts";
import type { Transform } from "../record.ts";
import { STATISTICS, type SummaryShape, summaryShape, summaryWindows } from "./summary.ts";

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
    bins: readonly [first: number, step: number],
    at: Target,
  ): void {
    const table = this.#table;
    if (table === undefined) this.#decodeWindows(signal, bins, at);
    else this.#lookUpWindows(signal, bins, { ...at, table });
    const { windows } = this.shape;
    const { values, offset } = at;
    const [middle, afterMiddle] = this.#central;
    const statistics = offset + windows;
    values[statistics] = largestOf(values, offset, statistics);
    values[statistics + 1] = Math.log1p(this.#sums[0]! / this.#options.bins);
    values[statistics + 2] = this.#sums[1]! / this.#options.bins;
    values[statistics + 3] = largestOf(values, offset + middle, offset + afterMiddle);
  }

  /**
   * Writes the windows of a mark whose values are counts of 1 or 2 bytes, and sums them up. There is no branch on a bin, since
   * nobody could foretell which of them are 0: it took more than twice as long.
   */
  #lookUpWindows(
    signal: PackedArray,
    [first, step]: readonly [first: number, step: number],
    { values, offset, table }: Target & { readonly table: Float64Array },
  ): void {
    const { windows } = this.shape;
    const bounds = this.#bounds;
    let [at, sum, present] = [first, 0, 0];
    for (let window = 0; window < windows; window++) {
      const width = bounds[window + 1]! - bounds[window]!;
      let logarithms = 0;
      for (const end = at + width * step; at !== end; at += step) {
        const value = signal[at]!;
        logarithms += table[value]!;
        sum += value;
        // The sign of −value: 1 for all that is not 0.
        present += (0 - value) >>> 31;
      }
      values[offset + window] = logarithms / width;
    }
    this.#sums[0] = sum;
    this.#sums[1] = present;
  }

  /** Writes the windows of any other mark, and sums its counts up. */
  #decodeWindows(
    signal: PackedArray,
    [first, step]: readonly [first: number, step: number],
    { values, offset }: Target,
  ): void {
    const { logarithm, count } = this.#decode;
    const { windows } = this.shape;
    const bounds = this.#bounds;
    let [at, sum, present] = [first, 0, 0];
    for (let window = 0; window < windows; window++) {
      const width = bounds[window + 1]! - bounds[window]!;
      let [logarithms, counts] = [0, 0];
      for (const end = at + width * step; at !== end; at += step) {
        const value = signal[at]!;
        // Most bins have no signal, and logarithms take long.
        if (value === 0) continue;
        logarithms += logarithm(value);
        counts += count(value);
        present++;
      }
      values[offset + window] = logarithms / width;
      sum += counts;
    }
    this.#sums[0] = sum;
    this.#sums[1] = present;
  }
}

/** Where the values of a mark go. */
interface Target {
  readonly values: Float32Array | Float64Array;
  /** Place of its first. */
  readonly offset: number;
}

/** The largest of some values, at least 0. */
function largestOf(values: Float32Array | Float64Array, first: number, end: number): number {
  let largest = 0;
  for (let at = first; at < end; at++) if (values[at]! > largest) largest = values[at]!;
  return largest;
}
