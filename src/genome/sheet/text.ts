/** Splits the text of sheets into cells, whatever separates them. */

import { FormatError } from "../../errors.ts";

/** What separates the columns of a sheet: tabs, commas, or the semicolons of spreadsheets in much of Europe. */
export type Separator = "\t" | "," | ";";

const SEPARATORS: readonly Separator[] = ["\t", ",", ";"];

/** Names of separators, for messages. */
export const SEPARATOR_NAMES: Readonly<Record<Separator, string>> = {
  "\t": "tabs",
  ",": "commas",
  ";": "semicolons",
};

/** The line with which spreadsheets are told the separator of a CSV file. */
const SEPARATOR_LINE = /^"?sep=([,;\t])"?[ \t]*$/i;

/** The separator that a first line such as `sep=;` names, or `undefined` for other lines. */
export function namedSeparator(text: string): Separator | undefined {
  return SEPARATOR_LINE.exec(text)?.[1] as Separator | undefined;
}

/** Finds what separates the columns of a header. */
export function findSeparator(header: string): Separator {
  const counts = SEPARATORS.map((separator) => header.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** Where a line stands, for messages. */
export interface LinePlace {
  readonly file: string;
  readonly line: number;
}

/** A cell in quotes or not, and the separator or the end of the line after it. */
const CELLS: Readonly<Record<Separator, RegExp>> = {
  "\t": /( *"[^"]*(?:""[^"]*)*"[^\t]*|[^\t]*)(\t|$)/y,
  ",": /( *"[^"]*(?:""[^"]*)*"[^,]*|[^,]*)(,|$)/y,
  ";": /( *"[^"]*(?:""[^"]*)*"[^;]*|[^;]*)(;|$)/y,
};

/**
 * Splits a line into its cells, without white space and quotes around them and without the empty cells at the end of the
 * line, which spreadsheets add.
 *
 * @throws {FormatError} If a quote is not closed: line ends within cells are not read.
 */
export function splitSheetLine(text: string, separator: Separator, place: LinePlace): string[] {
  const cells: string[] = [];
  const pattern = CELLS[separator];
  pattern.lastIndex = 0;
  for (;;) {
    const [, cell = "", end] = pattern.exec(text)!;
    cells.push(plainCell(cell, separator, place));
    if (end === "") break;
  }
  while (cells.at(-1) === "") cells.pop();
  return cells;
}

function plainCell(text: string, separator: Separator, place: LinePlace): string {
  const cell = text.trim();
  if (!cell.startsWith('"')) return cell;
  if (cell.length > 1 && cell.endsWith('"')) {
    return cell.slice(1, -1).replaceAll('""', '"').trim();
  }
  // Programs that separate by tabs do not quote: such a quote is part of the text.
  if (separator === "\t") return cell;
  throw new FormatError(
    `Cannot read sample sheet: the quote of cell ${cell.slice(0, 40)} is not closed in its line, ` +
      "expected cells without line ends",
    place,
  );
}

/**
 * The name of a column without what people write differently: capitals, spaces, underscores and hyphens. So `Cell Type`
 * is `celltype`.
 */
export function columnKey(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}
