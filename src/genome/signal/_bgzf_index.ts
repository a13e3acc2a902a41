/**
 * Reads the indexes of BGZF files: `.bai` (SAM specification, section 5.2), `.tbi` (tabix) and `.csi` (CSIv1). They
 * differ in the size of the smallest bin and in the place of the sequences' names, and `.csi` has no linear index.
 */

import { concatenateAll } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { decodeLoosely } from "../../text/numbers.ts";
import { readInflated } from "../gunzip.ts";
import { compareOffsets, type VirtualOffset, type VirtualRange } from "./bgzf.ts";
import { firstOverlap, type Region } from "./_contig_windows.ts";
import { IndexCursor } from "./_index_cursor.ts";
import { type BinOffsets, BinPlaces, firstBin, RegionOffsets } from "./_region_offsets.ts";

/** Far above any real index; a small file may inflate to 1032 times its size. */
const MAX_INDEX_BYTES = 64 * 2 ** 20;
const MAX_SEQUENCES = 2 ** 20;
/** With more levels than this, the numbers of bins would not fit 32 bits. */
const MAX_DEPTH = 10;
/** One bin then holds a sequence of any length; "samtools index -m" takes what it is given. */
const MAX_SHIFT = 40;
const CHUNK_BYTES = 16;
/** What `.csi` has of a bin before its chunks: an offset, and the number of the chunks. */
const OFFSET_AND_COUNT_BYTES = 12;
const START: VirtualOffset = { blockPosition: 0, dataPosition: 0 };

/** How an index divides sequences into bins. Each level divides every bin of the level before into eight. */
interface Binning {
  /** The smallest bins have 2^minShift base pairs. */
  readonly minShift: number;
  /** Number of the last level, counted from 0. */
  readonly depth: number;
  /** Whether each bin has the offset of its first record; otherwise a linear index follows the bins. */
  readonly hasOffsets: boolean;
}

/** The entry of one sequence in an index. */
interface Sequence {
  /** Offset of its bins in the index. */
  readonly at: number;
  /** Number of mapped records, or 0 if the index does not have it. */
  readonly records: number;
  /** Offset of its linear index, and the number of windows of 16 kb in it. */
  readonly linearAt: number;
  readonly linearLength: number;
}

/** A parsed and checked index. */
export class BgzfIndex {
  /** Names of the sequences; only indexes of text files have them. */
  readonly names: readonly string[] | undefined;
  /** Largest length of a sequence that the index can describe. */
  readonly spanBp: number;
  readonly #file: string;
  readonly #bytes: Uint8Array;
  readonly #binning: Binning;
  readonly #sequences: Sequence[] = [];
  #end = START;
  /** Number of mapped records on all sequences. */
  #records = 0;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    this.#bytes = bytes;
    const cursor = this.#cursor(0);
    const { binning, names, sequences } = readHead(cursor, bytes);
    this.#binning = binning;
    this.names = names;
    this.spanBp = 2 ** (binning.minShift + 3 * binning.depth);
    for (let i = 0; i < sequences; i++) this.#sequences.push(this.#readSequence(cursor));
  }

  /** Number of sequences. */
  get sequences(): number {
    return this.#sequences.length;
  }

  /** Whether the index knows the place of any record. */
  get hasPlaces(): boolean {
    return compareOffsets(this.#end, START) > 0;
  }

  /** The end of the last record that the index knows. */
  get end(): VirtualOffset {
    return this.#end;
  }

  /** Number of mapped records on a sequence, or 0 if the index does not have it. */
  countRecords(sequence: number): number {
    return this.#sequences[sequence]?.records ?? 0;
  }

  /**
   * Finds the ranges of the file that hold the records of some regions. They may hold other records too. The work is
   * proportional to the number of bins.
   *
   * @param regions Disjoint regions by ascending start.
   */
  findRanges(sequence: number, regions: readonly Region[]): VirtualRange[] {
    const place = this.#sequences[sequence];
    const ranges: VirtualRange[] = [];
    if (place === undefined || regions.length === 0) return ranges;
    const offsets = this.#boundRegions(place, regions);
    const cursor = this.#cursor(place.at);
    this.#visitBins(cursor, (bin, chunks) => {
      const extent = binExtent(bin, this.#binning);
      if (firstOverlap(regions, extent) === undefined) return;
      for (let i = 0; i < chunks; i++) {
        const [minv, maxv] = [cursor.virtualOffset(), cursor.virtualOffset()];
        if (compareOffsets(minv, maxv) > 0) cursor.fail("a chunk ends before it starts");
        if (offsets.mayHold({ minv, maxv }, extent)) ranges.push({ minv, maxv });
      }
    });
    return ranges;
  }

  /** Finds between which places the records of each region lie. */
  #boundRegions(place: Sequence, regions: readonly Region[]): RegionOffsets {
    const bins = new Map<number, BinOffsets>();
    const cursor = this.#cursor(place.at);
    this.#visitBins(cursor, (bin, chunks) => {
      if (chunks === 0) return;
      const lowest = this.#binning.hasOffsets
        ? this.#cursor(cursor.at - OFFSET_AND_COUNT_BYTES).virtualOffset()
        : undefined;
      bins.set(bin, { first: cursor.virtualOffset(), lowest });
    });
    const places = new BinPlaces(bins, this.#binning);
    let last = START;
    return new RegionOffsets(regions, ({ start, end }) => {
      const lowest = places.lowest(start) ?? this.#lowestOffset(place, start);
      // Old indexes have zeros for windows without records.
      if (compareOffsets(lowest, START) > 0) last = lowest;
      return { lowest: last, highest: places.highest(end) };
    });
  }

  /** Finds an offset before which no record overlaps the given start, in the linear index. */
  #lowestOffset({ linearAt, linearLength }: Sequence, start: number): VirtualOffset {
    if (linearLength === 0) return START;
    const window = Math.min(Math.floor(start / 2 ** this.#binning.minShift), linearLength - 1);
    return this.#cursor(linearAt + 8 * window).virtualOffset();
  }

  #readSequence(cursor: IndexCursor): Sequence {
    const { at } = cursor;
    let records = 0;
    this.#visitBins(cursor, (_, chunks) => this.#readEnds(cursor, chunks), () => {
      cursor.skip(CHUNK_BYTES);
      records = cursor.uint64();
      cursor.skip(8);
    });
    this.#records += records;
    if (!Number.isSafeInteger(this.#records)) cursor.fail(`it counts ${this.#records} records`);
    const linearLength = this.#binning.hasOffsets ? 0 : cursor.count(8);
    const linearAt = cursor.at;
    cursor.skip(8 * linearLength);
    return { at, records, linearAt, linearLength };
  }

  #readEnds(cursor: IndexCursor, chunks: number): void {
    for (let i = 0; i < chunks; i++) {
      cursor.skip(CHUNK_BYTES / 2);
      const end = cursor.virtualOffset();
      if (compareOffsets(end, this.#end) > 0) this.#end = end;
    }
  }

  /**
   * Visits the bins of a sequence, with the cursor at the chunks of each bin. At the end it is after the last chunk.
   */
  #visitBins(
    cursor: IndexCursor,
    visit: (bin: number, chunks: number) => void,
    visitCounts?: () => void,
  ): void {
    const { depth, hasOffsets } = this.#binning;
    const pseudoBin = firstBin(depth + 1) + 1;
    const bins = cursor.count(hasOffsets ? 16 : 8);
    for (let i = 0; i < bins; i++) {
      const bin = cursor.uint32();
      if (bin > pseudoBin) cursor.fail(`it has bin ${bin}, expected at most ${pseudoBin}`);
      if (hasOffsets) cursor.skip(8);
      const chunks = cursor.count(CHUNK_BYTES);
      const end = cursor.at + chunks * CHUNK_BYTES;
      // The last number is not a bin: its two "chunks" hold counts.
      if (bin !== pseudoBin) visit(bin, chunks);
      else if (chunks === 2) visitCounts?.();
      cursor.at = end;
    }
  }

  #cursor(at: number): IndexCursor {
    const cursor = new IndexCursor(this.#file, this.#bytes);
    cursor.at = at;
    return cursor;
  }
}

