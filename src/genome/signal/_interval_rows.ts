/** Rows of BED, tagAlign and bedGraph files, as bytes: files of reads have tens of millions of them. */

import { FormatError } from "../../errors.ts";
import type { Line } from "../../io/_lines.ts";
import { decodeText, parseDecimal } from "../../io/_numbers.ts";

/** Takes rows; coordinates are 0-based half-open. */
export interface RowSink {
  /** The next rows are on another sequence. */
  startContig(name: string): void;
  /** Takes a row with the value that its kind of row has. */
  add(start: number, end: number, value: number): void;
}

/** A column that becomes a number. */
export interface RowValue {
  /** What it is called in messages. */
  readonly name: string;
  /** Position among the columns. */
  readonly column: number;
  /** What it must be. */
  readonly expected: string;
  /** Reads the bytes from `start` to `end`; NaN if they are not what is expected. */
  readonly parse: (bytes: Uint8Array, start: number, end: number) => number;
}

/** How the rows of a format are read. */
export interface RowKind {
  /** What a row is called in messages. */
  readonly name: string;
  /** Fewest columns. */
  readonly columns: number;
  readonly isSeparator: (byte: number) => boolean;
  /** The column that gives a row its value; without one the value is 0. */
  readonly value?: RowValue;
  /** Whether rows may overlap. */
  readonly overlap: boolean;
}

const TAB = 9;
const SPACE = 32;
const HASH = 35;
const PLUS = 43;
const MINUS = 45;
/** Columns are told apart up to the strand of BED. */
const MOST_COLUMNS = 6;
const LARGEST_POSITION = 2 ** 31 - 1;

/** Reads whose strand does not matter. */
export const BED_ROWS: RowKind = {
  name: "BED row",
  columns: 3,
  isSeparator: (byte) => byte === TAB,
  overlap: true,
};

/** Reads with their strand as value: 1 or -1. */
export const STRANDED_BED_ROWS: RowKind = {
  ...BED_ROWS,
  columns: 6,
  value: {
    name: "strand",
    column: 5,
    expected: "+ or -, to extend reads from their 5' ends",
    parse(bytes, start, end) {
      const strand = end - start === 1 ? bytes[start] : 0;
      return strand === PLUS ? 1 : strand === MINUS ? -1 : NaN;
    },
  },
};

/** Signal by intervals. */
export const BEDGRAPH_ROWS: RowKind = {
  name: "bedGraph row",
  columns: 4,
  isSeparator: (byte) => byte === TAB || byte === SPACE,
  value: { name: "value", column: 3, expected: "a finite number", parse: parseDecimal },
  overlap: false,
};

/** Reads lines as rows of one kind, and passes over the lines that only a browser needs. */
export class IntervalRows {
  readonly #file: string;
  readonly #kind: RowKind;
  readonly #sink: RowSink;
  /** Where the first columns of the line end. */
  readonly #columnEnds = new Int32Array(MOST_COLUMNS);
  #contig = new Uint8Array();
  #start = 0;
  #end = 0;
  #rows = 0;
  /** Where the lines come from if they have no number: the block of a BGZF file. */
  byteOffset: number | undefined;

  constructor(file: string, kind: RowKind, sink: RowSink) {
    this.#file = file;
    this.#kind = kind;
    this.#sink = sink;
  }

  /** Number of rows read. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Reads a line.
   *
   * @throws {FormatError} If it is no such row; with its number or, without one, the block it is from.
   */
  read(line: Line): void {
    if (isForBrowsers(line)) return;
    const { bytes, start } = line;
    const ends = this.#columnEnds;
    const columns = this.#splitColumns(line);
    if (columns < this.#kind.columns) {
      this.#fail(line, `${columns} columns, expected at least ${this.#kind.columns}`);
    }
    const isNewContig = !this.#isSameContig(bytes, start, ends[0]);
    if (isNewContig) this.#startContig(line);
    const from = this.#readPosition(line, "start", ends[0] + 1, ends[1]);
    const to = this.#readPosition(line, "end", ends[1] + 1, ends[2]);
    if (to <= from) this.#fail(line, `end is ${to}, expected more than the start, ${from}`);
    if (!this.#kind.overlap && !isNewContig && from < this.#end && from >= this.#start) {
      this.#fail(line, `it starts at ${from}, within the row before, which ends at ${this.#end}`);
    }
    this.#start = from;
    this.#end = to;
    this.#rows++;
    this.#sink.add(from, to, this.#readValue(line));
  }

  #splitColumns({ bytes, start, end }: Line): number {
    const { isSeparator } = this.#kind;
    const ends = this.#columnEnds;
    let column = 0;
    for (let i = start; i < end; i++) {
      if (!isSeparator(bytes[i])) continue;
      ends[column++] = i;
      if (column === MOST_COLUMNS) return column;
    }
    ends[column++] = end;
    return column;
  }

  #isSameContig(bytes: Uint8Array, start: number, end: number): boolean {
    const contig = this.#contig;
    if (end - start !== contig.length) return false;
    for (let i = 0; i < contig.length; i++) if (bytes[start + i] !== contig[i]) return false;
    return true;
  }

  #startContig(line: Line): void {
    const { bytes, start } = line;
    const end = this.#columnEnds[0];
    if (start === end) this.#fail(line, "the chromosome is empty, expected a name");
    this.#contig = bytes.slice(start, end);
    this.#sink.startContig(decodeText(bytes, start, end));
  }

  #readPosition(line: Line, column: string, start: number, end: number): number {
    let value = end > start ? 0 : NaN;
    for (let i = start; i < end; i++) {
      const digit = line.bytes[i] - 48;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
    }
    if (value <= LARGEST_POSITION) return value;
    const found = decodeText(line.bytes, start, end);
    return this.#fail(
      line,
      `${column} is "${found}", expected an integer from 0 to ${LARGEST_POSITION}`,
    );
  }

  #readValue(line: Line): number {
    const { value } = this.#kind;
    if (value === undefined) return 0;
    const start = this.#columnEnds[value.column - 1] + 1;
    const end = this.#columnEnds[value.column];
    const number = value.parse(line.bytes, start, end);
    if (!Number.isNaN(number)) return number;
    const found = decodeText(line.bytes, start, end);
    return this.#fail(line, `${value.name} is "${found}", expected ${value.expected}`);
  }

  #fail(line: Line, found: string): never {
    throw new FormatError(`Cannot read ${this.#kind.name}: ${found}`, {
      file: this.#file,
      line: this.byteOffset === undefined ? line.number : undefined,
      byteOffset: this.byteOffset,
    });
  }
}

const TRACK = [..."track"].map((letter) => letter.charCodeAt(0));
const BROWSER = [..."browser"].map((letter) => letter.charCodeAt(0));

/** Whether a line is a comment, or tells a genome browser what to show. */
function isForBrowsers({ bytes, start, end }: Line): boolean {
  const first = bytes[start];
  if (first === HASH) return true;
  const word = first === TRACK[0] ? TRACK : first === BROWSER[0] ? BROWSER : undefined;
  if (word === undefined || !word.every((byte, i) => bytes[start + i] === byte)) return false;
  const behind = start + word.length;
  return behind === end || bytes[behind] === SPACE || bytes[behind] === TAB;
}
