/** How the items of an array become bytes. */

import { readAll } from "../../base/platform.ts";
import { freeArray } from "../../base/free.ts";

/** Typed arrays of the numbers that are written. */
export type ZarrNumbers = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** Some items of an array: numbers, or texts. */
export type ZarrValues = ZarrNumbers | readonly string[];

/**
 * The bytes of a chunk: its items, then zeros or empty texts up to its size.
 *
 * @param pieces The items in order.
 * @param size The number of items that a chunk has.
 */
export function encodeChunk(
  pieces: readonly ZarrValues[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const numbers = pieces.filter((piece) => ArrayBuffer.isView(piece));
  if (numbers.length === 0) {
    return encodeTexts((pieces as readonly (readonly string[])[]).flat(), size);
  }
  const bytes = new Uint8Array(size * numbers[0]!.BYTES_PER_ELEMENT);
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of numbers) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return bytes;
}

/**
 * The codec `vlen-utf8`: the number of texts, then for each its length in bytes and the bytes. The numbers are uint32,
 * little-endian.
 */
function encodeTexts(texts: readonly string[], count: number): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 4 + 4 * count));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, count, true);
  let offset = 4;
  for (const text of encoded) {
    view.setUint32(offset, text.length, true);
    bytes.set(text, offset + 4);
    offset += 4 + text.length;
  }
  return bytes;
}

/** Compresses bytes in the gzip format, and releases their memory. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const [packed] = await Promise.all([
    readAll(readable),
    writer.write(bytes).then(() => writer.close()),
  ]);
  freeArray(bytes);
  return packed;
}