/**
 * Reads an index, whose first bytes show its kind.
 *
 * @throws {FormatError} If it is damaged, of another kind, or too large to be one.
 */
export async function readBgzfIndex(source: ByteSource): Promise<BgzfIndex> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readInflated(source)) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_INDEX_BYTES) {
      throw new FormatError(`Cannot read index: it has more than ${MAX_INDEX_BYTES} bytes`, {
        file: source.name,
      });
    }
  }
  return new BgzfIndex(source.name, concatenateAll(pieces));
}

interface Head {
  readonly binning: Binning;
  readonly names: readonly string[] | undefined;
  readonly sequences: number;
}

/** Reads everything before the first sequence. */
function readHead(cursor: IndexCursor, bytes: Uint8Array): Head {
  const magic = decodeLoosely(bytes.subarray(0, 4));
  cursor.skip(Math.min(4, bytes.length));
  const binning = { minShift: 14, depth: 5, hasOffsets: false };
  switch (magic) {
    case "BAI\x01":
      return { binning, names: undefined, sequences: readSequenceCount(cursor, 8) };
    case "TBI\x01": {
      const sequences = readSequenceCount(cursor, 8);
      return { binning, names: readNames(cursor, bytes), sequences };
    }
    case "CSI\x01": {
      const [minShift, depth] = [cursor.uint32(), cursor.uint32()];
      if (depth > MAX_DEPTH || minShift > MAX_SHIFT) {
        cursor.fail(`its smallest bins have 2^${minShift} bases, in level ${depth}`);
      }
      const end = cursor.count(1) + cursor.at;
      const names = end > cursor.at ? readNames(cursor, bytes) : undefined;
      cursor.at = end;
      const sequences = readSequenceCount(cursor, 4);
      return { binning: { minShift, depth, hasOffsets: true }, names, sequences };
    }
  }
  return cursor.fail("it starts neither as .bai nor as .tbi or .csi");
}

function readSequenceCount(cursor: IndexCursor, itemBytes: number): number {
  const count = cursor.count(itemBytes);
  if (count > MAX_SEQUENCES) cursor.fail(`it has ${count} sequences`);
  return count;
}

/** Size of the fields before the names: format, columns, comment character, and number of lines to skip. */
const COLUMNS_BYTES = 24;

function readNames(cursor: IndexCursor, bytes: Uint8Array): string[] {
  cursor.skip(COLUMNS_BYTES);
  const length = cursor.count(1);
  const text = decodeLoosely(bytes.subarray(cursor.at, cursor.at + length));
  cursor.skip(length);
  if (length > 0 && !text.endsWith("\0")) cursor.fail("the names of the sequences do not end");
  return text.split("\0").slice(0, -1);
}

/** The bases that a bin covers. */
function binExtent(bin: number, { minShift, depth }: Binning): Region {
  let level = 0;
  while (bin >= firstBin(level + 1)) level++;
  const size = 2 ** (minShift + 3 * (depth - level));
  const start = (bin - firstBin(level)) * size;
  return { start, end: start + size };
}
