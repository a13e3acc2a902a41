/** Decides what becomes of cell types that lack a mark which another one has. */

import { FormatError } from "../../errors.ts";
import { showName } from "../wording.ts";
import type { RowTable } from "./row_table.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

/** A cell type that lacks marks. */
export interface IncompleteCellType {
  readonly cellType: string;
  readonly marks: readonly string[];
}

/**
 * Finds the cell types that lack a mark, and refuses them, keeps them or leaves them out, as asked.
 *
 * @returns The table of the cell types that stay, and those that lack marks.
 */
export function takeMissingMarks(
  table: RowTable,
  { missingMarks = "refuse", marks, file }: ArrangeOptions & {
    readonly marks: readonly string[];
    readonly file: string;
  },
): { readonly table: RowTable; readonly missing: readonly IncompleteCellType[] } {
  const missing = [...table].flatMap(([cellType, own]) => {
    const lacking = marks.filter((mark) => !own.has(mark));
    return lacking.length === 0 ? [] : [{ cellType, marks: lacking }];
  });
  const [first] = missing;
  if (first === undefined || missingMarks === "mask") return { table, missing };
  if (missingMarks === "refuse") failMissing(table, first, file);
  const left = new Set(missing.map(({ cellType }) => cellType));
  const complete = new Map([...table].filter(([cellType]) => !left.has(cellType)));
  if (complete.size > 0) return { table: complete, missing };
  throw new FormatError(
    `Cannot read sample sheet: every cell type lacks a mark (${
      describeIncomplete(missing)
    }), expected one ` +
      "with all of them: name the marks to take with --marks",
    { file },
  );
}

/** Lists cell types with the marks that they lack: `H3K9me3 of liver; H3K4me1 and H3K9me3 of lung`. */
export function describeIncomplete(missing: readonly IncompleteCellType[]): string {
  const shown = missing.slice(0, 10).map(({ cellType, marks }) =>
    `${marks.map(showName).join(" and ")} of ${showName(cellType)}`
  );
  const rest = missing.length - shown.length;
  return `${shown.join("; ")}${rest === 0 ? "" : `; and ${rest} more cell types`}`;
}

/** Throws an error with every mark that a cell type lacks, and the lines of the cell type and of the marks. */
function failMissing(
  table: RowTable,
  { cellType, marks }: IncompleteCellType,
  file: string,
): never {
  const missing = marks.map((mark) => {
    const other = firstWith(table, mark);
    return `"${mark}" (which "${other.cellType}" has in line ${other.line})`;
  });
  const lines = [...table.get(cellType)!.values()].flat().map(({ line }) => line);
  throw new FormatError(
    `Cannot read sample sheet: cell type "${cellType}" (line ${lines.join(", ")}) lacks mark ` +
      `${
        missing.join(" and ")
      }, expected every mark for every cell type. --missing-marks leave-out leaves ` +
      "such cell types out, mask keeps them and says in the data what was not measured",
    { file },
  );
}

function firstWith(table: RowTable, mark: string): SheetRow {
  return [...table.values()].flatMap((rows) => rows.get(mark) ?? [])[0]!;
}
