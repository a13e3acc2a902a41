/**
 * Keeps logarithms of counts as the counts: a file of ln(1 + count) takes 1 or 2 bytes a value instead of 4 or 8.
 *
 * @module
 */

import { type PackedArray, packedTypeOf } from "../base/arrays.ts";
import type { Transform } from "../record.ts";
import { CountFinder } from "./_count_finder.ts";
import { LARGEST_ENCODED_COUNT } from "./logarithms.ts";

/** The value of each stored count, `[count]`. */
export type SignalValues = Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>;

/**
 * Makes the table of ln(1 + count) for the integers from 0, each rounded to float32.
 *
 * @param largest The largest count.
 * @returns The table, `[count]`, with `largest` + 1 values.
 * @throws {RangeError} If the largest count is not an integer from 0 to 65,535.
 *
 * @example Samples of ln(1 + count), kept as counts
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { countLogarithms } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: Uint8Array.of(0, 1, 7), // counts, [sample, bin, mark]
 *   signalValues: countLogarithms(7),
 *   labels: undefined,
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0),
 *   genes: ["ENSG00000000003"],
 *   geneIndex: Uint32Array.of(0),
 *   bins: 3,
 *   record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] },
 * });
 * deepStrictEqual([...data.signalOf(0)], [0, Math.log(2), Math.log(8)].map(Math.fround));
 * deepStrictEqual([...data.countsOf(0)], [0, 1, 7]);
 * ```
 */
export function countLogarithms(largest: number): Float32Array<ArrayBuffer> {
  if (!Number.isInteger(largest) || largest < 0 || largest > LARGEST_ENCODED_COUNT) {
    throw new RangeError(
      `Cannot make logarithms of counts up to ${largest}: expected an integer from 0 to ${LARGEST_ENCODED_COUNT}`,
    );
  }
  return Float32Array.from({ length: largest + 1 }, (_, count) => Math.log1p(count));
}

/**
 * The values for which stored counts stand.
 *
 * @param stored Counts.
 * @param values The value of each count; `undefined` if what is stored are the values themselves.
 * @returns The values: a copy, or `stored` itself if it holds them.
 */
export function decodeValues(stored: PackedArray, values: SignalValues | undefined): PackedArray {
  if (values === undefined) return stored;
  const decoded = packedTypeOf(values) === "float32"
    ? new Float32Array(stored.length)
    : new Float64Array(stored.length);
  for (let i = 0; i < stored.length; i++) decoded[i] = values[stored[i]!]!;
  return decoded;
}

/** Logarithms of counts as the counts; see {@linkcode recoverCounts}. */
export interface RecoveredCounts {
  /** The counts. */
  readonly signal: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  /** The value of each count, `[count]`. */
  readonly signalValues: SignalValues;
}

/**
 * Finds the counts of which values are the logarithms, without loss: `signalValues[signal[i]]` is `values[i]`. For values
 * that are in memory already; readers of files do it while they read.
 *
 * @param values Values of ln(1 + count), however their last bits were rounded.
 * @returns The columns `signal` and `signalValues` of a data set; `undefined` if a value is not the logarithm of an
 * integer up to 65,535, two values of one count differ, or all are 0.
 *
 * @example
 * ```ts
 * import { recoverCounts } from "@waka/histone/io";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const found = recoverCounts(Float32Array.of(0, Math.log(2), Math.log(3)));
 * deepStrictEqual(found?.signal, Uint8Array.of(0, 1, 2));
 * strictEqual(recoverCounts([0.5]), undefined);
 * ```
 */
export function recoverCounts(values: ArrayLike<number>): RecoveredCounts | undefined {
  const finder = new CountFinder();
  const counts = new Uint16Array(values.length);
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const count = finder.find(values[i]!);
    if (count < 0) return undefined;
    if (count > largest) largest = count;
    counts[i] = count;
  }
  const learned = finder.takeLearned();
  if (learned === undefined) return undefined;
  const signal = largest < 2 ** 8 ? Uint8Array.from(counts) : counts;
  const known = new Map(Array.from(learned.counts, (count, i) => [count, learned.values[i]!]));
  return { signal, signalValues: makeValues(known, largest) };
}

/**
 * Columns of a signal that was read: logarithms of counts as these counts, anything else as it is.
 *
 * @param signal The values.
 * @param transform The transform that they carry.
 * @returns The columns.
 */
export function storeValues(
  signal: PackedArray,
  transform: Transform,
): { readonly signal: PackedArray; readonly signalValues?: SignalValues } {
  return (transform === "log1p" ? recoverCounts(signal) : undefined) ?? { signal };
}

/**
 * Makes a table of the values of counts.
 *
 * @param known The value of each count that occurs.
 * @param largest The largest count of the table.
 * @returns The table, `[count]`, as float32 if that holds all known values. Counts without a value have ln(1 + count).
 */
export function makeValues(known: ReadonlyMap<number, number>, largest: number): SignalValues {
  const isFloat32 = [...known.values()].every((value) => Math.fround(value) === value);
  const table = isFloat32
    ? countLogarithms(largest)
    : Float64Array.from({ length: largest + 1 }, (_, count) => Math.log1p(count));
  for (const [count, value] of known) table[count] = value;
  return table;
}
