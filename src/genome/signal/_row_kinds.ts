/** The kinds of rows in text files, and how rows are split into columns. */

import { MINUS, PLUS, QUOTE, SPACE, TAB } from "../../text/characters.ts";
import type { Line } from "../../text/lines.ts";
import { decodeText, parseDecimal } from "../../text/numbers.ts";
import type { TextFormat } from "./track.ts";

/** A column that becomes a number. */
export interface RowValue {
  /** The column's name in messages. */
  readonly name: string;
  /** Index of the column, counted from 0. */
  readonly column: number;
  /** What the column must hold, for messages. */
  readonly expected: string;
  /** Reads the bytes from `start` to `end`. Returns NaN for a missing value, `undefined` for anything unexpected. */
  readonly parse: (bytes: Uint8Array, start: number, end: number) => number | undefined;
}

/** How the rows of a format are read. */
export interface RowKind {
  /** The name of such a row in messages. */
  readonly name: string;
  /** Smallest number of columns. */
  readonly columns: number;
  /**
   * Number of columns that rows are split into, from the first; more cost time.
   *
   * @default {6, up to the strand of BED}
   */
  readonly splitColumns?: number;
  /** Number of leading columns that are never empty. */
  readonly solidColumns: number;
  /** The column with a row's value. Without such a column the value is 0. */
  readonly value?: RowValue;
  /** Index of the column with the distance of a peak's summit from its start, which not all files have. */
  readonly summitColumn?: number;
  /** Whether rows are reads; otherwise they are a signal. */
  readonly isReads: boolean;
  /** Whether rows may overlap. */
  readonly mayOverlap: boolean;
  /**
   * Whether rows are places alone, which are neither reads nor a signal.
   *
   * @default {false}
   */
  readonly isPlaces?: boolean;
}

/** Stands for the summit of a row without one. */
export const NO_SUMMIT = -1;

/** Rows are split up to the strand of BED unless their kind wants more. */
const USUAL_COLUMNS = 6;

/** Rows of reads whose strand does not matter. */
export const BED_ROWS: RowKind = {
  name: "BED row",
  columns: 3,
  solidColumns: 3,
  isReads: true,
  mayOverlap: true,
};

/** Rows of a blacklist. */
export const BLACKLIST_ROWS: RowKind = { ...BED_ROWS, name: "row of a blacklist", isPlaces: true };

