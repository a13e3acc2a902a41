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

/** Name of the element type of a {@linkcode PackedArray}. */
export type PackedType = "uint8" | "uint16" | "uint32" | "float32" | "float64";

/**
 * Finds the greatest length among some arrays.
 *
 * @param arrays The arrays.
 * @returns Their greatest length; 0 without arrays.
 */
export function longestLength(arrays: readonly { readonly length: number }[]): number {
  return arrays.reduce((most, { length }) => Math.max(most, length), 0);
}
