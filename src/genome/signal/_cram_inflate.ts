/** Inflates the blocks of CRAM files. The codecs that are CRAM's own come from `@gmod/cram`, which has htscodecs. */

import { gunzip } from "../inflate.ts";
import { CramCursor, failCram } from "./_cram_bytes.ts";
import type { CramFileReader, ReadBlock } from "./_cram_container.ts";

/** The types of a block's content. */
export const CONTENT = { fileHeader: 0, compressionHeader: 1, slice: 2, external: 4, core: 5 };

const METHOD = { raw: 0, gzip: 1, rans: 4, ransNx16: 5, arithmetic: 6, last: 8 };
const NO_SIZE = 0x10;
/** Ten times as much as a slice of 100,000 reads has in one series. */
const LARGEST_BLOCK_BYTES = 2 ** 26;

type InflateBlock = (block: ReadBlock) => Promise<Uint8Array>;
/** The codecs of each version of CRAM. */
const codecs = new Map<number, Promise<InflateBlock>>();

/**
 * Inflates a block.
 *
 * @throws {FormatError} If it is damaged, or does not have the size that it claims.
 */
export async function inflateBlock(reader: CramFileReader, block: ReadBlock): Promise<Uint8Array> {
  const { method, rawBytes, headerBytes, compressedBytes, byteOffset } = block;
  const place = reader.placeOf(byteOffset);
  if (rawBytes > LARGEST_BLOCK_BYTES) failCram(`a block claims ${rawBytes} bytes`, place);
  if (method < 0 || method > METHOD.last) failCram(`a block has method ${method}`, place);
  const compressed = block.bytes.subarray(headerBytes, headerBytes + compressedBytes);
  if (rawBytes === 0) return new Uint8Array();
  let raw: Uint8Array;
  if (method === METHOD.raw) raw = compressed;
  else {
    checkClaim(new CramCursor(compressed, place), block);
    try {
      raw = method === METHOD.gzip
        ? await gunzip(compressed, rawBytes)
        : await (await loadCodecs(reader.majorVersion))(block);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return failCram(`a block cannot be inflated: ${why}`, place, cause);
    }
  }
  if (raw.length === rawBytes) return raw;
  return failCram(`a block inflates to ${raw.length} bytes, expected ${rawBytes}`, place);
}

/**
 * Throws unless the size that compressed data give at their start is that of the block. The codecs trust it: without
 * this check a few bytes could claim gigabytes.
 */
function checkClaim(cursor: CramCursor, { method, rawBytes }: ReadBlock): void {
  let claim = rawBytes;
  if (method === METHOD.rans) {
    cursor.skip(5);
    claim = cursor.int32() >>> 0;
  } else if (method === METHOD.ransNx16 || method === METHOD.arithmetic) {
    claim = (cursor.byte() & NO_SIZE) !== 0 ? -1 : readSize(cursor);
  }
  if (claim !== rawBytes) cursor.fail(`a block of ${rawBytes} bytes says that it has ${claim}`);
}

/** Reads an integer in groups of seven bits, the highest first. */
function readSize(cursor: CramCursor): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = cursor.byte();
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return value;
}

function loadCodecs(majorVersion: number): Promise<InflateBlock> {
  const loaded = codecs.get(majorVersion) ?? makeCodecs(majorVersion);
  codecs.set(majorVersion, loaded);
  return loaded;
}

async function makeCodecs(majorVersion: number): Promise<InflateBlock> {
  const { CramFile } = await import("@gmod/cram");
  // It asks for the definition at the start of a file, to learn the version.
  const definition = new Uint8Array(26);
  definition.set([...new TextEncoder().encode("CRAM"), majorVersion]);
  const cram = new CramFile({
    filehandle: {
      read: (length, position) => Promise.resolve(definition.slice(position, position + length)),
      readFile: (): Promise<never> => Promise.reject(new Error("there is no file")),
      stat: () => Promise.resolve({ size: definition.length }),
      close: () => Promise.resolve(),
    },
  });
  // The bytes were checked when they were read.
  cram.validateChecksums = false;
  return async ({ bytes }) => (await cram.readBlockFromBuffer(bytes, 0, 0)).content;
}
