import { isShared, sharedBuffer } from "../../base/shared_memory.ts";
import { type TableColumn, tablesOf } from "../joined_source.ts";
import { residentSignal, type SignalColumns } from "../memory_source.ts";
import type { SampleSource } from "../sample_source.ts";

const shared = new WeakMap<SampleSource, SignalColumns>();

/**
 * A source's columns in memory that threads share. Readers of this package put signals there from the start; others are
 * copied once for as long as the source lives.
 *
 * @param source Samples whose signal is in memory.
 * @returns Their columns, the same for the same source.
 * @throws {UnsupportedModelError} If the signal is not in memory.
 */
export function shareColumns(source: SampleSource): SignalColumns {
  const known = shared.get(source);
  if (known !== undefined) return known;
  const { labels, weights } = source;
  const { signal, transform, bins, marks } = residentSignal(source);
  const made: SignalColumns = {
    signal: isShared(signal) ? signal : shareArray(signal),
    labels: labels === undefined || isShared(labels) ? labels : shareArray(labels),
    weights: weights === undefined || isShared(weights) ? weights : shareArray(weights),
    bins,
    marks,
    transform,
  };
  shared.set(source, made);
  return made;
}

/** The same of sources whose inputs are tables. */
const sharedTables = new WeakMap<SampleSource, readonly TableColumn[]>();

/**
 * A source's tables in memory that threads share; copied once for as long as the source lives, each array once.
 *
 * @param source Samples of `joinInputs`.
 * @returns A column for each of the source's.
 */
export function shareTables(source: SampleSource): readonly TableColumn[] {
  const known = sharedTables.get(source);
  if (known !== undefined) return known;
  const copies = new Map<ArrayBufferView, ArrayBufferView>();
  const share = <T extends SignalColumns["signal"]>(array: T): T => {
    const copy = copies.get(array) ?? (isShared(array) ? array : shareArray(array));
    copies.set(array, copy);
    return copy as T;
  };
  const made = tablesOf(source)!.map(({ table, entryOf, ...column }) => ({
    ...column,
    table: share(table),
    entryOf: entryOf && share(entryOf),
  }));
  sharedTables.set(source, made);
  return made;
}

function shareArray<T extends SignalColumns["signal"]>(array: T): T {
  const Type = array.constructor as new (buffer: ArrayBufferLike) => T;
  const copy = new Type(sharedBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
