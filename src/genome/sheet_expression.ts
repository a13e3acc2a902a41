/** Reads the column of a sample sheet that names files of expression. */

import { FormatError } from "../errors.ts";
import { failLine, type Line } from "../text/lines.ts";

/** The files of expression of a cell type. */
export interface ExpressionFiles {
  /** Paths as they are in the sheet. Several paths are replicates. */
  readonly paths: readonly string[];
  /** Line of the sheet, counted from 1; for messages. */
  readonly line?: number | undefined;
}

/** Collects the column. Its cells are the same in all rows of a cell type, or filled in one row only. */
export class SheetExpression {
  readonly #file: string;
  readonly #cells = new Map<string, { readonly text: string; readonly line: number }>();

  constructor(file: string) {
    this.#file = file;
  }

  add(cellType: string, text: string, line: Line): void {
    if (text === "") return;
    const earlier = this.#cells.get(cellType);
    if (earlier === undefined) this.#cells.set(cellType, { text, line: line.number });
    else if (earlier.text !== text) {
      this.#fail(
        line,
        `cell type "${cellType}" has expression "${earlier.text}" in line ${earlier.line} and "${text}" ` +
          `in line ${line.number}, expected the same. Write replicates into one cell, separated by commas`,
      );
    }
    const paths = text.split(",").map((path) => path.trim());
    const twice = paths.find((path, i) => paths.indexOf(path) !== i);
    if (paths.includes("")) this.#fail(line, `expression "${text}" has an empty path`);
    if (twice !== undefined) this.#fail(line, `expression "${text}" has path "${twice}" twice`);
  }

  /** The files of each cell type; `undefined` if the column is empty. */
  finish(cellTypes: readonly string[]): Map<string, ExpressionFiles> | undefined {
    const [first] = this.#cells;
    if (first === undefined) return undefined;
    return new Map(cellTypes.map((cellType) => {
      const cell = this.#cells.get(cellType);
      if (cell === undefined) {
        const [other, { line }] = first;
        throw new FormatError(
          `Cannot read sample sheet: cell type "${cellType}" has no expression, which "${other}" has ` +
            `in line ${line}, expected it for every cell type`,
          { file: this.#file },
        );
      }
      const paths = cell.text.split(",").map((path) => path.trim());
      return [cellType, { paths, line: cell.line }];
    }));
  }

  #fail(line: Line, found: string): never {
    return failLine(this.#file, line, `Cannot read sample sheet: ${found}`);
  }
}
