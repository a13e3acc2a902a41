/** Arranges the rows of a sheet as a table of cell types and marks. */

import { FormatError } from "../../errors.ts";
import { COMPETITION_RECORD } from "../../record.ts";
import { SheetExpression } from "../sheet_expression.ts";
import { checkPaths, checkSpelling } from "./check_rows.ts";
import { warnOfContradictingNames } from "./contradicting_names.ts";
import { describeIncomplete, type IncompleteCellType, takeMissingMarks } from "./missing_marks.ts";
import { checkReplicates, keepReplicates } from "./replicates.ts";
import type { RowTable } from "./row_table.ts";
import { selectRows } from "./select_rows.ts";
import type { ArrangeOptions, SampleSheet, SampleSheetEntry, SheetRow } from "./types.ts";

/**
 * Arranges rows as a table.
 *
 * @param file Name of the sheet, for messages.
 * @throws {FormatError} With the lines, if the rows contradict each other or a cell type lacks a mark, or if there are
 * replicates and no rule for them.
 */
export function arrangeRows(
  given: readonly SheetRow[],
  options: ArrangeOptions & { readonly file: string },
): SampleSheet {
  const { file, replicates } = options;
  const rows = selectRows(given, options);
  checkPaths(rows, file);
  checkSpelling(rows, options);
  warnOfContradictingNames(rows, given, options);
  checkReplicates(rows, options);
  const marks = sortMarks([...new Set(rows.map(({ mark }) => mark))], options.marks);
  const kept = replicates === "keep" ? keepReplicates(rows, file) : { rows, groups: undefined };
  const { table, missing } = takeMissingMarks(tabulate(kept.rows), { ...options, marks });
  const cellTypes = [...table.keys()];
  const entries = cellTypes.flatMap((cellType) =>
    marks.flatMap((mark) => table.get(cellType)!.get(mark) ?? [])
  );
  const expression = collectExpression(kept.rows, { file, cellTypes, groups: kept.groups });
  noteMissing(missing, options);
  const read = new Set([...cellTypes, ...kept.groups?.values() ?? []]);
  const others = [...new Set(given.map(({ cellType }) => cellType))].filter((name) =>
    !read.has(name)
  );
  return {
    cellTypes,
    marks,
    entries: entries.map(({ expression: _, ...entry }): SampleSheetEntry => entry),
    ...expression && { expression },
    ...others.length > 0 && { otherCellTypes: others },
    ...kept.groups && { cellTypeGroups: onlyOf(kept.groups, cellTypes) },
    ...missing.length > 0 && options.missingMarks === "mask" && {
      missingMarks: new Map(missing.map(({ cellType, marks }) => [cellType, marks])),
    },
  };
}

/** Collects rows by cell type and by mark, each in order of first appearance. */
function tabulate(rows: readonly SheetRow[]): RowTable {
  const table = new Map<string, Map<string, SheetRow[]>>();
  for (const row of rows) {
    const own = table.get(row.cellType) ?? new Map<string, SheetRow[]>();
    own.set(row.mark, [...own.get(row.mark) ?? [], row]);
    table.set(row.cellType, own);
  }
  return table;
}

/**
 * The competition's marks come first, in its order, whatever a sheet or a flag says: its models read them so. Where others are
 * named too, marks come in the order of the names, so that data can be made to fit a model whatever the order of the rows.
 */
function sortMarks(marks: readonly string[], wanted: readonly string[] = []): string[] {
  const usual: readonly string[] = COMPETITION_RECORD.marks;
  const first = wanted.every((mark) => usual.includes(mark)) ? usual : wanted;
  const known = [...new Set(first)].filter((mark) => marks.includes(mark));
  return [...known, ...marks.filter((mark) => !known.includes(mark))];
}

function onlyOf<Value>(
  map: ReadonlyMap<string, Value>,
  keys: readonly string[],
): ReadonlyMap<string, Value> {
  return new Map(keys.flatMap((key) => {
    const value = map.get(key);
    return value === undefined ? [] : [[key, value] as const];
  }));
}

function collectExpression(
  rows: readonly SheetRow[],
  { file, cellTypes, groups }: {
    readonly file: string;
    readonly cellTypes: readonly string[];
    readonly groups: ReadonlyMap<string, string> | undefined;
  },
): SampleSheet["expression"] {
  const collector = new SheetExpression(file);
  for (const { cellType, expression, replicate, line } of rows) {
    collector.add(cellType, expression, { line, replicate: groups ? undefined : replicate });
  }
  return collector.finish(cellTypes, groups);
}

function noteMissing(
  missing: readonly IncompleteCellType[],
  { missingMarks, onNote, file }: ArrangeOptions & { readonly file: string },
): void {
  if (missing.length === 0) return;
  const cells = describeIncomplete(missing);
  onNote?.(
    missingMarks === "mask"
      ? `${file} lacks ${cells}: their values are 0, and the data say that they were not measured`
      : `left out of ${file}, since they lack marks: ${cells}`,
  );
}

/** Throws unless a sheet has rows. */
export function checkHasRows(
  rows: readonly unknown[],
  { file, isEmpty }: { readonly file: string; readonly isEmpty: boolean },
): void {
  if (rows.length > 0) return;
  const found = isEmpty ? "the file is empty" : "it has no row";
  throw new FormatError(`Cannot read sample sheet: ${found}, expected rows`, { file });
}
