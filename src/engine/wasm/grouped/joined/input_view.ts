import type { PackedArray } from "../../../../base/arrays.ts";
import type { Transform } from "../../../../record.ts";
import { copyTransformed } from "../../../copy_transformed.ts";
import type { TableColumn } from "../../../joined_source.ts";
import { entrySize, type GatheredInput, placesOf } from "../../../sample_source.ts";

/** The entries of an input, and which of them each row has. */
export interface InputView {
  /** `[entry, value]` */
  readonly values: PackedArray;
  /** Number of entries. */
  readonly entries: number;
  /** Values of an entry. */
  readonly size: number;
  /** Entries of a row: its references, or 1. */
  readonly places: number;
  /** `[row, place]`: its entries, −1 where a reference is missing; absent where row i has entry i. */
  readonly index: Int32Array | undefined;
  /** Applied to every value. */
  readonly transform: Transform;
}

/** Values of an entry that are sooner copied one by one than together. */
const FEW_VALUES = 256;

/** The same numbers as signed integers, which the compiler keeps in registers; the mark of a missing one is −1. */
function signedView({ buffer, byteOffset, length }: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

/** A view of what was gathered of an input; rows are samples of the batch. */
export function viewGathered({ spec, values, entries, entryOf }: GatheredInput): InputView {
  const [size, places] = [entrySize(spec), placesOf(spec)];
  return { values, entries, size, places, index: signedView(entryOf), transform: "none" };
}

/** A view of a column in memory; rows are samples of the source. */
export function viewColumn(
  { input, table, entryOf, transform = "none" }: TableColumn,
): InputView {
  const size = entrySize(input);
  return {
    values: table,
    entries: table.length / size,
    size,
    places: placesOf(input),
    index: entryOf && signedView(entryOf),
    transform,
  };
}

/** Copies an entry as float32, transformed. */
export function copyEntry(
  { values, size, transform }: InputView,
  entry: number,
  { target, at }: { readonly target: Float32Array; readonly at: number },
): void {
  const from = entry * size;
  if (transform === "none" && size <= FEW_VALUES && values instanceof Float32Array) {
    // A view of them would take longer than they do.
    for (let i = 0; i < size; i++) target[at + i] = values[from + i]!;
    return;
  }
  const own = values.subarray(from, from + size);
  copyTransformed(own, { target, at, transform });
}
