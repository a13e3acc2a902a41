/** Splits lines into cells: separators, quotes and numbers, as R, Python and spreadsheets write them. */

import { POINT, QUOTE, SPACE, TAB, ZERO } from "../../text/characters.ts";
import type { Line } from "../../text/lines.ts";
import { decodeText, parseDecimal, parseDecimalText } from "../../text/numbers.ts";

/** The character between the cells of a line. A blank stands for any run of blanks. */
export type Separator = "\t" | ";" | "," | " ";

/**
 * Finds the cells of lines. A cell that starts with a double quote ends at the next quote before a separator, and
 * quotes within it are doubled. Without such a closing quote, the first quote is an ordinary character.
 */
export class CellSplitter {
  readonly #separator: number;
  readonly #byBlanks: boolean;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #bytes: Uint8Array = new Uint8Array();

  constructor(separator: Separator) {
    this.#separator = separator.charCodeAt(0);
    this.#byBlanks = separator === " ";
  }

  /** Finds the cells of a line and returns their number. They are valid until the next call. */
  split({ bytes, start, end }: Line): number {
    this.#bytes = bytes;
    let count = 0;
    let at = this.#skipBlanks(start, end);
    for (;;) {
      this.#starts[count] = at;
      at = this.#cellEnd(at, end);
      this.#ends[count++] = at;
      if (at >= end) return count;
      at = this.#skipBlanks(at + 1, end);
      if (this.#byBlanks && at >= end) return count;
    }
  }

  /** The text of a cell, without white space and quotes around it. */
  text(cell: number): string {
    return unquote(decodeText(this.#bytes, this.#starts[cell]!, this.#ends[cell]!));
  }

  /** The number in a cell; NaN if the cell does not hold a number. */
  number(cell: number): number {
    const bytes = this.#bytes;
    let [from, to] = trimBlanks(bytes, this.#starts[cell]!, this.#ends[cell]!);
    if (to - from >= 2 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE) {
      // R's format() pads numbers within the quotes.
      [from, to] = trimBlanks(bytes, from + 1, to - 1);
    }
    const value = parseShort(bytes, from, to) ?? parseDecimal(bytes, from, to);
    // Cells copied from web pages may have other white space around them.
    return Number.isNaN(value) ? parseDecimalText(this.text(cell)) : value;
  }

  #skipBlanks(from: number, end: number): number {
    let at = from;
    if (this.#byBlanks) { while (at < end && this.#isSeparator(at)) at++; }
    return at;
  }

  #isSeparator(at: number): boolean {
    const byte = this.#bytes[at];
    return byte === this.#separator || this.#byBlanks && byte === TAB;
  }

  #cellEnd(from: number, end: number): number {
    let at = from;
    while (!this.#byBlanks && at < end && this.#bytes[at] === SPACE) at++;
    if (this.#bytes[at] === QUOTE && at < end) {
      const close = this.#quotedEnd(at, end);
      if (close !== undefined) return close;
    }
    at = from;
    while (at < end && !this.#isSeparator(at)) at++;
    return at;
  }

  /** Finds the end of a cell that starts with a quote at `from`; `undefined` if no quote closes it. */
  #quotedEnd(from: number, end: number): number | undefined {
    const bytes = this.#bytes;
    for (let at = from + 1; at < end; at++) {
      if (bytes[at] !== QUOTE) continue;
      if (at + 1 < end && bytes[at + 1] === QUOTE) {
        at++;
        continue;
      }
      at++;
      while (!this.#byBlanks && at < end && bytes[at] === SPACE) at++;
      return at >= end || this.#isSeparator(at) ? at : undefined;
    }
    return undefined;
  }
}

/** Narrows a range of bytes to the text without the blanks around it. */
function trimBlanks(bytes: Uint8Array, start: number, end: number): [from: number, to: number] {
  let [from, to] = [start, end];
  while (from < to && isBlank(bytes[from]!)) from++;
  while (to > from && isBlank(bytes[to - 1]!)) to--;
  return [from, to];
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** A float64 holds every integer of this many digits exactly, and every power of ten up to that. */
const SHORT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: SHORT_DIGITS + 1 }, (_, power) => 10 ** power);

/**
 * Parses a cell of at most 15 digits and a point, as most cells are, without making a string. The quotient of two exact
 * numbers is rounded once, so the result is that of the parser of strings. Returns `undefined` for any other cell.
 */
function parseShort(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (to - from > SHORT_DIGITS + 1 || from === to) return undefined;
  let digits = 0;
  let point = -1;
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (bytes[at] === POINT && point < 0) point = at;
    else return undefined;
  }
  const count = to - from - (point < 0 ? 0 : 1);
  if (count === 0 || count > SHORT_DIGITS) return undefined;
  return point < 0 ? digits : digits / POWERS_OF_TEN[to - 1 - point]!;
}

function unquote(text: string): string {
  const cell = text.trim();
  if (cell.length < 2 || !cell.startsWith('"') || !cell.endsWith('"')) return cell;
  return cell.slice(1, -1).replaceAll('""', '"').trim();
}

/** Splits a line into the texts of its cells. */
export function splitLine(line: Line, separator: Separator): string[] {
  const splitter = new CellSplitter(separator);
  const count = splitter.split(line);
  return Array.from({ length: count }, (_, cell) => splitter.text(cell));
}

/**
 * Finds the separator of a table. Tabs, semicolons and commas outside of quotes are never parts of names, so they are
 * tried before blanks, which may be.
 *
 * @param header The line with the names of the columns.
 * @param row The line after it.
 */
export function findSeparator(header: Line, row: Line | undefined): Separator {
  const count = (line: Line, separator: Separator) => new CellSplitter(separator).split(line);
  if (count(header, "\t") > 1) return "\t";
  for (const separator of [";", ","] as const) {
    if (count(header, separator) === 1) continue;
    if (row === undefined || count(row, separator) > 1) return separator;
  }
  if (row === undefined) return " ";
  if (count(row, "\t") > 1) return "\t";
  if (count(header, " ") > 1) return " ";
  // R leaves out the corner cell, so the header may be a single name above rows of two cells.
  for (const separator of [";", ","] as const) {
    const [name, value, ...others] = splitLine(row, separator);
    const hasTwo = name !== undefined && value !== undefined && others.length === 0;
    if (hasTwo && !/\s/.test(name)) return separator;
  }
  return " ";
}
