/** How the chunks of signal are compressed. */

import { BUILTINS } from "../../base/builtins.ts";
import { crc32c } from "../../base/crc32c.ts";
import { ContractError } from "../../errors.ts";
import { gzip } from "./_codecs.ts";
import { CHECKSUM_BYTES } from "./_unpack.ts";

/** A way in which the chunks of signal are compressed. */
export type ZarrCodec = "none" | "gzip" | "zstd";

/** All of them. */
export const ZARR_CODECS: readonly ZarrCodec[] = ["none", "gzip", "zstd"];

/** The level of Zstandard: a higher one takes twice as long for a fiftieth less. */
const ZSTD_LEVEL = 1;
/** The level of `CompressionStream`, for people: no reader needs it. */
const GZIP_LEVEL = 6;

/** The codec that is used unless another is asked for: Zstandard where the run-time has it, else gzip. */
export function usualCodec(): ZarrCodec {
  return hasZstd() ? "zstd" : "gzip";
}

/** Whether the run-time compresses in Zstandard, and writes into each frame how long its content is. */
function hasZstd(): boolean {
  const zlib = BUILTINS.getBuiltinModule?.("node:zlib");
  if (zlib?.zstdCompressSync === undefined) return false;
  // RFC 8878, 3.1.1.1.1: a length is there if these bits say how many bytes it takes.
  return (packZstd(new Uint8Array(1024), zlib)[4]! & 0b1110_0000) !== 0;
}

/** Refuses a codec that the run-time has not. */
export function checkCodec(codec: ZarrCodec): void {
  if (codec !== "zstd" || hasZstd()) return;
  throw new ContractError(
    "Cannot write AnnData: this run-time does not compress in zstd, expected the codec gzip or none",
  );
}

/** What metadata of Zarr v3 say of a chunk that {@linkcode packChunk} makes. */
export function codecMetadata(codec: ZarrCodec): Readonly<Record<string, unknown>>[] {
  const packing = {
    none: [],
    gzip: [{ name: "gzip", configuration: { level: GZIP_LEVEL } }],
    zstd: [{ name: "zstd", configuration: { level: ZSTD_LEVEL, checksum: false } }],
  }[codec];
  return [
    { name: "bytes", configuration: { endian: "little" } },
    ...packing,
    { name: "crc32c" },
  ];
}

/** Compresses the bytes of a chunk and appends the checksum of what comes out. */
export async function packChunk(
  bytes: Uint8Array<ArrayBuffer>,
  codec: ZarrCodec,
): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = BUILTINS.getBuiltinModule?.("node:zlib");
  // The function releases what it is given, which others still use.
  const packed = codec === "none"
    ? bytes
    : codec === "zstd"
    ? packZstd(bytes, zlib!)
    : await gzip(bytes.slice());
  return withChecksum(packed);
}

/** The same bytes and their checksum. */
export function withChecksum(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const checked = new Uint8Array(bytes.length + CHECKSUM_BYTES);
  checked.set(bytes);
  new DataView(checked.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return checked;
}

function packZstd(
  bytes: Uint8Array<ArrayBuffer>,
  { zstdCompressSync, constants }: typeof import("node:zlib"),
): Uint8Array {
  const options = {
    params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
    // Not in the types yet. Readers, this one among them, want to know it before they take memory.
    pledgedSrcSize: bytes.length,
  };
  return zstdCompressSync(bytes, options);
}
