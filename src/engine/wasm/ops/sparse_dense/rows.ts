/**
 * Sparse rows, and products that leave out zeros. After a ReLU or a dropout half of a layer's inputs or more are zero,
 * and a zero adds nothing to a sum: a row of such a matrix is first compressed to what is not zero, then multiplied.
 *
 * A sparse row is its number of entries (i32), the number of groups of four that they fill (i32), and the entries: a
 * factor (f32) and how many bytes after the first row of B the row lies that it multiplies (i32). Three entries
 * of zeros follow, to fill up the last group.
 *
 * B is packed in panels: columns are cut into groups of 32, and a panel holds its columns of all rows, one row
 * after the other.
 *
 * @module
 */

/**
 * Eight vectors, two cache lines: their sums stay in registers while a sparse row passes by. Each multiply-add loads
 * its own vector of B, and Deno's V8 compares the address of every load with the memory's size, so these products
 * reach half of the SIMD peak where register tiles reach nine tenths; panels of 10 or 12 vectors reach no more.
 */
export const PANEL_VECTORS = 8;
/** Bytes of one row of a panel of B. */
export const PANEL_ROW_BYTES = 16 * PANEL_VECTORS;

/** Entries of a group. */
export const GROUP_ENTRIES = 4;
/** Bytes of an entry. */
export const ENTRY_BYTES = 8;
/** Bytes before the first entry. */
export const HEADER_BYTES = 8;

/** Bytes of a sparse row of at most `entries` entries; whole cache lines. */
export function sparseRowBytes(entries: number): number {
  const bytes = HEADER_BYTES + ENTRY_BYTES * (entries + GROUP_ENTRIES - 1);
  return Math.ceil(bytes / 64) * 64;
}

/** Bytes of the sums that `gatherDots` makes of such a row; whole cache lines. */
export function dotsBytes(entries: number): number {
  return Math.ceil(entries / 16) * 64;
}
