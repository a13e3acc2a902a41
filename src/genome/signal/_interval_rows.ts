/** Reads rows of BED, tagAlign and bedGraph files as bytes: files of reads have tens of millions of rows. */

import { FormatError } from "../../errors.ts";
import { HASH, MINUS, SPACE, TAB, ZERO } from "../../text/characters.ts";
import type { Line } from "../../text/lines.ts";
import { adviseDigits, decodeText } from "../../text/numbers.ts";
import { advisePairs } from "./_advice.ts";
import { describeForeignRow, isPairOfReads, rowText } from "./foreign_rows.ts";
import { OverlapError } from "./_overlap_error.ts";
import { LARGEST_POSITION } from "../largest_position.ts";
import { isTrackLine } from "../track_lines.ts";
import { isBlank, NO_SUMMIT, type RowKind, RowSplitter } from "./_row_kinds.ts";
import { RowShapes } from "./_row_shapes.ts";
import { TrackNames } from "./_track_names.ts";

/** Takes rows. Coordinates are 0-based half-open. */
export interface RowSink {
  /** Announces that the next rows are on another sequence. */
  startContig(name: string): void;
  /**
   * Takes a row with its value: 0 in rows without one, NaN if the value is missing. Returns the first of its bases that
   * already had a value if rows of this kind must not overlap, and otherwise -1. The summit is the distance of a peak's
   * highest base from its start, or `NO_SUMMIT`.
   */
  add(start: number, end: number, value: number, summit: number): number;
}

/** Unusual rows, which are reported together. */
export interface OddRows {
  /** Number of rows. */
  count: number;
  /** Describes the first row, for messages. */
  readonly first: string;
}

/** The column with the value of bedGraph. */
const SIGNAL_COLUMN = 3;
const STRAND_COLUMN = 5;
/** Reads lines as rows of one kind, and skips comments and lines for genome browsers. */
export class IntervalRows {
  readonly #file: string;
  readonly #kind: RowKind;
  readonly #sink: RowSink;
  readonly #columns: RowSplitter;
  /** The name of the last row's sequence; at first a tab, which is not a name. */
  #contig = Uint8Array.of(TAB);
  #start = 0;
  #end = 0;
  #rows = 0;
  #empty: OddRows | undefined;
  /** Lengths and overlaps of the rows that have a base. */
  readonly shapes = new RowShapes();
  readonly tracks = new TrackNames();
  /** The place of lines without a number: the offset of their block in a BGZF file. */
  byteOffset: number | undefined;

  constructor(file: string, kind: RowKind, sink: RowSink) {
    this.#file = file;
    this.#kind = kind;
    this.#sink = sink;
    this.#columns = new RowSplitter(kind.splitColumns);
  }

  /** Number of rows with at least one base. */
  get rows(): number {
    return this.#rows;
  }

  /** The rows without a base, which were skipped. */
  get empty(): OddRows | undefined {
    return this.#empty;
  }

  /** Name of the last row's sequence. */
  get contig(): string {
    return decodeText(this.#contig, 0, this.#contig.length);
  }

  /**
   * Reads a line.
   *
   * @throws {FormatError} If the line is not a row of this kind; with its number or, without one, its block.
   */
  read(line: Line): void {
    if (holdsNoRow(line)) return this.tracks.add(line);
    const { starts, ends } = this.#columns;
    let columns = this.#columns.split(line, this.#kind);
    let isNewContig = !this.#isSameContig(line.bytes, starts[0]!, ends[0]!);
    if (isNewContig && this.#columns.hasBlankInFirst(line)) {
      columns = this.#columns.splitAtBlanks(line);
      isNewContig = !this.#isSameContig(line.bytes, starts[0]!, ends[0]!);
    }
    if (columns < this.#kind.columns) {
      const advice = this.#adviseDepths(line);
      this.#fail(line, `${columns} columns, expected at least ${this.#kind.columns}${advice}`);
    }
    if (isNewContig) this.#startContig(line);
    if (columns > STRAND_COLUMN && this.#kind.isReads) this.#refusePairs(line);
    const from = this.#readPosition(line, "start", 1);
    const to = this.#readPosition(line, "end", 2);
    if (to <= from) return this.#skip(line, from, to);
    if (!this.#kind.mayOverlap && !isNewContig && from < this.#end && to > this.#start) {
      this.#failOverlap(line, Math.max(from, this.#start));
    }
    this.shapes.add(to - from, isNewContig || from >= this.#end);
    this.#start = from;
    this.#end = to;
    this.#rows++;
    const summit = this.#readSummit(line, { columns, length: to - from });
    const taken = this.#sink.add(from, to, this.#readValue(line), summit);
    if (taken >= 0) this.#failOverlap(line, taken);
  }

  #isSameContig(bytes: Uint8Array, start: number, end: number): boolean {
    const contig = this.#contig;
    if (end - start !== contig.length) return false;
    for (let i = 0; i < contig.length; i++) if (bytes[start + i] !== contig[i]) return false;
    return true;
  }

  #startContig(line: Line): void {
    const start = this.#columns.starts[0]!;
    const end = this.#columns.ends[0]!;
    if (start === end) this.#fail(line, "the chromosome is empty, expected a name");
    this.#contig = line.bytes.slice(start, end);
    this.#sink.startContig(decodeText(line.bytes, start, end));
  }

  /** Throws if the row is BEDPE. A quick test comes first: in BEDPE the strand's column has a digit. */
  #refusePairs(line: Line): void {
    const { bytes } = line;
    const at = this.#columns.starts[STRAND_COLUMN]!;
    if (!isDigit(bytes[bytes[at] === MINUS ? at + 1 : at])) return;
    if (!isPairOfReads(rowText(line))) return;
    const found = `it is BEDPE, ${advisePairs(this.#file)}`;
    throw new FormatError(`Cannot read BED row: ${found}`, this.#placeOf(line));
  }

  #readPosition(line: Line, name: string, column: number): number {
    const { bytes } = line;
    const start = this.#columns.starts[column]!;
    const end = this.#columns.ends[column]!;
    let value = end > start ? 0 : NaN;
    for (let i = start; i < end; i++) {
      const digit = bytes[i]! - 48;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
    }
    if (value <= LARGEST_POSITION) return value;
    if (this.#columns.trim(bytes, column)) return this.#readPosition(line, name, column);
    const found = decodeText(bytes, start, end);
    return this.#fail(
      line,
      `${name} is "${found}", expected an integer from 0 to ${LARGEST_POSITION}${
        adviseDigits(found)
      }`,
    );
  }

