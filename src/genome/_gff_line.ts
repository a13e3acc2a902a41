/** Reads lines of GTF and GFF3: nine columns separated by tabs, coordinates 1-based and closed. */

import { QUOTE, TAB } from "../text/characters.ts";
import { failLine, type Line, lineText } from "../text/lines.ts";
import { isTrackLine } from "./track_lines.ts";
import { parsePosition } from "./_make_gene.ts";
import { unquoteCell } from "./text_lines.ts";

const COLUMNS = 9;
/** In GFF2 the attributes are optional. */
const LEAST_COLUMNS = 8;

/** A feature's columns. */
export interface GffFeature {
  readonly chromosome: string;
  /** The kind of feature, from the third column. */
  readonly kind: string;
  /** 0-based, half-open. */
  readonly start: number;
  readonly end: number;
  readonly strand: string;
  /** The ninth column, not yet parsed. */
  readonly attributes: string;
}

/**
 * Reads the columns of a feature.
 *
 * @throws {FormatError} If the line has too few columns, or a coordinate is not an integer.
 */
export function parseFeature(line: Line, file: string): GffFeature {
  // R puts quotes around all columns that are no numbers.
  const columns = lineText(line).split("\t").map(unquoteCell);
  if (columns.length < LEAST_COLUMNS) {
    failLine(
      file,
      line,
      `Cannot read gene: ${columns.length} columns, expected ${COLUMNS} separated by tabs`,
    );
  }
  const [chromosome = "", , kind = "", start, end, , strand = "", , attributes = ""] = columns;
  return {
    chromosome,
    kind,
    start: parsePosition(start, "start", { line, file, least: 1 }) - 1,
    end: parsePosition(end, "end", { line, file, least: 1 }),
    strand,
    attributes,
  };
}

/** Finds the end of the column that starts at `start`. It is past the line's end if the line lacks the column. */
function columnEnd({ bytes, end }: Line, start: number): number {
  if (start > end) return start;
  let at = start;
  while (at < end && bytes[at] !== TAB) at++;
  return at;
}

/** Whether bytes hold a text at a given place. */
export function standsAt(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** Finds the start of the ninth column of a line whose third column is at `kind`. */
export function attributesStart(line: Line, kind: Place): number {
  // A quote may follow the kind.
  let start = columnEnd(line, kind.end) + 1;
  for (let column = 3; column < COLUMNS - 1; column++) start = columnEnd(line, start) + 1;
  return start;
}

/** The place of a column among a line's bytes. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the third column without decoding the line, since most lines of an annotation are not needed here.
 *
 * @returns The place of the column; `undefined` for blank lines and lines for genome browsers.
 * @throws {FormatError} If the line has no third column.
 */
export function findKind(line: Line, file: string): Place | undefined {
  const start = columnEnd(line, columnEnd(line, line.start) + 1) + 1;
  const end = columnEnd(line, start);
  if (end <= line.end) return withoutQuotes(line.bytes, { start, end });
  const text = lineText(line);
  if (isTrackLine(line) || text.trim() === "") return undefined;
  const found = hasBlankColumns(text) ? "its columns are separated by blanks" : "it";
  failLine(
    file,
    line,
    `Cannot read line: ${found === "it" ? "it is" : `${found} in`} "${text.slice(0, 80)}", ` +
      `expected ${COLUMNS} columns separated by tabs`,
  );
}

function withoutQuotes(bytes: Uint8Array, { start, end }: Place): Place {
  const isQuoted = end - start >= 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}

/** Whether a line would be GTF or GFF3 if its blanks were tabs: copying from a terminal turns tabs into blanks. */
export function hasBlankColumns(text: string): boolean {
  return /^\S+ +\S+ +\S+ +\d+ +\d+ +\S+ +[-+.?] +[.\d] +\S/.test(text);
}
