import { type PackedArray, packedTypeOf } from "../base/arrays.ts";
import { type Transform, transformFunction } from "../record.ts";

/** Counts below this have a place in a table. Larger ones are rare in bins of a hundred bases. */
const TABLE_COUNTS = 1024;

const tables = new Map<Transform, Float32Array>();

/** Where copies go. */
export interface CopyTarget {
  readonly target: Float32Array;
  /** Index of the first value. */
  readonly at: number;
  readonly transform: Transform;
}

/**
 * Copies values as float32, transformed. Counts take what a function such as `log1p` makes of them from a table, whatever
 * the type in which they are kept: that is ten times as quick and gives the same bits.
 *
 * @param values The values; read from their beginning to their end.
 * @param target Where they go, and the transform.
 * @throws {RangeError} If the transform is unknown.
 */
export function copyTransformed(
  values: PackedArray,
  { target, at, transform }: CopyTarget,
): void {
  if (transform === "none") return target.set(values, at);
  const apply = transformFunction(transform);
  const table = tableOf(transform, apply);
  const type = packedTypeOf(values);
  if (type === "float32" || type === "float64") {
    for (let i = 0; i < values.length; i++) {
      const value = Math.fround(values[i]!);
      const count = value | 0;
      const isCount = count === value && count >= 0 && count < TABLE_COUNTS;
      target[at + i] = isCount && !Object.is(value, -0) ? table[count]! : apply(value);
    }
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    target[at + i] = value >= 0 && value < TABLE_COUNTS ? table[value]! : apply(Math.fround(value));
  }
}

function tableOf(transform: Transform, apply: (value: number) => number): Float32Array {
  const known = tables.get(transform);
  if (known !== undefined) return known;
  const table = new Float32Array(TABLE_COUNTS);
  for (let count = 0; count < TABLE_COUNTS; count++) table[count] = apply(count);
  tables.set(transform, table);
  return table;
}
