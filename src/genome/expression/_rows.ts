/** Reads the rows of a table of expression: names of genes, and values of the wanted cell types. */

import { failLine, type Line } from "../../text/lines.ts";
import { isMissing } from "../missing.ts";
import { CellSplitter } from "./_cells.ts";
import type { Layout, ValueColumn } from "./_layout.ts";

/** A longer text is not a name. */
const LONGEST_NAME = 1000;
/** More than the transcripts of any annotation; each row takes memory. */
const MOST_ROWS = 4_000_000;
/** A cell that should hold a number but does not is kept up to this length, for a message. */
const QUOTED_CHARACTERS = 80;

/** What programs write if a value could not be computed. */
const FAILED = /^(?:FAIL|HIDATA|LOWDATA)$/i;

/** Reads rows. Faults of a row are kept with it, since the row may not belong to a wanted gene. */
export class ExpressionRowReader {
  /** Names of the genes by row, for each column of names. */
  readonly names: readonly [string[], ...string[][]];
  /** The part of its gene that each row is, by row; empty if the layout does not distinguish parts. */
  readonly parts: string[] = [];
  /** The line of each row. */
  readonly lines: number[] = [];
  /** The values, `[row, cellType]`; NaN where a value is missing. */
  readonly values: number[] = [];
  /** Texts of cells that should hold a number but do not, by index in `values`. */
  readonly invalid = new Map<number, string>();
  /** Number of cells in rows that do not have as many as the header, by row. */
  readonly ragged = new Map<number, number>();
  readonly #file: string;
  readonly #layout: Layout;
  /** The columns to average for each cell type. */
  readonly #wanted: readonly (readonly ValueColumn[])[];
  readonly #splitter: CellSplitter;
  /** Index of the column after the last wanted one. */
  readonly #wantedEnd: number;

  constructor(layout: Layout, wanted: readonly (readonly ValueColumn[])[], file: string) {
    this.#file = file;
    this.#layout = layout;
    this.#wanted = wanted;
    this.#splitter = new CellSplitter(layout.separator);
    this.names = [[], ...layout.names.slice(1).map(() => [])];
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

  /** Whether a row with `count` cells says that a column's value could not be computed. */
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
      this.names[i]?.push(name.slice(0, LONGEST_NAME));
    }
    const { parts } = this.#layout;
    if (parts === undefined) return;
    const texts = parts.map((column) => column < count ? this.#splitter.text(column) : "");
    this.parts.push(texts.join("\t").slice(0, LONGEST_NAME));
  }

  /** Whether the wanted values of a row are in the columns that the header names. */
  #fits(count: number): boolean {
    const { width, textFrom } = this.#layout;
    if (count === width) return true;
    if (count > width && this.#areEmpty(width, count)) return true;
    if (textFrom === width || this.#wantedEnd > textFrom || count < textFrom) return false;
    // Only the text may contain separators or be missing, so the column before it must be in its place.
    const last = textFrom - 1;
    return !Number.isNaN(this.#splitter.number(last)) || isMissing(this.#splitter.text(last));
  }

  #areEmpty(from: number, to: number): boolean {
    for (let cell = from; cell < to; cell++) {
      if (this.#splitter.text(cell) !== "") return false;
    }
    return true;
  }

  /** The mean of the given columns' cells; NaN if one of them is missing. */
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
