/** Where things are in the memory of an inflater. */

import {
  DISTANCE_BITS,
  DISTANCE_LONG_BITS,
  SYMBOL_BITS,
  SYMBOL_LONG_BITS,
} from "./_code_tables.ts";

/** Where things are in memory. The regions begin at places that are no multiples of 4 KiB apart. */
export const LAYOUT = {
  /** Where `decode` leaves the place in the input, in bits, and in the output. */
  inputBit: 0,
  outputEnd: 4,
  /** The table of literals and lengths, and that of distances. */
  symbols: 64,
  distances: 64 + 4 * (2 ** SYMBOL_BITS + 288 * 2 ** SYMBOL_LONG_BITS) + 64,
} as const;
const AFTER_TABLES = LAYOUT.distances + 4 * (2 ** DISTANCE_BITS + 32 * 2 ** DISTANCE_LONG_BITS) +
  192;

/** Two regions for input, so that one can be filled while the other is inflated, and one for output. */
export const INPUT_BYTES = 2 ** 20;
/** A load takes eight bytes, wherever the input ends. */
const INPUT_SLACK = 64;
/** After the last byte that is asked for, one iteration may write a match of 258 bytes, rounded up, and some literals. */
const OUTPUT_SLACK = 512;
export const OUTPUT_BYTES = 2 ** 20 - 2 ** 15;
export const INPUTS = [AFTER_TABLES, AFTER_TABLES + INPUT_BYTES + INPUT_SLACK + 192] as const;
export const OUTPUT = INPUTS[1] + INPUT_BYTES + INPUT_SLACK + 448;
/** The size of the memory, in pages of 64 KiB. */
export const PAGES = Math.ceil((OUTPUT + OUTPUT_BYTES + OUTPUT_SLACK) / 2 ** 16);
