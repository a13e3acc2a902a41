/** Visits the rows of a sheet, which a header precedes. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { type Line, lineText } from "../../text/lines.ts";
import { visitTextLines } from "../text_lines.ts";
import { describeForeignSheet } from "./_foreign_sheet.ts";
import {
  columnKey,
  findSeparator,
  namedSeparator,
  type Separator,
  SEPARATOR_NAMES,
  splitSheetLine,
} from "./text.ts";

/** The header of a sheet. */
export interface SheetHeader {
  readonly file: string;
  readonly line: number;
  /** Names of the columns as they are written. */
  readonly names: readonly string[];
  /** Names as {@linkcode columnKey} makes them. */
  readonly keys: readonly string[];
  readonly separator: Separator;
}

/** A row of a sheet. */
export interface RowCells {
  readonly line: number;
  /** The cell of one of the reader's columns; empty if the header lacks the column. */
  cell(name: string): string;
}

/** What reads the rows of one form of sheet. */
export interface RowReader {
  /**
   * Length of the longest cell, in characters. A longer one is damaged or an attack.
   *
   * @default {4096, which is more than the length of any path}
   */
  readonly longestCell?: number;
  /** Columns whose cells are read; each may be in the header once. */
  readonly columns: readonly string[];
  readRow(row: RowCells): void;
}

const LONGEST_CELL = 4096;

/**
 * Visits the rows of a sheet. Blank lines, lines of separators only, and lines that start with `#` are skipped; a header
 * may start with it.
 *
 * @param source The sheet, gzip or not.
 * @param open Chooses the reader by the header. It throws if it does not know the header.
 * @param onWarning Called with a warning about mixed line ends.
 * @returns Whether there is no line but blank ones.
 */
export async function visitSheet(
  source: ByteSource,
  open: (header: SheetHeader) => RowReader,
  onWarning?: (message: string) => void,
): Promise<{ readonly isEmpty: boolean }> {
  const visitor = new SheetVisitor(source.name, open);
  await visitTextLines(source, (line) => visitor.visit(line), onWarning);
  return visitor;
}

class SheetVisitor {
  readonly #file: string;
  readonly #open: (header: SheetHeader) => RowReader;
  #separator: Separator | undefined;
  #header: SheetHeader | undefined;
  #reader: RowReader | undefined;
  /** The place of each column that is read, by the reader's name for it. */
  readonly #places = new Map<string, number>();
  isEmpty = true;

  constructor(file: string, open: (header: SheetHeader) => RowReader) {
    this.#file = file;
    this.#open = open;
  }

  visit(line: Line): void {
    this.isEmpty = false;
    const text = lineText(line);
    const place = { file: this.#file, line: line.number };
    if (this.#header === undefined) return this.#visitBeforeRows(text, place);
    if (/^"?#/.test(text)) return;
    const cells = splitSheetLine(text, this.#header.separator, place);
    if (cells.length === 0) return;
    if (cells.length > this.#header.names.length) {
      throw new FormatError(
        `Cannot read sample sheet: ${cells.length} columns, expected ${this.#header.names.length} ` +
          "as in the header",
        place,
      );
    }
    this.#readCells(cells, place);
  }

  #visitBeforeRows(text: string, place: { readonly file: string; readonly line: number }): void {
    this.#separator ??= namedSeparator(text);
    if (namedSeparator(text) !== undefined) return;
    const isComment = text.startsWith("#");
    const plain = isComment ? text.replace(/^#+\s*/, "") : text;
    const separator = this.#separator ?? findSeparator(plain);
    const names = splitSheetLine(plain, separator, place);
    if (names.length === 0) return;
    const header = { ...place, names, keys: names.map(columnKey), separator };
    if (isComment && !looksLikeHeader(header)) return;
    this.#reader = this.#open(header);
    this.#header = header;
    for (const column of this.#reader.columns) this.#findPlace(column, header);
  }

  #findPlace(column: string, { keys, line }: SheetHeader): void {
    const key = columnKey(column);
    const count = keys.filter((other) => other === key).length;
    if (count > 1) {
      throw new FormatError(
        `Cannot read sample sheet: the header has column "${column}" ${count} times, expected once`,
        { file: this.#file, line },
      );
    }
    if (count === 1) this.#places.set(column, keys.indexOf(key));
  }

  #readCells(
    cells: readonly string[],
    place: { readonly file: string; readonly line: number },
  ): void {
    const { longestCell = LONGEST_CELL } = this.#reader!;
    const cell = (name: string): string => {
      const at = this.#places.get(name);
      const text = at === undefined ? "" : cells[at] ?? "";
      if (text.length <= longestCell) return text;
      throw new FormatError(
        `Cannot read sample sheet: column "${name}" has ${text.length} characters, expected at most ` +
          `${longestCell}`,
        place,
      );
    };
    this.#reader!.readRow({ line: place.line, cell });
  }
}

/** Whether a comment names columns of a sheet, and so is a header with a `#` before it. */
function looksLikeHeader({ keys }: SheetHeader): boolean {
  return ["celltype", "mark", "path"].every((key) => keys.includes(key));
}

/** Throws the error of a header that none of the forms has. */
export function failHeader(header: SheetHeader, lacking: string): never {
  const { names, separator, file, line } = header;
  const foreign = describeForeignSheet(header);
  if (foreign !== undefined) {
    throw new FormatError(`Cannot read sample sheet: ${foreign}`, { file, line });
  }
  const hint = names.length === 1
    ? ", but it has neither tabs nor commas"
    : `; it is separated by ${SEPARATOR_NAMES[separator]}`;
  throw new FormatError(
    `Cannot read sample sheet: header "${
      names.join(" ").slice(0, 80)
    }" lacks column "${lacking}", ` +
      "expected the columns cell_type, mark, path separated by tabs or commas, or a sheet of nf-core/chipseq, " +
      `nf-core/cutandrun or ENCODE (metadata.tsv)${hint}`,
    { file, line },
  );
}
