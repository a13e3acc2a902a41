/** Deflates small pieces of data: zlib (RFC 1950) as in bigWig files, or bare (RFC 1951) as in blocks of bgzip. */

import type { Bytes } from "../../base/bytes.ts";
import { BUILTINS } from "../../base/builtins.ts";

/** `quickly` is for floats, which hold little that repeats, so that a search for it is not worth twice the time. */
export type Effort = "quickly" | "well";

/** Deflates bytes. */
export type Deflate = (bytes: Bytes, effort: Effort) => Bytes | Promise<Bytes>;

const LEVELS = { quickly: 1, well: 6 } as const;
const zlib = BUILTINS.getBuiltinModule?.("node:zlib");

/** Deflates with the web's own API, which takes several times as long for small pieces. */
export async function deflatePortable(bytes: Bytes, format: CompressionFormat): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Deflates as zlib data, with the zlib of Deno or Node if there is one. */
export const deflate: Deflate = zlib === undefined
  ? (bytes) => deflatePortable(bytes, "deflate")
  : (bytes, effort) => copyOf(zlib.deflateSync(bytes, { level: LEVELS[effort] }));

/** Deflates without a header. */
export const deflateRaw: Deflate = zlib === undefined
  ? (bytes) => deflatePortable(bytes, "deflate-raw")
  : (bytes, effort) => copyOf(zlib.deflateRawSync(bytes, { level: LEVELS[effort] }));

/** The bytes alone: those of a small result may lie in a far larger buffer. */
function copyOf(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}
