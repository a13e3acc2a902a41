/**
 * The files of expression that a sample sheet names, one a sample.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { pathKind } from "../../io/file.ts";
import type { ExpressionFiles } from "../sheet_expression.ts";
import { resolveSheetPath } from "../_sheet_paths.ts";

/** A file of expression. */
export interface ExpressionInput {
  /** Its path. */
  readonly path: string;
  /** The cell types that it is named for. */
  readonly cellTypes: readonly string[];
}

/**
 * The files that a sample sheet names, each once. Relative paths start at the sheet's own directory.
 *
 * @param files The files of each cell type.
 * @param sheetPath Path of the sheet.
 * @throws {FormatError} With the line, if there is no such file.
 */
export async function expressionFiles(
  files: ReadonlyMap<string, ExpressionFiles>,
  sheetPath: string,
): Promise<ExpressionInput[]> {
  const cellTypes = new Map<string, string[]>();
  for (const [cellType, { paths, line }] of files) {
    for (const written of paths) {
      const path = resolveSheetPath(written, sheetPath);
      const kind = await pathKind(path);
      if (kind !== "file") {
        const found = kind === undefined ? "is not there" : `is a ${kind}`;
        throw new FormatError(`Cannot read expression of "${cellType}": "${path}" ${found}`, {
          file: sheetPath,
          line,
        });
      }
      cellTypes.set(path, [...cellTypes.get(path) ?? [], cellType]);
    }
  }
  return [...cellTypes].map(([path, cellTypes]) => ({ path, cellTypes }));
}
