/**
 * The files of expression that a sample sheet names, one for each sample.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { pathKind, realPath } from "../../files/file.ts";
import type { ExpressionFiles } from "../sheet_expression.ts";
import { isAbsolute, resolveSheetPath } from "../sheet_paths.ts";

/** A file of expression and its cell types. */
export interface ExpressionInput {
  /** Path of the file. */
  readonly path: string;
  /** The cell types for which the sheet names the file. */
  readonly cellTypes: readonly string[];
}

/**
 * Lists the files of expression that a sample sheet names, each once. Relative paths start at the sheet's own
 * directory. If paths joined by commas are the name of one file, they stand for that file.
 *
 * @param files The files of each cell type.
 * @param sheetPath Path of the sheet.
 * @returns The files with their cell types.
 * @throws {FormatError} With the line, if a file does not exist, or a cell type has a file twice.
 *
 * @example Two cell types in one file
 * ```ts
 * import { expressionFiles } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 *
 * const directory = await mkdtemp(`${tmpdir()}/expression-`);
 * await writeFile(`${directory}/rna.tsv`, "gene_id\tliver\tlung\n");
 * const files = new Map([["liver", { paths: ["rna.tsv"] }], ["lung", { paths: ["rna.tsv"] }]]);
 * deepStrictEqual(await expressionFiles(files, `${directory}/samples.tsv`), [
 *   { path: `${directory}/rna.tsv`, cellTypes: ["liver", "lung"] },
 * ]);
 * await rm(directory, { recursive: true });
 * ```
 */
export async function expressionFiles(
  files: ReadonlyMap<string, ExpressionFiles>,
  sheetPath: string,
): Promise<ExpressionInput[]> {
  /** The files by their real paths, since a path may be written in several ways. */
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

/** Resolves paths. The sheet's cell was split at commas, which names of files may contain. */
async function joinPaths(paths: readonly string[], sheetPath: string): Promise<string[]> {
  const joined: string[] = [];
  for (let from = 0; from < paths.length;) {
    const { path, count } = await joinFirst(paths.slice(from), sheetPath);
    joined.push(path);
    from += count;
  }
  return joined;
}

/** Finds the shortest run of paths, from the first on, that joined by commas is a file; else takes the first path. */
async function joinFirst(
  paths: readonly string[],
  sheetPath: string,
): Promise<{ readonly path: string; readonly count: number }> {
  const first = resolveSheetPath(paths[0] ?? "", sheetPath);
  if (await pathKind(first) !== undefined) return { path: first, count: 1 };
  // A path that leads elsewhere cannot be the end of a name.
  const isOther = (path: string) => isAbsolute(path) || path.split(/[/\\]/).includes("..");
  const other = paths.findIndex((path, i) => i > 0 && isOther(path));
  const most = other < 0 ? paths.length : other;
  for (let count = 2; count <= most; count++) {
    for (const comma of [",", ", "]) {
      const path = resolveSheetPath(paths.slice(0, count).join(comma), sheetPath);
      // The joined names of many files are too long for a path.
      if (await pathKind(path).catch(() => undefined) === "file") return { path, count };
    }
  }
  return { path: first, count: 1 };
}
