/** The rows of a table of expression: names of genes, and values of the cell types that are wanted. */

import { failLine, type Line } from "../../text/lines.ts";
import { isMissing } from "../missing.ts";
import { CellSplitter } from "./_cells.ts";
import type { Layout, ValueColumn } from "./_layout.ts";

/** Names longer than this are no names. */
const LONGEST_NAME = 1000;
/** More than any annotation has transcripts; each row takes memory. */
const MOST_ROWS = 4_000_000;
/** So much of a cell that holds no number is kept for a message. */
const QUOTED_CHARACTERS = 80;

/** What programs write where a value could not be computed. */
const FAILED = /^(?:FAIL|HIDATA|LOWDATA)$/i;

/** Reads rows; what is wrong with one is kept with it, for it may be of no gene that matters. */
export class ExpressionRowReader {
  /** Names of the genes, for each column of names by row. */
  readonly names: readonly string[][];
  /** What tells apart the rows of a gene that are added up, by row; empty if the layout has no such columns. */
  readonly parts: string[] = [];
  /** Line of each row. */
  readonly lines: number[] = [];
  /** `[row, cellType]`; NaN where there is none. */
  readonly values: number[] = [];
  /** What stands in the cells that should hold a number and do not, by their place in `values`. */
  readonly invalid = new Map<number, string>();
  /** Number of cells of the rows that have others than the header. */
  readonly ragged = new Map<number, number>();
  readonly #file: string;
  readonly #layout: Layout;
  /** Columns to average, for each cell type. */
  readonly #wanted: readonly (readonly ValueColumn[])[];
  readonly #splitter: CellSplitter;
  /** The column after the last that is wanted. */
  readonly #wantedEnd: number;

  constructor(layout: Layout, wanted: readonly (readonly ValueColumn[])[], file: string) {
    this.#file = file;
    this.#layout = layout;
    this.#wanted = wanted;
    this.#splitter = new CellSplitter(layout.separator);
    this.names = layout.names.map(() => []);
    this.#wantedEnd = wanted.flat().reduce((end, { column }) => Math.max(end, column + 1), 0);
  }

  read(line: Line): void {
    const count = this.#splitter.split(line);
    const row = this.lines.length;
    if (row === MOST_ROWS) this.#fail(line, `there are more rows than ${MOST_ROWS}`);
    this.#readNames(line, count);
    this.lines.push(line.number);
    const fits = this.#fits(count);
    if (!fits) this.ragged.set(row, count);
    for (const columns of this.#wanted) {
      const isUsable = fits && !columns.some((column) => this.#hasFailed(column, count));
      this.values.push(isUsable ? this.#readValue(columns) : NaN);
    }
  }

  /** Whether a row of so many cells has one which says that a column's value could not be computed. */
  #hasFailed({ status }: ValueColumn, count: number): boolean {
    return status !== undefined && status < count && FAILED.test(this.#splitter.text(status));
  }

  #readNames(line: Line, count: number): void {
    for (const [i, column] of this.#layout.names.entries()) {
      const name = column < count ? this.#splitter.text(column) : "";
      if (i === 0 && name.length > LONGEST_NAME) {
        this.#fail(
          line,
          `the gene id has ${name.length} characters, expected at most ${LONGEST_NAME}`,
        );
      }
      this.names[i].push(name.slice(0, LONGEST_NAME));
    }
    const { parts } = this.#layout;
    if (parts === undefined) return;
    const texts = parts.map((column) => column < count ? this.#splitter.text(column) : "");
    this.parts.push(texts.join("\t").slice(0, LONGEST_NAME));
  }

  /** Whether the values wanted of a row stand where the header says. */
  #fits(count: number): boolean {
    const { width, textFrom } = this.#layout;
    if (count === width) return true;
    if (count > width && this.#areEmpty(width, count)) return true;
    if (textFrom === width || this.#wantedEnd > textFrom || count < textFrom) return false;
    // Text may hold separators, or be missing; before it nothing may.
    const last = textFrom - 1;
    return !Number.isNaN(this.#splitter.number(last)) || isMissing(this.#splitter.text(last));
  }

  #areEmpty(from: number, to: number): boolean {
    for (let cell = from; cell < to; cell++) {
      if (this.#splitter.text(cell) !== "") return false;
    }
    return true;
  }

  /** The mean of some cells; NaN if one of them is missing. */
  #readValue(columns: readonly ValueColumn[]): number {
    let sum = 0;
    for (const { column } of columns) {
      const value = this.#splitter.number(column);
      if (Number.isNaN(value)) {
        const text = this.#splitter.text(column);
        if (!isMissing(text)) {
          this.invalid.set(this.values.length, text.slice(0, QUOTED_CHARACTERS));
        }
        return NaN;
      }
      sum += value;
    }
    return sum / columns.length;
  }

  #fail(line: Line, found: string): never {
    return failLine(this.#file, line, `Cannot read expression table: ${found}`);
  }
}
