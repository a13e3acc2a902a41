/** How a container's data series are encoded (CRAM 3.1 specification, section 8.4): in which blocks, by which codes. */

import type { CramCursor } from "./_cram_bytes.ts";

/** The encoding of a series of numbers, bytes or arrays of bytes. */
export type CramEncoding =
  | { readonly kind: "none" }
  | { readonly kind: "external"; readonly id: number }
  | HuffmanEncoding
  | { readonly kind: "array"; readonly lengths: CramEncoding; readonly values: CramEncoding }
  | { readonly kind: "stop"; readonly stop: number; readonly id: number }
  | { readonly kind: "beta"; readonly offset: number; readonly bits: number }
  | { readonly kind: "subexp"; readonly offset: number; readonly bits: number }
  | { readonly kind: "gamma"; readonly offset: number }
  | { readonly kind: "golomb" };

/** A canonical code: by length and then by symbol, each code is the one before it plus 1. */
export interface HuffmanEncoding {
  readonly kind: "huffman";
  /** The symbols, in the order of their codes. */
  readonly symbols: Int32Array;
  /** How many codes have each number of bits. A single symbol may have a code without bits. */
  readonly counts: Int32Array;
}

/** Longest code, in bits. */
const LONGEST_CODE = 31;

/** Arrays of arrays do not occur, so deeper encodings are an attack. */
const DEEPEST = 2;

/** Reads an encoding. */
export function readEncoding(cursor: CramCursor, depth = 0): CramEncoding {
  const codec = cursor.itf8();
  const end = cursor.count() + cursor.at;
  const encoding = readParameters(cursor, codec, depth);
  if (cursor.at > end) cursor.fail(`the parameters of an encoding of kind ${codec} are too long`);
  cursor.at = end;
  return encoding;
}

function readParameters(cursor: CramCursor, codec: number, depth: number): CramEncoding {
  switch (codec) {
    case 0:
      return { kind: "none" };
    case 1:
      return { kind: "external", id: cursor.itf8() };
    case 3:
      return readHuffman(cursor);
    case 4: {
      if (depth >= DEEPEST) cursor.fail("an encoding has too many levels");
      const lengths = readEncoding(cursor, depth + 1);
      return { kind: "array", lengths, values: readEncoding(cursor, depth + 1) };
    }
    case 5:
      return { kind: "stop", stop: cursor.byte(), id: cursor.itf8() };
    case 6:
      return { kind: "beta", offset: cursor.itf8(), bits: cursor.itf8() };
    case 7:
      return { kind: "subexp", offset: cursor.itf8(), bits: cursor.itf8() };
    case 9:
      return { kind: "gamma", offset: cursor.itf8() };
    case 2:
    case 8:
      return { kind: "golomb" };
  }
  return cursor.fail(`there is no encoding of kind ${codec}`);
}

function readHuffman(cursor: CramCursor): HuffmanEncoding {
  const symbols = Int32Array.from({ length: cursor.count() }, () => cursor.itf8());
  const lengths = Int32Array.from({ length: cursor.count() }, () => cursor.itf8());
  // Series that no record has may have no symbols.
  if (symbols.length !== lengths.length) {
    cursor.fail(`${symbols.length} symbols have ${lengths.length} codes`);
  }
  const counts = new Int32Array(LONGEST_CODE + 1);
  for (const length of lengths) {
    const isSound = length >= (symbols.length === 1 ? 0 : 1) && length <= LONGEST_CODE;
    if (!isSound) cursor.fail(`a code has ${length} bits`);
    counts[length]!++;
  }
  const order = [...symbols.keys()]
    .sort((a, b) => lengths[a]! - lengths[b]! || symbols[a]! - symbols[b]!);
  return { kind: "huffman", symbols: Int32Array.from(order, (i) => symbols[i]!), counts };
}

/** Calls `visit` with the id of each external block that an encoding reads from. */
export function visitBlocks(encoding: CramEncoding, visit: (id: number) => void): void {
  if (encoding.kind === "external" || encoding.kind === "stop") visit(encoding.id);
  if (encoding.kind !== "array") return;
  visitBlocks(encoding.lengths, visit);
  visitBlocks(encoding.values, visit);
}

/** Whether an encoding reads bits of the core block, which all series share. */
export function usesCore(encoding: CramEncoding): boolean {
  switch (encoding.kind) {
    case "huffman":
      return encoding.counts[0] === 0 && encoding.symbols.length > 0;
    case "beta":
      return encoding.bits !== 0;
    case "array":
      return usesCore(encoding.lengths) || usesCore(encoding.values);
    case "subexp":
    case "gamma":
    case "golomb":
      return true;
    case "none":
    case "external":
    case "stop":
      return false;
  }
}
