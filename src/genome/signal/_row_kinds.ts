/** The kinds of rows of text files, and how their columns are told apart. */

import { MINUS, PLUS, SPACE, TAB } from "../../text/characters.ts";
import type { Line } from "../../text/lines.ts";
import { decodeText, parseDecimal } from "../../text/numbers.ts";

/** A column that becomes a number. */
export interface RowValue {
  /** What it is called in messages. */
  readonly name: string;
  /** Position among the columns. */
  readonly column: number;
  /** What it must be. */
  readonly expected: string;
  /** Reads the bytes from `start` to `end`; `undefined` if they are not what is expected, NaN for a missing value. */
  readonly parse: (bytes: Uint8Array, start: number, end: number) => number | undefined;
}

/** How the rows of a format are read. */
export interface RowKind {
  /** What a row is called in messages. */
  readonly name: string;
  /** Fewest columns. */
  readonly columns: number;
  /** How many of the first columns are never empty. */
  readonly solidColumns: number;
  /** The column that gives a row its value; without one the value is 0. */
  readonly value?: RowValue;
  /** Whether rows are reads, else they are a signal. */
  readonly isReads: boolean;
  /** Whether rows may overlap. */
  readonly mayOverlap: boolean;
}

/** Columns are told apart up to the strand of BED. */
const MOST_COLUMNS = 6;

/** Reads whose strand does not matter. */
export const BED_ROWS: RowKind = {
  name: "BED row",
  columns: 3,
  solidColumns: 3,
  isReads: true,
  mayOverlap: true,
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
      return strand === PLUS ? 1 : strand === MINUS ? -1 : undefined;
    },
  },
};

/** Signal by intervals. */
export const BEDGRAPH_ROWS: RowKind = {
  name: "bedGraph row",
  columns: 4,
  solidColumns: 4,
  value: { name: "value", column: 3, expected: "a number", parse: parseSignal },
  isReads: false,
  mayOverlap: false,
};

const MISSING = /^(nan|na|\.)$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A value of a signal, which may be infinite or missing (`nan`, `NA`, `.`). */
function parseSignal(bytes: Uint8Array, start: number, end: number): number | undefined {
  const value = parseDecimal(bytes, start, end);
  if (!Number.isNaN(value)) return value;
  const text = decodeText(bytes, start, end);
  if (MISSING.test(text)) return NaN;
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  // A number that no double is large enough for.
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** Whether a byte separates columns where tabs do not. */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/**
 * Tells the columns of lines apart, at most six: by tabs, since a name in BED may hold blanks; and where these do
 * not make a row, by runs of blanks and tabs, as UCSC's tools do.
 */
export class RowSplitter {
  /** Where the columns of the last line start. */
  readonly starts = new Int32Array(MOST_COLUMNS);
  /** Where they end. */
  readonly ends = new Int32Array(MOST_COLUMNS);

  /** Splits a line, and returns the number of its columns. */
  split(line: Line, { solidColumns }: RowKind): number {
    const columns = this.#splitAtTabs(line);
    if (columns >= solidColumns && !this.#hasHole(solidColumns)) return columns;
    // Whatever it is split at, it lacks its chromosome.
    if (this.starts[0] === this.ends[0]) return columns;
    const runs = this.splitAtBlanks(line);
    return runs >= solidColumns ? runs : this.#splitAtTabs(line);
  }

  /** Splits a line at runs of blanks and tabs, and returns the number of its columns. */
  splitAtBlanks({ bytes, start, end }: Line): number {
    let column = 0;
    for (let i = start; i < end && column < MOST_COLUMNS; column++) {
      while (i < end && isBlank(bytes[i])) i++;
      if (i === end) break;
      this.starts[column] = i;
      while (i < end && !isBlank(bytes[i])) i++;
      this.ends[column] = i;
    }
    return column;
  }

  /** Whether the first column holds a blank, which no name of a chromosome does. */
  hasBlankInFirst({ bytes }: Line): boolean {
    for (let i = this.starts[0]; i < this.ends[0]; i++) if (bytes[i] === SPACE) return true;
    return false;
  }

  /** Takes blanks off the ends of a column. Returns whether there were any. */
  trim(bytes: Uint8Array, column: number): boolean {
    const { starts, ends } = this;
    const length = ends[column] - starts[column];
    while (starts[column] < ends[column] && bytes[starts[column]] === SPACE) starts[column]++;
    while (starts[column] < ends[column] && bytes[ends[column] - 1] === SPACE) ends[column]--;
    return ends[column] - starts[column] < length;
  }

  #splitAtTabs({ bytes, start, end }: Line): number {
    const { starts, ends } = this;
    let column = 0;
    starts[0] = start;
    for (let i = start; i < end; i++) {
      if (bytes[i] !== TAB) continue;
      ends[column++] = i;
      if (column === MOST_COLUMNS) return column;
      starts[column] = i + 1;
    }
    ends[column++] = end;
    return column;
  }

  #hasHole(columns: number): boolean {
    for (let i = 0; i < columns; i++) if (this.starts[i] === this.ends[i]) return true;
    return false;
  }
}