  #readValue(line: Line): number {
    const { value } = this.#kind;
    if (value === undefined) return 0;
    const start = this.#columns.starts[value.column]!;
    const end = this.#columns.ends[value.column]!;
    const number = value.parse(line.bytes, start, end);
    if (number !== undefined) return number;
    if (this.#columns.trim(line.bytes, value.column)) return this.#readValue(line);
    const found = decodeText(line.bytes, start, end);
    return this.#fail(line, `${value.name} is "${found}", expected ${value.expected}`);
  }

  /** Reads the summit of a peak. A number that is not a place within the peak is not read as one. */
  #readSummit(
    { bytes }: Line,
    { columns, length }: { readonly columns: number; readonly length: number },
  ): number {
    const { summitColumn } = this.#kind;
    if (summitColumn === undefined || columns <= summitColumn) return NO_SUMMIT;
    const [start, end] = [this.#columns.starts[summitColumn]!, this.#columns.ends[summitColumn]!];
    let summit = end > start ? 0 : NaN;
    for (let i = start; i < end; i++) {
      summit = isDigit(bytes[i]) ? summit * 10 + bytes[i]! - ZERO : NaN;
    }
    return summit < length ? summit : NO_SUMMIT;
  }

  #skip(line: Line, from: number, to: number): void {
    if (to < from) {
      this.#fail(
        line,
        `end is ${to}, expected the start, ${from}, or more${this.#adviseDepths(line)}`,
      );
    }
    this.#empty ??= { count: 0, first: this.describe(line, from, to) };
    this.#empty.count++;
  }

  /** Says what to do if a row may hold a place and its depth. */
  #adviseDepths(line: Line): string {
    return !this.#kind.isPlaces && /^\S+\t\d+\t\d+$/.test(rowText(line))
      ? ". If it is a depth by base, as samtools depth and bedtools genomecov -d write it, give what bedtools " +
        "genomecov -bg writes, as bedGraph"
      : "";
  }

  /** Describes where a row is in the genome and in the file. */
  describe({ number }: Line, from: number, to: number): string {
    const place = this.byteOffset === undefined ? `line ${number}` : `byte ${this.byteOffset}`;
    return `${this.contig}:${from}-${to} (${place})`;
  }

  #failOverlap(line: Line, position: number): never {
    throw new OverlapError({ contig: this.contig, position }, this.#placeOf(line));
  }

  #fail(line: Line, found: string): never {
    const { name, isPlaces } = this.#kind;
    const isSignal = this.#kind.value?.column === SIGNAL_COLUMN;
    const foreign = describeForeignRow(rowText(line), { file: this.#file, isSignal, isPlaces });
    throw new FormatError(`Cannot read ${name}: ${foreign ?? found}`, this.#placeOf(line));
  }

  #placeOf({ number }: Line): { file: string; line?: number; byteOffset?: number } {
    const { byteOffset } = this;
    return byteOffset === undefined
      ? { file: this.#file, line: number }
      : { file: this.#file, byteOffset };
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Whether a line is a comment or blank, or only tells a genome browser how to show the file. */
function holdsNoRow(line: Line): boolean {
  const { bytes, start, end } = line;
  const first = bytes[start];
  if (first === HASH) return true;
  return first === SPACE || first === TAB ? isAllBlank(bytes, start, end) : isTrackLine(line);
}

function isAllBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isBlank(bytes[i]!)) return false;
  return true;
}