/** Rows of reads with the strand as their value: 1 or -1. */
export const STRANDED_BED_ROWS: RowKind = {
  ...BED_ROWS,
  name: "BED row with a strand, which extending reads needs",
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

/** Rows of a signal, one for each interval. */
export const BEDGRAPH_ROWS: RowKind = {
  name: "bedGraph row",
  columns: 4,
  solidColumns: 4,
  value: { name: "value", column: 3, expected: "a number", parse: parseSignal },
  isReads: false,
  mayOverlap: false,
};

/** Rows of peaks: BED of six columns, the enrichment, and two or three columns about significance and summit. */
const PEAK_ROWS: RowKind = {
  name: "row of peaks",
  columns: 9,
  splitColumns: 10,
  solidColumns: 9,
  summitColumn: 9,
  value: {
    name: "enrichment (signalValue, column 7)",
    column: 6,
    expected: "a number above 0; without enrichments, give the reads or the signal",
    parse(bytes, start, end) {
      const value = parseDecimal(bytes, start, end);
      return value > 0 && value <= Number.MAX_VALUE ? value : undefined;
    },
  },
  isReads: false,
  mayOverlap: true,
};

/** The kinds of rows by the format of their file. */
export const ROW_KINDS: Readonly<Record<TextFormat, RowKind>> = {
  bed: BED_ROWS,
  bedgraph: BEDGRAPH_ROWS,
  peaks: PEAK_ROWS,
};

const MISSING = /^(nan|na|\.)$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Parses a value of a signal, which may be infinite or missing (`nan`, `NA`, `.`). */
function parseSignal(bytes: Uint8Array, start: number, end: number): number | undefined {
  const value = parseDecimal(bytes, start, end);
  if (!Number.isNaN(value)) return value;
  const text = decodeText(bytes, start, end);
  if (MISSING.test(text)) return NaN;
  if (INFINITE.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  // The text may be a number too large for a float64.
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** Whether a byte is a blank or a tab, which separate columns if tabs alone do not. */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/**
 * Splits lines into their first columns: at tabs, since a name in BED may contain blanks, or, if that does not make a
 * row, at runs of blanks and tabs, as UCSC's tools do. Quotes around a column, which R writes, are left out.
 */
export class RowSplitter {
  /** Starts of the last line's columns. */
  readonly starts: Int32Array;
  /** Ends of the last line's columns. */
  readonly ends: Int32Array;
  readonly #most: number;

  /** Takes the number of columns, from the first, that lines are split into. */
  constructor(most = USUAL_COLUMNS) {
    this.starts = new Int32Array(most);
    this.ends = new Int32Array(most);
    this.#most = most;
  }

  /** Splits a line, and returns the number of its columns. */
  split(line: Line, kind: RowKind): number {
    return this.#unquote(line.bytes, this.#split(line, kind));
  }

  /** Splits a line at runs of blanks and tabs, and returns the number of its columns. */
  splitAtBlanks(line: Line): number {
    return this.#unquote(line.bytes, this.#splitAtRuns(line));
  }

  #split(line: Line, { solidColumns }: RowKind): number {
    const columns = this.#splitAtTabs(line);
    if (columns >= solidColumns && !this.#hasHole(solidColumns)) return columns;
    // A line without a chromosome cannot be a row, wherever it is split.
    if (this.starts[0] === this.ends[0]) return columns;
    const runs = this.#splitAtRuns(line);
    return runs >= solidColumns ? runs : this.#splitAtTabs(line);
  }

  #splitAtRuns({ bytes, start, end }: Line): number {
    let column = 0;
    for (let i = start; i < end && column < this.#most; column++) {
      while (i < end && isBlank(bytes[i]!)) i++;
      if (i === end) break;
      this.starts[column] = i;
      while (i < end && !isBlank(bytes[i]!)) i++;
      this.ends[column] = i;
    }
    return column;
  }

  /** Whether the first column contains a blank, which names of chromosomes do not. */
  hasBlankInFirst({ bytes }: Line): boolean {
    const end = this.ends[0]!;
    for (let i = this.starts[0]!; i < end; i++) if (bytes[i] === SPACE) return true;
    return false;
  }

  /** Trims blanks from both ends of a column. Returns whether there were any. */
  trim(bytes: Uint8Array, column: number): boolean {
    const [start, end] = [this.starts[column]!, this.ends[column]!];
    let [from, to] = [start, end];
    while (from < to && bytes[from] === SPACE) from++;
    while (from < to && bytes[to - 1] === SPACE) to--;
    this.starts[column] = from;
    this.ends[column] = to;
    return to - from < end - start;
  }

  /** Takes the quotes off the columns that are within them, and returns the number of columns. */
  #unquote(bytes: Uint8Array, columns: number): number {
    const { starts, ends } = this;
    for (let i = 0; i < columns; i++) {
      const [start, end] = [starts[i]!, ends[i]!];
      if (bytes[start] !== QUOTE || end - start < 2 || bytes[end - 1] !== QUOTE) continue;
      starts[i] = start + 1;
      ends[i] = end - 1;
    }
    return columns;
  }

  #splitAtTabs({ bytes, start, end }: Line): number {
    const { starts, ends } = this;
    const most = this.#most;
    let column = 0;
    starts[0] = start;
    for (let i = start; i < end; i++) {
      if (bytes[i] !== TAB) continue;
      ends[column++] = i;
      if (column === most) return column;
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
