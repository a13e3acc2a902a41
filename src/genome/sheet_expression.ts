/** Reads the column of a sample sheet that names files of expression. */

import { FormatError } from "../errors.ts";

/** The files of expression of a cell type. */
export interface ExpressionFiles {
  /** Paths as they are in the sheet. Several paths are replicates. */
  readonly paths: readonly string[];
  /** Line of the sheet, counted from 1; for messages. */
  readonly line?: number | undefined;
}

/** A cell of the column. */
interface ExpressionCell {
  readonly text: string;
  readonly line: number;
}

/** The row of a cell. */
export interface ExpressionRow {
  readonly line: number;
  /** The row's replicate, if the sheet names it and replicates are combined. */
  readonly replicate?: string | undefined;
}

/**
 * Collects the column. Its cells are the same in all rows of a cell type, or filled in one row only; rows of different
 * replicates may name different files.
 */
export class SheetExpression {
  readonly #file: string;
  /** The cells of each cell type, by replicate. */
  readonly #cells = new Map<string, Map<string | undefined, ExpressionCell>>();

  constructor(file: string) {
    this.#file = file;
  }

  add(cellType: string, text: string, { line, replicate }: ExpressionRow): void {
    if (text === "") return;
    const own = this.#cells.get(cellType) ?? new Map<string | undefined, ExpressionCell>();
    const earlier = own.get(replicate) ?? own.get(undefined) ??
      (replicate === undefined ? [...own.values()][0] : undefined);
    if (earlier !== undefined && earlier.text !== text) {
      this.#fail(
        line,
        `cell type "${cellType}" has expression "${earlier.text}" in line ${earlier.line} and "${text}" ` +
          `in line ${line}, expected the same. Write replicates into one cell, separated by commas`,
      );
    }
    if (!own.has(replicate)) own.set(replicate, { text, line });
    this.#cells.set(cellType, own);
    const paths = splitPaths(text);
    const twice = paths.find((path, i) => paths.indexOf(path) !== i);
    if (paths.includes("")) this.#fail(line, `expression "${text}" has an empty path`);
    if (twice !== undefined) this.#fail(line, `expression "${text}" has path "${twice}" twice`);
  }

  /**
   * The files of each cell type; `undefined` if the column is empty. A cell type without a cell has that of its group.
   *
   * @param groups The group of each cell type, if replicates are cell types of their own.
   */
  finish(
    cellTypes: readonly string[],
    groups?: ReadonlyMap<string, string>,
  ): Map<string, ExpressionFiles> | undefined {
    if (this.#cells.size === 0) return undefined;
    return new Map(cellTypes.map((cellType) => {
      const cells = [...this.#cells.get(cellType)?.values() ?? []];
      const found = cells.length > 0 ? cells : this.#cellsOfGroup(cellType, groups);
      const paths = new Set(found.flatMap(({ text }) => splitPaths(text)));
      return [cellType, { paths: [...paths], line: found[0]?.line }];
    }));
  }

  /** The cell that all others of the group have. */
  #cellsOfGroup(
    cellType: string,
    groups: ReadonlyMap<string, string> | undefined,
  ): readonly ExpressionCell[] {
    const group = groups?.get(cellType);
    const others = [...this.#cells].filter(([other]) =>
      group !== undefined && groups?.get(other) === group
    ).flatMap(([, cells]) => [...cells.values()]);
    const [cell, other] = new Map(others.map((cell) => [cell.text, cell])).values();
    if (cell !== undefined && other === undefined) return [cell];
    const [example] = [...this.#cells].map(([name, cells]) => ({
      name,
      ...[...cells.values()][0],
    }));
    throw new FormatError(
      other === undefined
        ? `Cannot read sample sheet: cell type "${cellType}" has no expression, which "${example?.name}" has ` +
          `in line ${example?.line}, expected it for every cell type`
        : `Cannot read sample sheet: cell type "${cellType}" has no expression, and its replicates have several ` +
          `(lines ${cell?.line} and ${other.line}), expected its own`,
      { file: this.#file },
    );
  }

  #fail(line: number, found: string): never {
    throw new FormatError(`Cannot read sample sheet: ${found}`, { file: this.#file, line });
  }
}

function splitPaths(text: string): string[] {
  return text.split(",").map((path) => path.trim());
}
