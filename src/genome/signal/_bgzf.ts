/** Reads parts of a BGZF file (SAM specification, section 4.1): gzip in independent blocks of at most 64 KiB. */

import { unzip } from "@gmod/bgzf-filehandle";
import type { Bytes } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import { crc32 } from "../../base/crc32.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { freeArray } from "../../base/free.ts";

/** A place in the inflated data, as the indexes of BGZF files write it. */
export interface VirtualOffset {
  /** Offset of the block in the file, in bytes. */
  readonly blockPosition: number;
  /** Offset in the inflated block, in bytes. */
  readonly dataPosition: number;
}

/** The inflated data from `minv` up to, but not including, `maxv`. */
export interface VirtualRange {
  readonly minv: VirtualOffset;
  readonly maxv: VirtualOffset;
}

/** The inflated data of consecutive blocks. */
export interface Piece {
  /** The data, valid until the next piece is requested. */
  readonly bytes: Uint8Array;
  /** Offset of the first block in the file, in bytes. */
  readonly byteOffset: number;
}

const PIECE_BYTES = 1 << 17;
const LARGEST_BLOCK_BYTES = 1 << 16;
/** What nearly all blocks of reads and of text take. */
const LIKELY_BLOCK_BYTES = 1 << 15;
const HEADER_BYTES = 12;
const TRAILER_BYTES = 8;
/** `BC`, the extra field with the block's size, as a little-endian number. */
const SIZE_FIELD = 0x4342;

/** Reading up to this many bytes between two ranges is faster than skipping them. */
const LONGEST_GAP_BYTES = 1 << 16;

/** Joins ranges that overlap or nearly touch, and sorts them in file order, so that each byte is read only once. */
export function mergeRanges(ranges: Iterable<VirtualRange>): VirtualRange[] {
  const sorted = [...ranges].sort((a, b) => compareOffsets(a.minv, b.minv));
  const merged: VirtualRange[] = [];
  for (const { minv, maxv } of sorted) {
    const last = merged.at(-1);
    if (
      last === undefined || minv.blockPosition - last.maxv.blockPosition > LONGEST_GAP_BYTES
    ) {
      merged.push({ minv, maxv });
    } else if (compareOffsets(maxv, last.maxv) > 0) {
      merged[merged.length - 1] = { minv: last.minv, maxv };
    }
  }
  return merged;
}

/** Compares offsets for sorting: the result is negative, zero or positive if `a` is before, at or after `b`. */
export function compareOffsets(a: VirtualOffset, b: VirtualOffset): number {
  return a.blockPosition - b.blockPosition || a.dataPosition - b.dataPosition;
}

/** Tells a source which ranges will be inflated, in the file's order. */
export function announceRanges(source: ByteSource, ranges: readonly VirtualRange[]): void {
  source.willRead?.(ranges.map(({ minv, maxv }) => ({
    offset: minv.blockPosition,
    length: maxv.blockPosition - minv.blockPosition +
      (maxv.dataPosition > 0 ? LIKELY_BLOCK_BYTES : 0),
  })));
}

/**
 * Inflates a range in bounded pieces, while the next piece is being read.
 *
 * @throws {FormatError} If a block is damaged or the file ends before the range does.
 */
export async function* inflateRange(
  source: ByteSource,
  range: VirtualRange,
): AsyncGenerator<Piece> {
  const { minv, maxv } = range;
  let byteOffset = minv.blockPosition;
  let skipped = minv.dataPosition;
  // How long the last block is shows only when it is read. From a server less than the most is asked for first.
  let lastBytes = source.willRead === undefined ? LARGEST_BLOCK_BYTES : LIKELY_BLOCK_BYTES;
  let ahead = readBlocks(source, byteOffset, { maxv, lastBytes });
  while (ahead !== undefined) {
    const compressed = await ahead;
    const blocks = measureBlocks(compressed, maxv.blockPosition - byteOffset);
    if (blocks.length === 0) {
      if (lastBytes === LARGEST_BLOCK_BYTES) fail(source, byteOffset, "no block starts here");
      lastBytes = LARGEST_BLOCK_BYTES;
    }
    ahead = blocks.lastStart === undefined
      ? readBlocks(source, byteOffset + blocks.length, { maxv, lastBytes })
      : undefined;
    if (blocks.length === 0) continue;
    const bytes = await inflateBlocks(source, compressed.subarray(0, blocks.length), byteOffset);
    const end = blocks.lastStart === undefined
      ? bytes.length
      : blocks.lastStart + maxv.dataPosition;
    if (Math.max(skipped, end) > bytes.length) fail(source, byteOffset, "a block ends too early");
    yield { bytes: bytes.subarray(skipped, end), byteOffset };
    freeArray(bytes);
    if (source.readsAreCopies) freeArray(compressed);
    byteOffset += blocks.length;
    skipped = 0;
  }
}

