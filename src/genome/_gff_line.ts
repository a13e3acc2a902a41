/** Lines of GTF and GFF3: nine columns separated by tabs, coordinates 1-based and closed. */

import { TAB } from "../text/characters.ts";
import { failLine, type Line, lineText } from "../text/lines.ts";
import { isTrackLine } from "./_bed_genes.ts";
import { parsePosition } from "./_make_gene.ts";
import { unquoteCell } from "./text_lines.ts";

const COLUMNS = 9;
/** GFF2 needs no attributes. */
const LEAST_COLUMNS = 8;

/** A feature's columns. */
export interface GffFeature {
  readonly chromosome: string;
  /** What kind of feature it is: the third column. */
  readonly kind: string;
  /** 0-based, half-open. */
  readonly start: number;
  readonly end: number;
  readonly strand: string;
  /** The ninth column as it stands. */
  readonly attributes: string;
}

/**
 * Reads the columns of a feature.
 *
 * @throws {FormatError} If it has too few of them, or a coordinate is no integer.
 */
export function parseFeature(line: Line, file: string): GffFeature {
  const columns = lineText(line).split("\t");
  if (columns.length < LEAST_COLUMNS) {
    failLine(
      file,
      line,
      `Cannot read gene: ${columns.length} columns, expected ${COLUMNS} separated by tabs`,
    );
  }
  return {
    chromosome: columns[0],
    kind: columns[2],
    start: parsePosition(columns[3], "start", { line, file, least: 1 }) - 1,
    end: parsePosition(columns[4], "end", { line, file, least: 1 }),
    strand: columns[6],
    attributes: unquoteCell(columns[8] ?? ""),
  };
}

/**
 * Where the column that starts at `start` ends; beyond the line's end if the line ended before it.
 */
export function columnEnd({ bytes, end }: Line, start: number): number {
  if (start > end) return start;
  let at = start;
  while (at < end && bytes[at] !== TAB) at++;
  return at;
}

/** Whether bytes hold a text at a place. */
export function standsAt(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** Where the ninth column starts, of a line whose third one is at `kind`. */
export function attributesStart(line: Line, kind: Place): number {
  let start = kind.end + 1;
  for (let column = 3; column < COLUMNS - 1; column++) start = columnEnd(line, start) + 1;
  return start;
}

/** Where a column stands among a line's bytes. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the third column starts and ends, told from the bytes, since most lines of an annotation are of no use here.
 *
 * @returns `undefined` for lines that tell a browser how to show the file.
 * @throws {FormatError} If the line has no third column.
 */
export function findKind(line: Line, file: string): Place | undefined {
  const start = columnEnd(line, columnEnd(line, line.start) + 1) + 1;
  const end = columnEnd(line, start);
  if (end <= line.end) return { start, end };
  const text = lineText(line);
  if (isTrackLine(text) || text.trim() === "") return undefined;
  const found = hasBlankColumns(text) ? "its columns are separated by blanks" : "it";
  failLine(
    file,
    line,
    `Cannot read line: ${found === "it" ? "it is" : `${found} in`} "${text.slice(0, 80)}", ` +
      `expected ${COLUMNS} columns separated by tabs`,
  );
}

/** Whether a line would be one of GTF or GFF3 if its blanks were tabs, as copying from a terminal makes them. */
export function hasBlankColumns(text: string): boolean {
  return /^\S+ +\S+ +\S+ +\d+ +\d+ +\S+ +[-+.?] +[.\d] +\S/.test(text);
}
