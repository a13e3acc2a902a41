/** The inflated bytes of a file that bgzip wrote, at any offset, by its index of blocks (`.gzi`). */

import { FormatError } from "../../errors.ts";
import { type ByteSource, checkRange } from "../../files/byte_source.ts";
import { findFirst } from "../../base/search.ts";
import { announceRanges, inflateRange, type VirtualRange } from "../signal/bgzf.ts";
import { LARGEST_BLOCK_BYTES, measureBlocks } from "../signal/bgzf_blocks.ts";

/** Where blocks begin, in the file and in the inflated bytes; ascending, from the first block on. */
export interface BlockTable {
  readonly stored: Float64Array;
  readonly inflated: Float64Array;
  /** Number of all inflated bytes. */
  readonly size: number;
}

const SEARCHED_BYTES = 1 << 20;

/**
 * Reads the index of blocks: their number, and for each but the first where it is in the file and in the inflated bytes.
 *
 * @param index The `.gzi` file.
 * @param source The file that it is of.
 * @throws {FormatError} If it is damaged, or of another file.
 */
export async function readBlockTable(index: ByteSource, source: ByteSource): Promise<BlockTable> {
  const bytes = await index.read(0, index.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = bytes.length < 8 ? -1 : Number(view.getBigUint64(0, true));
  if (bytes.length !== 8 + 16 * count) {
    failIndex(index, `it has ${bytes.length} bytes, expected a count and 16 bytes for each block`);
  }
  const stored = new Float64Array(count + 1);
  const inflated = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) {
    stored[i + 1] = Number(view.getBigUint64(8 + 16 * i, true));
    inflated[i + 1] = Number(view.getBigUint64(16 + 16 * i, true));
    const isSound = stored[i + 1]! > stored[i]! && inflated[i + 1]! >= inflated[i]! &&
      inflated[i + 1]! - inflated[i]! <= LARGEST_BLOCK_BYTES && stored[i + 1]! < source.size;
    if (!isSound) {
      failIndex(
        index,
        `block ${i + 2} begins at byte ${
          stored[i + 1]
        } of ${source.name}, which has ${source.size}, and at ${
          inflated[i + 1]
        } of what it inflates to, expected places after those of the block before`,
      );
    }
  }
  const last = await measureFrom(source, stored[count]!);
  return { stored, inflated, size: inflated[count]! + last.inflatedBytes };
}

/** Finds the blocks of a file without an index. */
export async function makeBlockTable(
  source: ByteSource,
  onProgress?: (done: number, total: number) => void,
): Promise<BlockTable> {
  const stored: number[] = [];
  const inflated: number[] = [];
  let size = 0;
  await measureFrom(source, 0, (place, inflatedBytes) => {
    // The last block is empty.
    if (inflatedBytes > 0) {
      stored.push(place);
      inflated.push(size);
    }
    size += inflatedBytes;
    onProgress?.(place, source.size);
  });
  return { stored: Float64Array.from(stored), inflated: Float64Array.from(inflated), size };
}

/** Measures all blocks from a place on, to the end of the file. */
async function measureFrom(
  source: ByteSource,
  first: number,
  visit?: (place: number, inflatedBytes: number) => void,
): Promise<{ readonly inflatedBytes: number }> {
  let inflatedBytes = 0;
  for (let offset = first; offset < source.size;) {
    const length = Math.min(SEARCHED_BYTES, source.size - offset);
    const blocks = measureBlocks(await source.read(offset, length), length);
    if (blocks.length === 0) {
      throw new FormatError(
        "Cannot read FASTA file: no whole block of bgzip begins there: the file was cut short, is gzip but not from " +
          "bgzip, or its index is of another file",
        { file: source.name, byteOffset: offset },
      );
    }
    for (const block of blocks) {
      visit?.(offset + block.start, block.inflatedBytes);
      inflatedBytes += block.inflatedBytes;
    }
    offset += blocks.at(-1)!.end;
  }
  return { inflatedBytes };
}

/** Makes a source of the inflated bytes. Closing it closes nothing. */
export function bgzipSource(source: ByteSource, table: BlockTable): ByteSource {
  const { stored, inflated, size } = table;
  const placeIn = (block: number, offset: number) => ({
    blockPosition: stored[block]!,
    dataPosition: offset - inflated[block]!,
  });
  // The range ends in the block of its last byte, so that the block after it is not read.
  const rangeOf = (offset: number, length: number): VirtualRange => {
    const end = offset + length;
    const first = findFirst(inflated.length, (i) => inflated[i]! > offset) - 1;
    const last = findFirst(inflated.length, (i) => inflated[i]! >= end) - 1;
    return { minv: placeIn(first, offset), maxv: placeIn(last, end) };
  };
  return {
    name: source.name,
    size,
    readsAreCopies: true,
    async read(offset, length) {
      checkRange({ name: source.name, size }, { offset, length });
      const bytes = new Uint8Array(length);
      if (length === 0) return bytes;
      let at = 0;
      for await (const piece of inflateRange(source, rangeOf(offset, length))) {
        const next = at + piece.bytes.length;
        if (next <= length) bytes.set(piece.bytes, at);
        at = next;
      }
      if (at === length) return bytes;
      throw new FormatError(
        `Cannot read FASTA file: its blocks there inflate to ${at} bytes, by their index to ${length}: the index is of ` +
          "another file",
        { file: source.name },
      );
    },
    willRead: source.willRead &&
      ((ranges) =>
        announceRanges(
          source,
          ranges.filter(({ length }) => length > 0).map(({ offset, length }) =>
            rangeOf(offset, length)
          ),
        )),
    close: () => {},
  };
}

function failIndex(index: ByteSource, found: string): never {
  throw new FormatError(`Cannot read index of blocks: ${found}`, { file: index.name });
}
