/**
 * Sparse rows, and products that leave out zeros. After a ReLU or a dropout half of a layer's inputs or more are zero,
 * and a zero adds nothing to a sum: rows of such a matrix are first compressed to what is not zero, then multiplied.
 *
 * Two rows are compressed together, into the entries of the first one alone, those of the second one alone, and those
 * of both, of which the row of B that they multiply is loaded once. Sums begin with the entries of both. A row may be
 * without a partner: then all of its entries are its own, in their order.
 *
 * A pair of sparse rows is a header, the numbers of the entries of the first row, of the second and of both (i32) and a
 * table by which values are compressed, and seven streams of the same length. They hold factors (f32) and places, how many bytes after the first row of B the
 * row lies that they multiply (i32): factors of the first row, places of the first row, factors of the second, places of
 * the second, places of both, and, in two streams that are one, factors of both, in turns. After the entries of a stream
 * come zeros that fill up its last group.
 *
 * B is packed in panels: columns are cut into groups of 24, and a panel holds its columns of all rows, one row
 * after the other.
 *
 * @module
 */

import { CACHE_LINE, roundUp } from "../../layout.ts";

/**
 * The sums of two rows stay in registers while their entries pass by: twelve vectors, beside two factors and a vector
 * of B. Deno's V8 compares the address of every load with the memory's size, and processors take two such comparisons in
 * a cycle, as they do two multiply-adds. So a product is as quick as its loads are few.
 */
export const PANEL_VECTORS = 6;
/** Bytes of one row of a panel of B. */
export const PANEL_ROW_BYTES = 16 * PANEL_VECTORS;

/** Entries of one row that are multiplied between two jumps. */
export const GROUP_ENTRIES = 4;
/** The same of both rows. */
export const SHARED_ENTRIES = 2;
/** Where a pair has the table by which four values are compressed: one shuffle for each set of them. */
export const TABLE_OFFSET = 64;
/** Bytes before the first stream. */
export const HEADER_BYTES = TABLE_OFFSET + 256;
const STREAM_COUNT = 7;

/** Of the entries of one row or both: where the header has their number, their streams, and the bytes of their factors. */
export const STREAMS = {
  first: { count: 0, factors: 0, places: 1, factorBytes: 4 },
  second: { count: 4, factors: 2, places: 3, factorBytes: 4 },
  both: { count: 8, factors: 5, places: 4, factorBytes: 8 },
} as const;

/** Bytes of a stream of at most `entries` entries; whole cache lines. */
export function streamBytes(entries: number): number {
  return roundUp(4 * (entries + GROUP_ENTRIES), CACHE_LINE);
}

/** Bytes from a pair to one of its streams. */
export function streamOffset(stream: number, number: number): number {
  return HEADER_BYTES + number * stream;
}

/** Bytes of a pair of sparse rows of at most `entries` entries each. */
export function sparsePairBytes(entries: number): number {
  return streamOffset(streamBytes(entries), STREAM_COUNT);
}
