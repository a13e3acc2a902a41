/** Decompresses chunks, never into more bytes than the array can need. */

import { BUILTINS } from "../../base/builtins.ts";
import { concatenateAll } from "../../base/bytes.ts";
import { crc32c } from "../../base/crc32c.ts";
import { ContractError, FormatError } from "../../errors.ts";

/** A step of decoding: the name of a codec, as Zarr v3 has it. */
export type Packing = "gzip" | "zlib" | "zstd" | "blosc" | "crc32c";

/** Bytes of a CRC-32C. */
export const CHECKSUM_BYTES = 4;
/** Content is made in pieces of this size: the usual ones of 16 kB take half as long again. */
const PIECE_BYTES = 2 ** 17;

/** How a chunk is decompressed. */
export interface UnpackOptions {
  /** The most bytes that a chunk can have. */
  readonly mostBytes: number;
  /** Name of the file, for messages. */
  readonly file: string;
}

/**
 * Undoes one step of packing.
 *
 * @throws {FormatError} If the bytes are damaged, or would become more than a chunk can have.
 */
export async function unpack(
  bytes: Uint8Array<ArrayBuffer>,
  packing: Packing,
  options: UnpackOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { mostBytes, file } = options;
  if (packing === "gzip") return await inflate(bytes, { ...options, format: "gzip" });
  if (packing === "zlib") return await inflate(bytes, { ...options, format: "deflate" });
  if (packing === "crc32c") return takeChecked(bytes, file);
  if (packing === "zstd" && hasZstd()) return unpackSync(bytes, packing, options);
  const size = packing === "zstd" ? sizeOfZstd(bytes) : sizeOfBlosc(bytes);
  if (size === undefined || size > mostBytes) {
    throw damaged(`${packing} data of ${size ?? "an unknown number of"} bytes`, options);
  }
  const { registry } = await import("zarrita");
  const Codec = await registry.get(packing)!();
  const codec = Codec.fromConfig({}, undefined as never);
  try {
    return new Uint8Array((await codec.decode(bytes)) as Uint8Array);
  } catch (cause) {
    throw new FormatError(`Cannot read Zarr: ${packing} data are damaged`, { file, cause });
  }
}

/** Whether the run-time decompresses Zstandard by itself: Deno, Bun, and Node from 22.15. */
function hasZstd(): boolean {
  return BUILTINS.getBuiltinModule?.("node:zlib")?.zstdDecompressSync !== undefined;
}

/**
 * Undoes one step of packing while the caller's thread waits.
 *
 * @throws {FormatError} As `unpack` does.
 * @throws {ContractError} If the run-time cannot do it so.
 */
export function unpackSync(
  bytes: Uint8Array<ArrayBuffer>,
  packing: Packing,
  options: UnpackOptions,
): Uint8Array<ArrayBuffer> {
  const { mostBytes, file } = options;
  if (packing === "crc32c") return takeChecked(bytes, file);
  const decompress = syncFunctionOf(packing);
  if (decompress === undefined) {
    throw new ContractError(
      `Cannot read ${file}: this run-time decompresses no ${packing} while it is waited for, expected data that fit ` +
        "into memory, or data that were written with --codec none",
    );
  }
  try {
    const content = decompress(bytes, { maxOutputLength: mostBytes, chunkSize: PIECE_BYTES });
    return new Uint8Array(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength);
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw damaged(`more than ${mostBytes} bytes`, options);
    }
    throw new FormatError(`Cannot read Zarr: ${packing} data are damaged`, { file, cause });
  }
}

/**
 * Takes bytes from before their checksum.
 *
 * @throws {FormatError} If the checksum is that of other bytes.
 */
export function takeChecked(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Uint8Array<ArrayBuffer> {
  const end = bytes.length - CHECKSUM_BYTES;
  const content = bytes.subarray(0, Math.max(0, end));
  const isSound = end >= 0 &&
    new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true) === crc32c(content);
  if (isSound) return content;
  throw new FormatError("Cannot read Zarr: a checksum is that of other bytes: they are damaged", {
    file,
  });
}

/** Whether {@linkcode unpackSync} can undo a step in this run-time. */
export function unpacksSync(packing: Packing): boolean {
  return packing === "crc32c" || syncFunctionOf(packing) !== undefined;
}

function syncFunctionOf(packing: Exclude<Packing, "crc32c">) {
  const zlib = BUILTINS.getBuiltinModule?.("node:zlib");
  const functions = {
    gzip: zlib?.gunzipSync,
    zlib: zlib?.inflateSync,
    zstd: zlib?.zstdDecompressSync,
    blosc: undefined,
  };
  return functions[packing];
}

function damaged(found: string, { mostBytes, file }: UnpackOptions): FormatError {
  return new FormatError(`Cannot read Zarr: a chunk has ${found}, expected at most ${mostBytes}`, {
    file,
  });
}

async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  options: UnpackOptions & { readonly format: CompressionFormat },
): Promise<Uint8Array<ArrayBuffer>> {
  const { mostBytes, file, format } = options;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format))
    .getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value);
      length += read.value.length;
      if (length > mostBytes) break;
    }
  } catch (cause) {
    throw new FormatError(`Cannot read Zarr: ${format} data are damaged`, { file, cause });
  }
  if (length > mostBytes) {
    await reader.cancel().catch(() => undefined);
    throw damaged(`${length} or more bytes`, options);
  }
  return concatenateAll(pieces);
}

/** The size of the content that the header of a Zstandard frame states (RFC 8878, section 3.1.1.1). */
function sizeOfZstd(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 14 || view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = bytes[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const offset = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? bytes[offset] : undefined;
    case 1:
      return view.getUint16(offset, true) + 256;
    case 2:
      return view.getUint32(offset, true);
    default:
      return offset + 8 > bytes.length ? undefined : Number(view.getBigUint64(offset, true));
  }
}

/** The size of the content that Blosc's header states. */
function sizeOfBlosc(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  if (bytes.length < 16) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
}
