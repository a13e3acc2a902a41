/**
 * The numbers of one file as bytes, in which runs that may be stopped, and runs on several machines, keep them: a line of
 * JSON, then the numbers. The line has a digest of all that the numbers depend on, so that those of other genes, windows or
 * versions of the file are never taken for these.
 *
 * @module
 */

import { type Bytes, sha256 } from "../base/bytes.ts";
import { crc32 } from "../base/crc32.ts";
import { integer, oneOf, optional, text } from "../base/field.ts";
import { object } from "../base/fields.ts";
import { freeArray } from "../base/free.ts";
import { readJsonHeader } from "../base/json_header.ts";
import { toHex } from "../base/platform.ts";
import type { ByteSource } from "../files/byte_source.ts";

const LINE_FEED = 10;
/** No header is nearly as long: it may name all sequences of a genome. */
const LONGEST_HEADER_BYTES = 2 ** 24;
/** So many bytes of the numbers are checked at a time. */
const PIECE_BYTES = 2 ** 20;

/** The arrays whose numbers are kept. */
const ARRAYS = { uint16: Uint16Array, uint32: Uint32Array, float64: Float64Array } as const;

/** Numbers that are kept. */
export type KeepableNumbers =
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Kept numbers that were found whole. */
export interface KeptNumbers {
  /** How many there are. */
  readonly length: number;
  /** What was kept besides them. */
  readonly seen: string | undefined;
  /**
   * Reads some of them.
   *
   * @param start The place of the first, from 0.
   * @param end The place after the last.
   */
  read(start: number, end: number): Promise<KeepableNumbers>;
}

const HEADER = object({
  origin: text,
  type: oneOf("uint16", "uint32", "float64"),
  length: integer(1),
  seen: optional(text),
  crc32: integer(0),
});

/** The digest of a value's JSON, in hexadecimal digits. */
export async function digestOf(value: unknown): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(JSON.stringify(value))));
}

/** Encodes numbers, with the digest of what they depend on and a text about them. */
export function encodeNumbers(
  numbers: KeepableNumbers,
  { origin, seen }: { readonly origin: string; readonly seen?: string | undefined },
): Bytes {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const header = JSON.stringify({
    origin,
    type: nameOf(numbers),
    length: numbers.length,
    ...seen !== undefined && { seen },
    crc32: crc32(bytes, sumOfText(seen)),
  });
  const line = new TextEncoder().encode(`${header}\n`);
  const kept = new Uint8Array(line.length + bytes.length);
  kept.set(line);
  kept.set(bytes, line.length);
  return kept;
}

/**
 * Finds numbers that were kept, and checks them.
 *
 * @param source What {@linkcode countApart} returned, or a file of it.
 * @param origin Digest of all that the numbers must depend on.
 * @returns The numbers; `undefined` if the bytes are damaged, cut short, or of another origin.
 *
 * @example Bytes that are no numbers
 * ```ts
 * import { findKeptNumbers } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(await findKeptNumbers(bytesSource(Uint8Array.of(1, 2, 3)), "origin"), undefined);
 * ```
 */
export async function findKeptNumbers(
  source: ByteSource,
  origin: string,
): Promise<KeptNumbers | undefined> {
  const line = await readLine(source);
  const header = line && readJsonHeader(line, HEADER);
  if (line === undefined || header === undefined || header.origin !== origin) return undefined;
  const { type, length, seen } = header;
  const { BYTES_PER_ELEMENT: width } = ARRAYS[type];
  const start = line.length + 1;
  if (source.size !== start + length * width) return undefined;
  if (await sumOf(source, start, sumOfText(seen)) !== header.crc32) return undefined;
  return {
    length,
    seen,
    async read(first, end) {
      // In memory of its own, since numbers must lie at multiples of their width.
      const bytes = (await source.read(start + first * width, (end - first) * width)).slice();
      return new ARRAYS[type](bytes.buffer);
    },
  };
}

function nameOf(numbers: KeepableNumbers): keyof typeof ARRAYS {
  if (numbers instanceof Uint16Array) return "uint16";
  return numbers instanceof Uint32Array ? "uint32" : "float64";
}

function sumOfText(seen: string | undefined): number {
  return seen === undefined ? 0 : crc32(new TextEncoder().encode(seen), 0);
}

/** Reads the header without its line feed; `undefined` if the source lacks it. */
async function readLine(source: ByteSource): Promise<Bytes | undefined> {
  for (let length = 4096;; length *= 16) {
    const most = Math.min(length, source.size, LONGEST_HEADER_BYTES);
    const bytes = await source.read(0, most);
    const end = bytes.indexOf(LINE_FEED);
    if (end >= 0) return bytes.slice(0, end);
    if (most < length) return undefined;
  }
}

async function sumOf(source: ByteSource, start: number, first: number): Promise<number> {
  let sum = first;
  for (let offset = start; offset < source.size; offset += PIECE_BYTES) {
    const piece = await source.read(offset, Math.min(PIECE_BYTES, source.size - offset));
    sum = crc32(piece, sum);
    if (source.readsAreCopies) freeArray(piece);
  }
  return sum;
}
