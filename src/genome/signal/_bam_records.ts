/** The hot loop of counting reads: turns records of a BAM file (SAM specification, section 4.2) into intervals. */

import { FormatError } from "../../errors.ts";
import type { Piece } from "./bgzf.ts";
import { CarryBuffer } from "./_carry_buffer.ts";
import type { ReadFilter } from "./_read_filter.ts";
import type { ReadSink } from "./_read_sink.ts";
import { REVERSE, UNMAPPED } from "./sam_flags.ts";

/** The reads of a BAM file that are counted. */
export interface BamFilter extends ReadFilter {
  /** Number of the sequence that the reads are on, and that each range starts on; `undefined` to take no read. */
  readonly contig: number | undefined;
}

/** Size of a record's fixed part, which follows the record's length, in bytes. */
const FIXED_BYTES = 32;
const LARGEST_RECORD_BYTES = 1 << 28;
/** One bit for each CIGAR operation that consumes bases of the reference: M, D, N, = and X. */
const REFERENCE_OPERATIONS = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 7 | 1 << 8;

/**
 * Decodes only those fields of records that counting needs. Published readers make an object of each record, which
 * takes several times as long and, in deep files, more memory than a machine may have.
 */
export class BamRecordDecoder {
  readonly #file: string;
  readonly #filter: BamFilter;
  readonly #sink: Pick<ReadSink, "add" | "addBase">;
  /** Holds the start of a record whose end has not been read yet. */
  readonly #carry = new CarryBuffer();
  #byteOffset = 0;
  /** Whether the next record is the first of a range. */
  #isFirst = true;

  constructor(file: string, filter: BamFilter, sink: Pick<ReadSink, "add" | "addBase">) {
    this.#file = file;
    this.#filter = filter;
    this.#sink = sink;
  }

  /** Decodes the next piece of a range. */
  push({ bytes, byteOffset }: Piece): void {
    this.#byteOffset = byteOffset;
    this.#carry.keepFrom(this.#decode(this.#carry.append(bytes)));
  }

  /** Ends a range. */
  finish(): void {
    if (this.#carry.length > 0) this.#fail("it ends within a record");
    this.#isFirst = true;
  }

  /** Decodes the complete records, and returns where they end. */
  #decode(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at + 4 <= bytes.length) {
      const size = view.getInt32(at, true);
      if (size < FIXED_BYTES || size > LARGEST_RECORD_BYTES) this.#fail(`it has ${size} bytes`);
      const end = at + 4 + size;
      if (end > bytes.length) break;
      if (this.#isFirst) this.#checkFirst(view.getInt32(at + 4, true));
      this.#readRecord(view, at + 4, end);
      at = end;
    }
    return at;
  }

  /** Throws if a range starts on another sequence: an index that fits has the first read of each of its own sequence. */
  #checkFirst(contig: number): void {
    const { contig: expected } = this.#filter;
    this.#isFirst = false;
    if (contig !== expected && expected !== undefined) {
      this.#fail(`it is on sequence ${contig}, expected ${expected} by the index`);
    }
  }

  #readRecord(view: DataView, at: number, end: number): void {
    const { contig, excludedFlags, minMappingQuality, unmapped, fragments } = this.#filter;
    if (view.getInt32(at, true) !== contig) return;
    const flags = view.getUint16(at + 14, true);
    if ((flags & excludedFlags) !== 0) return;
    if (view.getUint8(at + 9) < minMappingQuality) return;
    const start = view.getInt32(at + 4, true);
    if (fragments !== undefined) {
      const isByMate = view.getInt32(at + 20, true) === contig;
      fragments.add(flags, start, view.getInt32(at + 28, true), isByMate);
      return;
    }
    const operations = view.getUint16(at + 12, true);
    if ((flags & UNMAPPED) !== 0 || operations === 0) {
      if (unmapped) this.#sink.addBase(start);
      return;
    }
    const cigar = at + FIXED_BYTES + view.getUint8(at + 8);
    if (cigar + 4 * operations > end) this.#fail(`it is too short for ${operations} operations`);
    const length = referenceLength(view, cigar, operations);
    if (length > 0) this.#sink.add(start, start + length, (flags & REVERSE) !== 0);
  }

  #fail(found: string): never {
    throw new FormatError(
      `Cannot read BAM record: ${found}, in this block or one after it: the file is damaged, or its index is ` +
        "of another file",
      { file: this.#file, byteOffset: this.#byteOffset },
    );
  }
}

/** Number of bases of the reference from the first to the last base of a read. */
function referenceLength(view: DataView, cigar: number, operations: number): number {
  let length = 0;
  for (let i = 0; i < operations; i++) {
    const operation = view.getUint32(cigar + 4 * i, true);
    if ((REFERENCE_OPERATIONS >>> (operation & 15) & 1) === 1) length += operation >>> 4;
  }
  return length;
}
