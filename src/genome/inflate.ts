/** Inflates small pieces of data: zlib (RFC 1950) as in bigWig files, gzip (RFC 1952) as in CRAM files. */

import type { Bytes } from "../base/bytes.ts";
import { BUILTINS } from "../base/builtins.ts";
import { readStream } from "./_read_stream.ts";

/**
 * Inflates `compressed`, and stops when the result exceeds `limit` bytes.
 *
 * @throws {Error} If the data are damaged, or inflate to more than `limit` bytes.
 */
export type Inflate = (compressed: Bytes, limit: number) => Uint8Array | Promise<Uint8Array>;

/** Inflates with the web's own API, which takes several times as long for small pieces. */
export async function inflatePortable(
  compressed: Bytes,
  limit: number,
  format: CompressionFormat = "deflate",
): Promise<Uint8Array> {
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream(format));
  const inflated = new Uint8Array(limit);
  let length = 0;
  for await (const piece of readStream(stream)) {
    if (length + piece.length > limit) throw new RangeError(`more than ${limit} bytes`);
    inflated.set(piece, length);
    length += piece.length;
  }
  return inflated.subarray(0, length);
}

const zlib = BUILTINS.getBuiltinModule?.("node:zlib");

/** Inflates zlib data with the zlib of Deno or Node if there is one. */
export const inflate: Inflate = zlib === undefined
  ? inflatePortable
  : (compressed, limit) => zlib.inflateSync(compressed, { maxOutputLength: limit });

/** Inflates gzip data in the same way. */
export const gunzip: Inflate = zlib === undefined
  ? (compressed, limit) => inflatePortable(compressed, limit, "gzip")
  : (compressed, limit) => zlib.gunzipSync(compressed, { maxOutputLength: limit });
