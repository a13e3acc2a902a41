/** Decides what becomes of replicates: several files of one mark in one cell type. */

import { FormatError } from "../../errors.ts";
import { checkName } from "../../io/names.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

const READ = "Cannot read sample sheet:";

/** What each rule does, for the error of replicates without one. */
const RULES = [
  "sum adds their reads, as if their files had been merged",
  "mean averages their values",
  "mean-rpm averages their reads per million reads",
  'keep makes each a cell type of its own, such as "liver.1", which no split separates from its replicates',
].join("; ");

/**
 * Throws if there are replicates and no rule for them, or if a column does not tell them apart: then they look just like
 * the same reads given twice.
 */
export function checkReplicates(
  rows: readonly SheetRow[],
  { file, replicates }: ArrangeOptions & { readonly file: string },
): void {
  const seen = new Map<string, SheetRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.cellType, row.mark]);
    const first = seen.get(key);
    const fail = (found: string, expected: string): never => {
      throw new FormatError(`${READ} ${found}, expected ${expected}`, { file, line: row.line });
    };
    const what = `cell type "${row.cellType}" has mark "${row.mark}" in line ${first?.line} and ` +
      `in line ${row.line}`;
    if (first !== undefined && replicates === undefined) {
      fail(
        what,
        `once. If they are replicates, say with --replicates what becomes of them: ${RULES}`,
      );
    }
    const same = JSON.stringify([row.cellType, row.mark, row.replicate ?? null]);
    const earlier = seen.get(same);
    if (first !== undefined && (first.replicate === undefined || row.replicate === undefined)) {
      fail(what, 'a column "replicate" that names both: else one may be a copy of the other');
    }
    if (earlier !== undefined) {
      fail(
        `replicate "${row.replicate}" of mark "${row.mark}" in cell type "${row.cellType}" is in line ` +
          `${earlier.line} and in line ${row.line}`,
        "once: merge the runs of one library into one file first, or give them different names",
      );
    }
    seen.set(same, row);
    if (first === undefined) seen.set(key, row);
  }
}

/**
 * Makes each replicate a cell type of its own, named after its cell type and itself.
 *
 * @returns The rows with the new names, and the group of each new cell type: the cell type it had.
 */
export function keepReplicates(
  rows: readonly SheetRow[],
  file: string,
): { readonly rows: readonly SheetRow[]; readonly groups: ReadonlyMap<string, string> } {
  const named = new Set(
    rows.filter(({ replicate }) => replicate !== undefined).map(({ cellType }) => cellType),
  );
  const groups = new Map<string, string>();
  const renamed = rows.map((row) => {
    const { cellType, mark, replicate, line } = row;
    if (named.has(cellType) && replicate === undefined) {
      throw new FormatError(
        `${READ} "${mark}" of cell type "${cellType}" does not name its replicate, expected it: other rows ` +
          "of the cell type do, and each replicate becomes a cell type with all of its marks",
        { file, line },
      );
    }
    const name = replicate === undefined ? cellType : `${cellType}.${replicate}`;
    checkName(name, { what: "cell type", file, line });
    const other = groups.get(name);
    if (other !== undefined && other !== cellType) {
      throw new FormatError(
        `${READ} "${name}" would be the name of a replicate of both "${other}" and "${cellType}", ` +
          "expected names that differ: rename one",
        { file, line },
      );
    }
    groups.set(name, cellType);
    return { ...row, cellType: name };
  });
  checkGroupNames(renamed, groups, file);
  return { rows: renamed, groups };
}

/** Throws if a group has the name that a replicate of another group got. */
function checkGroupNames(
  rows: readonly SheetRow[],
  groups: ReadonlyMap<string, string>,
  file: string,
): void {
  for (const { cellType, line } of rows) {
    const group = groups.get(cellType)!;
    const other = groups.get(group);
    if (other === undefined || other === group) continue;
    throw new FormatError(
      `${READ} cell type "${group}" has the name of a replicate of "${other}", expected names that differ: ` +
        "rename one",
      { file, line },
    );
  }
}
