/** Deflates small pieces of data: zlib (RFC 1950) as in bigWig files, or bare (RFC 1951) as in blocks of bgzip. */

import type { Bytes } from "../../base/bytes.ts";
import { BUILTINS } from "../../base/builtins.ts";

/** Deflates bytes. */
export type Deflate = (bytes: Bytes) => Bytes | Promise<Bytes>;

const zlib = BUILTINS.getBuiltinModule?.("node:zlib");

/** Deflates with the web's own API, which takes several times as long for small pieces. */
export async function deflatePortable(bytes: Bytes, format: CompressionFormat): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Deflates as zlib data, with the zlib of Deno or Node if there is one. */
export const deflate: Deflate = zlib === undefined
  ? (bytes) => deflatePortable(bytes, "deflate")
  : (bytes) => copyOf(zlib.deflateSync(bytes));

/** Deflates without a header. */
export const deflateRaw: Deflate = zlib === undefined
  ? (bytes) => deflatePortable(bytes, "deflate-raw")
  : (bytes) => copyOf(zlib.deflateRawSync(bytes));

/** The bytes alone: those of a small result may lie in a far larger buffer. */
function copyOf(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}
