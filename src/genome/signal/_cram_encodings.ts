/** How a container's data series are encoded (CRAM 3.1 specification, section 8.4): in which blocks, by which codes. */

import type { CramCursor } from "./_cram_bytes.ts";

/** The encoding of a series of numbers, bytes or arrays of bytes. */
export type CramEncoding =
  | { readonly kind: "none" }
  | { readonly kind: "external"; readonly id: number }
  | {
    readonly kind: "huffman";
    readonly symbols: readonly number[];
    readonly lengths: readonly number[];
  }
  | { readonly kind: "array"; readonly lengths: CramEncoding; readonly values: CramEncoding }
  | { readonly kind: "stop"; readonly stop: number; readonly id: number }
  | { readonly kind: "beta"; readonly offset: number; readonly bits: number }
  | { readonly kind: "subexp"; readonly offset: number; readonly bits: number }
  | { readonly kind: "gamma"; readonly offset: number }
  | { readonly kind: "golomb" };

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
    case 3: {
      const symbols = Array.from({ length: cursor.count() }, () => cursor.itf8());
      const lengths = Array.from({ length: cursor.count() }, () => cursor.itf8());
      return { kind: "huffman", symbols, lengths };
    }
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
      return encoding.lengths.some((length) => length !== 0);
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
