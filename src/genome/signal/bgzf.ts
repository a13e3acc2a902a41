/** Reads parts of a BGZF file (SAM specification, section 4.1): gzip in independent blocks of at most 64 KiB. */

import { FormatError } from "../../errors.ts";
import { type ByteSource, readInto } from "../../files/byte_source.ts";
import { borrowInflater } from "../inflate/inflater.ts";
import {
  BlockInflater,
  LARGEST_BLOCK_BYTES,
  measureBlocks,
  type MeasuredBlock,
  type ReadBlocks,
} from "./bgzf_blocks.ts";

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

/** How much is read at a time: from a server less, so that less is moved in vain. */
const READ_BYTES = 1 << 19;
const REMOTE_READ_BYTES = 1 << 17;
/** How much is inflated at a time: it is decoded before it leaves the cache. */
const PIECE_BYTES = 1 << 18;
/** What nearly all blocks of reads and of text take. */
const LIKELY_BLOCK_BYTES = 1 << 15;

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
 * Inflates a range in bounded pieces, while the next blocks are being read.
 *
 * @throws {FormatError} If a block is damaged or the file ends before the range does.
 */
export async function* inflateRange(
  source: ByteSource,
  range: VirtualRange,
): AsyncGenerator<Piece> {
  const { minv, maxv } = range;
  using borrowed = borrowInflater();
  const inflater = new BlockInflater(borrowed.inflater);
  const reader = new BlockReader(source, inflater, maxv);
  let byteOffset = minv.blockPosition;
  let skipped = minv.dataPosition;
  // How long the last block is shows only when it is read. From a server less than the most is asked for first.
  let lastBytes = source.willRead === undefined ? LARGEST_BLOCK_BYTES : LIKELY_BLOCK_BYTES;
  let ahead = reader.read(byteOffset, lastBytes);
  try {
    while (ahead !== undefined) {
      const read = await ahead;
      const blocks = measureBlocks(read.compressed, maxv.blockPosition - byteOffset);
      const last = blocks.at(-1);
      if (last === undefined) {
        if (lastBytes === LARGEST_BLOCK_BYTES) fail(source, byteOffset, "no block starts here");
        lastBytes = LARGEST_BLOCK_BYTES;
      }
      const length = last?.end ?? 0;
      const isEnd = last !== undefined && byteOffset + last.start === maxv.blockPosition;
      ahead = isEnd ? undefined : reader.read(byteOffset + length, lastBytes);
      for (const group of groupBlocks(blocks)) {
        const [first] = group;
        const pieceOffset = byteOffset + first.start;
        const bytes = await inflater.inflate(read, group).catch((cause) =>
          fail(source, pieceOffset, cause instanceof Error ? cause.message : String(cause), cause)
        );
        const isLast = isEnd && group.at(-1) === last;
        const lastStart = bytes.length - group.at(-1)!.inflatedBytes;
        const end = isLast ? lastStart + maxv.dataPosition : bytes.length;
        if (Math.max(skipped, end) > bytes.length) {
          fail(source, pieceOffset, "a block ends too early");
        }
        yield { bytes: bytes.subarray(skipped, end), byteOffset: pieceOffset };
        skipped = 0;
      }
      byteOffset += length;
    }
  } finally {
    // What is being read goes into the memory that the next one borrows.
    await ahead?.catch(() => undefined);
  }
}

/** Groups blocks that are inflated together. */
function groupBlocks(blocks: readonly MeasuredBlock[]): [MeasuredBlock, ...MeasuredBlock[]][] {
  const groups: [MeasuredBlock, ...MeasuredBlock[]][] = [];
  let bytes = Infinity;
  for (const block of blocks) {
    bytes += block.inflatedBytes;
    if (bytes <= PIECE_BYTES) groups.at(-1)!.push(block);
    else {
      groups.push([block]);
      bytes = block.inflatedBytes;
    }
  }
  return groups;
}

/** Reads the blocks of a range, into the regions of an inflater by turns. */
class BlockReader {
  readonly #source: ByteSource;
  readonly #inflater: BlockInflater;
  readonly #maxv: VirtualOffset;
  #input: 0 | 1 = 0;

  constructor(source: ByteSource, inflater: BlockInflater, maxv: VirtualOffset) {
    this.#source = source;
    this.#inflater = inflater;
    this.#maxv = maxv;
  }

  /** Starts to read at a block, up to the last of the range, which has up to `lastBytes`; nothing at the range's end. */
  read(byteOffset: number, lastBytes: number): Promise<ReadBlocks> | undefined {
    const { blockPosition, dataPosition } = this.#maxv;
    if (byteOffset > blockPosition) return undefined;
    if (byteOffset === blockPosition && dataPosition === 0) return undefined;
    const limit = Math.min(this.#source.size, blockPosition + lastBytes);
    const most = this.#source.willRead === undefined ? READ_BYTES : REMOTE_READ_BYTES;
    const blocks = this.#read(byteOffset, Math.max(0, Math.min(most, limit - byteOffset)));
    // The caller may stop before it awaits what was read ahead.
    blocks.catch(() => undefined);
    return blocks;
  }

  async #read(byteOffset: number, length: number): Promise<ReadBlocks> {
    const input = this.#input;
    this.#input = input === 0 ? 1 : 0;
    const compressed = this.#inflater.region(input, length);
    if (length > 0) await readInto(this.#source, byteOffset, compressed);
    return { compressed, input };
  }
}

function fail(source: ByteSource, byteOffset: number, found: string, cause?: unknown): never {
  throw new FormatError(
    `Cannot inflate block: the file is damaged or cut short, or its index is of another file: ${found}`,
    { file: source.name, byteOffset, cause },
  );
}
