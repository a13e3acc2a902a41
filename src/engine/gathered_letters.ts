/**
 * Sequences of a batch by their numbers in a table: an engine that wants codes as bytes, or knows the sequences already,
 * need not have them copied as float32. Any other source fills `values` as always.
 *
 * @module
 */

import {
  countSequences,
  packedBytes,
  type PackedSequences,
  UNKNOWN_BASE,
  visitRuns,
} from "../base/sequences.ts";
import type { GatheredInput } from "./sample_source.ts";

/** Sequences of one length in memory. */
export interface LetterTable {
  /** Number of sequences. */
  readonly entries: number;
  /** Writes the codes of a sequence to the beginning of an array whose length is a multiple of four. */
  readonly copy: (entry: number, codes: Uint8Array) => void;
}

/** What a source gathered of an input. */
export interface GatheredLetters {
  readonly table: LetterTable;
  /** `[entry]`: the sequence of each entry of the batch, each once. */
  readonly numbers: Uint32Array;
}

/** The numbers that engines have made room for, and the tables that sources have filled them from. */
const rooms = new WeakMap<GatheredInput, Uint32Array>();
const tables = new WeakMap<GatheredInput, LetterTable>();

/** Says that an engine takes numbers of sequences, so many at most. */
export function takeLetters(input: GatheredInput, entries: number): void {
  rooms.set(input, new Uint32Array(entries));
}

/** What is filled by sources that may wrap another one and change the values that it gathers: numbers would hide that. */
const closed = new WeakSet<GatheredInput>();

/** Says whether the source that fills an input next may write numbers in place of values; before that is said, it may. */
export function admitLetters(input: GatheredInput, isAdmitted: boolean): void {
  if (isAdmitted) closed.delete(input);
  else closed.add(input);
}

/** Where a source may write the numbers of sequences, if the engine takes them. */
export function roomForLetters(input: GatheredInput): Uint32Array | undefined {
  return closed.has(input) ? undefined : rooms.get(input);
}

/** Says from which table the numbers are; `undefined` says that the values were filled. */
export function noteLetters(input: GatheredInput, table: LetterTable | undefined): void {
  if (table === undefined) tables.delete(input);
  else tables.set(input, table);
}

/** What was gathered, if it is numbers. */
export function lettersOf(input: GatheredInput): GatheredLetters | undefined {
  const table = tables.get(input);
  return table && { table, numbers: rooms.get(input)! };
}

/** The codes of the four bases of each byte, the first in the lowest bits. */
const CODES_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  const codes = [0, 1, 2, 3].map((base) => (byte >> 2 * base & 3) << 8 * base);
  return codes.reduce((all, code) => all | code) >>> 0;
});

/** Packed sequences as a table; a further one, the last, is of bases that are not known. */
export function packedLetters(sequences: PackedSequences): LetterTable {
  const { bases, packed, unknown } = sequences;
  const blank = countSequences(sequences);
  const bytes = packedBytes(bases);
  return {
    entries: blank + 1,
    copy(entry, codes) {
      if (entry === blank) {
        codes.fill(UNKNOWN_BASE);
        return;
      }
      // Four bases at a time; machines that WebAssembly runs on put the lowest byte first, or look as if they did.
      const words = new Uint32Array(codes.buffer, codes.byteOffset, bytes);
      const first = entry * bytes;
      for (let byte = 0; byte < bytes; byte++) words[byte] = CODES_OF_BYTE[packed[first + byte]!]!;
      visitRuns(unknown, entry, (start, end) => codes.fill(UNKNOWN_BASE, start, end));
    },
  };
}

/** Codes `[entry, base]` as a table. */
export function codeLetters(codes: ArrayLike<number>, bases: number): LetterTable {
  return {
    entries: codes.length / bases,
    copy(entry, target) {
      const first = entry * bases;
      if (codes instanceof Uint8Array) target.set(codes.subarray(first, first + bases));
      else for (let base = 0; base < bases; base++) target[base] = codes[first + base]!;
    },
  };
}
