/**
 * The files of expression that a sample sheet names, one a sample.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { pathKind, realPath } from "../../files/file.ts";
import type { ExpressionFiles } from "../sheet_expression.ts";
import { isAbsolute, resolveSheetPath } from "../sheet_paths.ts";

/** A file of expression. */
export interface ExpressionInput {
  /** Its path. */
  readonly path: string;
  /** The cell types that it is named for. */
  readonly cellTypes: readonly string[];
}

/**
 * The files that a sample sheet names, each once. Relative paths start at the sheet's own directory. Paths that are one
 * file's name with the commas between them are that file.
 *
 * @param files The files of each cell type.
 * @param sheetPath Path of the sheet.
 * @throws {FormatError} With the line, if there is no such file, or a cell type has one twice.
 */
export async function expressionFiles(
  files: ReadonlyMap<string, ExpressionFiles>,
  sheetPath: string,
): Promise<ExpressionInput[]> {
  /** By the path without links, since one file may be written in several ways. */
  const inputs = new Map<string, { path: string; cellTypes: string[] }>();
  for (const [cellType, { paths, line }] of files) {
    for (const path of await joinPaths(paths, sheetPath)) {
      const kind = await pathKind(path);
      if (kind !== "file") {
        const found = kind === undefined ? "is not there" : `is a ${kind}`;
        throw new FormatError(`Cannot read expression of "${cellType}": "${path}" ${found}`, {
          file: sheetPath,
          line,
        });
      }
      const real = await realPath(path);
      const input = inputs.get(real) ?? { path, cellTypes: [] };
      if (input.cellTypes.includes(cellType)) {
        throw new FormatError(
          `Cannot read expression of "${cellType}": "${path}" is one of its files already, ` +
            "expected each once: its values would count twice",
          { file: sheetPath, line },
        );
      }
      input.cellTypes.push(cellType);
      inputs.set(real, input);
    }
  }
  return [...inputs.values()];
}

/** Paths from where the program runs. A sheet's cell was divided at commas, which names of files may hold. */
async function joinPaths(paths: readonly string[], sheetPath: string): Promise<string[]> {
  const joined: string[] = [];
  for (let from = 0; from < paths.length;) {
    const { path, count } = await joinFirst(paths.slice(from), sheetPath);
    joined.push(path);
    from += count;
  }
  return joined;
}

/** The file whose name is made of the fewest of the first paths; the first path if there is none. */
async function joinFirst(
  paths: readonly string[],
  sheetPath: string,
): Promise<{ readonly path: string; readonly count: number }> {
  const first = resolveSheetPath(paths[0], sheetPath);
  if (await pathKind(first) !== undefined) return { path: first, count: 1 };
  // What leads elsewhere is no end of a name.
  const isOther = (path: string) => isAbsolute(path) || path.split(/[/\\]/).includes("..");
  const other = paths.findIndex((path, i) => i > 0 && isOther(path));
  const most = other < 0 ? paths.length : other;
  for (let count = 2; count <= most; count++) {
    for (const comma of [",", ", "]) {
      const path = resolveSheetPath(paths.slice(0, count).join(comma), sheetPath);
      // Of many files the names are too long for one.
      if (await pathKind(path).catch(() => undefined) === "file") return { path, count };
    }
  }
  return { path: first, count: 1 };
}