/**
 * Reads some blocks of a range that ends at `maxv`, whose last block has up to `lastBytes`, and perhaps a part of the
 * next; `undefined` at the range's end.
 */
function readBlocks(
  source: ByteSource,
  byteOffset: number,
  { maxv, lastBytes }: { readonly maxv: VirtualOffset; readonly lastBytes: number },
): Promise<Bytes> | undefined {
  if (byteOffset > maxv.blockPosition) return undefined;
  if (byteOffset === maxv.blockPosition && maxv.dataPosition === 0) return undefined;
  const limit = Math.min(source.size, maxv.blockPosition + lastBytes);
  const length = Math.max(0, Math.min(PIECE_BYTES, limit - byteOffset));
  const compressed = length === 0
    ? Promise.resolve(new Uint8Array())
    : source.read(byteOffset, length);
  // The caller may stop before it awaits what was read ahead.
  compressed.catch(() => undefined);
  return compressed;
}

/**
 * Finds the complete blocks at the front of `compressed`, up to and including the one at `last`. Returns their total
 * length and, if the block at `last` is among them, where its inflated data start.
 */
function measureBlocks(
  compressed: Bytes,
  last: number,
): { readonly length: number; readonly lastStart: number | undefined } {
  const view = new DataView(compressed.buffer, compressed.byteOffset, compressed.length);
  let inflated = 0;
  let at = 0;
  while (at <= last) {
    const size = blockSize(view, at);
    if (size === undefined || at + size > compressed.length) break;
    if (at === last) return { length: at + size, lastStart: inflated };
    inflated += view.getUint32(at + size - 4, true);
    at += size;
  }
  return { length: at, lastStart: undefined };
}

/** Size of the block at `at` in bytes, or `undefined` if there is no complete header of a block. */
function blockSize(view: DataView, at: number): number | undefined {
  if (at + HEADER_BYTES > view.byteLength) return undefined;
  if (view.getUint32(at, true) !== 0x04088b1f) return undefined;
  const end = at + HEADER_BYTES + view.getUint16(at + 10, true);
  let field = at + HEADER_BYTES;
  while (field + 6 <= Math.min(end, view.byteLength)) {
    if (view.getUint16(field, true) === SIZE_FIELD) {
      const size = view.getUint16(field + 4, true) + 1;
      if (size <= end - at + TRAILER_BYTES) return undefined;
      const trailer = at + size - TRAILER_BYTES;
      // A block that claims to inflate to more is not BGZF, and is not inflated.
      return trailer + TRAILER_BYTES <= view.byteLength &&
          view.getUint32(trailer + 4, true) > LARGEST_BLOCK_BYTES
        ? undefined
        : size;
    }
    field += 4 + view.getUint16(field + 2, true);
  }
  return undefined;
}

async function inflateBlocks(
  source: ByteSource,
  compressed: Bytes,
  byteOffset: number,
): Promise<Uint8Array> {
  let inflated: Uint8Array;
  try {
    inflated = await unzip(compressed);
  } catch (cause) {
    return fail(source, byteOffset, String(cause instanceof Error ? cause.message : cause), cause);
  }
  if (!areIntact(compressed, inflated)) fail(source, byteOffset, "CRC-32 differs");
  return inflated;
}

/** Whether each block has the length and the CRC-32 that it claims, neither of which `unzip` checks. */
function areIntact(compressed: Bytes, inflated: Uint8Array): boolean {
  const view = new DataView(compressed.buffer, compressed.byteOffset, compressed.length);
  let start = 0;
  for (let at = 0; at < compressed.length;) {
    at += blockSize(view, at)!;
    const end = start + view.getUint32(at - 4, true);
    if (end > inflated.length) return false;
    if (crc32(inflated.subarray(start, end), 0) !== view.getUint32(at - 8, true)) return false;
    start = end;
  }
  return start === inflated.length;
}

function fail(source: ByteSource, byteOffset: number, found: string, cause?: unknown): never {
  throw new FormatError(
    `Cannot inflate block: the file is damaged or cut short, or its index is of another file: ${found}`,
    { file: source.name, byteOffset, cause },
  );
}
