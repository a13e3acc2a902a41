/**
 * The files of expression that a sample sheet names, one a sample.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { pathKind, realPath } from "../../io/file.ts";
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
 * @throws {FormatError} With the line, if there is no such file, or a cell type has one twice.
 */
export async function expressionFiles(
  files: ReadonlyMap<string, ExpressionFiles>,
  sheetPath: string,
): Promise<ExpressionInput[]> {
  /** By the path without links, since one file may be written in several ways. */
  const inputs = new Map<string, { path: string; cellTypes: string[] }>();
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
