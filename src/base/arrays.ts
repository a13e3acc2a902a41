/**
 * Array types that several parts share.
 *
 * @module
 */

/** The arrays in which a data set's signal is stored: the narrowest type that holds every value exactly is chosen. */
export type PackedArray =
  | Uint8Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>;

const PACKED_TYPES: ReadonlyMap<string | undefined, PackedType> = new Map([
  ["Uint8Array", "uint8"],
  ["Uint16Array", "uint16"],
  ["Uint32Array", "uint32"],
  ["Float32Array", "float32"],
  ["Float64Array", "float64"],
]);

/** What is asked for in place of a value that is no {@linkcode PackedArray}. */
export const PACKED_WANTED = "a Uint8Array, Uint16Array, Uint32Array, Float32Array or Float64Array";

/**
 * Whether a value is a {@linkcode PackedArray}, which programs in plain JavaScript, or with numbers from JSON, may give something
 * else for.
 */
export function isPackedArray(value: unknown): value is PackedArray {
  return PACKED_TYPES.has(typedArrayName(value));
}

/** The type of values. `instanceof` would not know arrays of other contexts; see {@linkcode typedArrayName}. */
export function packedTypeOf(values: PackedArray): PackedType {
  return PACKED_TYPES.get(typedArrayName(values))!;
}

/**
 * The name of a typed array's type, that of a class made of it too; `undefined` for anything else. Arrays of other contexts of
 * JavaScript, in which frameworks run tests, have other constructors and the same names.
 */
export function typedArrayName(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  return (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
}

/** Name of the element type of a {@linkcode PackedArray}. */
export type PackedType = "uint8" | "uint16" | "uint32" | "float32" | "float64";

/**
 * Copies counts into 2 bytes each, or into 4 if one of them needs that.
 *
 * @param counts Integers from 0 to 4,294,967,295.
 */
export function narrowIntegers(
  counts: Float64Array,
): Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  return counts.some((count) => count > 0xffff) ? new Uint32Array(counts) : new Uint16Array(counts);
}

/**
 * Sets each element of an array. `Float64Array.from(values, valueOf)` does the same by way of a list of all values, which
 * takes eight times the memory and ten times as long for millions of samples.
 *
 * @param array Receives the values.
 * @param valueOf Gives the value of each place.
 * @returns The array.
 */
export function fillArray<Values extends PackedArray | Int32Array<ArrayBufferLike>>(
  array: Values,
  valueOf: (place: number) => number,
): Values {
  for (let place = 0; place < array.length; place++) array[place] = valueOf(place);
  return array;
}

/**
 * Finds the greatest length among some arrays.
 *
 * @param arrays The arrays.
 * @returns Their greatest length; 0 without arrays.
 */
export function longestLength(arrays: readonly { readonly length: number }[]): number {
  return arrays.reduce((most, { length }) => Math.max(most, length), 0);
}

/**
 * Finds the greatest of any number of values. `Math.max(...values)` ends a program with some hundred thousand of them.
 *
 * @param values The values.
 * @returns The greatest, NaN if one is NaN; −Infinity without values.
 */
export function greatestOf(values: Iterable<number>): number {
  let greatest = -Infinity;
  for (const value of values) greatest = Math.max(greatest, value);
  return greatest;
}
