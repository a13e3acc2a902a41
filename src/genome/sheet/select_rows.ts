/** Takes the rows of the wanted cell types and marks. */

import { ContractError, FormatError } from "../../errors.ts";
import { listSome } from "../wording.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

/** The rows of the wanted cell types and marks, or all rows if none are named. */
export function selectRows(
  rows: readonly SheetRow[],
  options: ArrangeOptions & { readonly file: string },
): readonly SheetRow[] {
  const { cellTypes, marks, file } = options;
  checkNames(cellTypes, { what: "cell type", file, names: rows.map(({ cellType }) => cellType) });
  checkNames(marks, { what: "mark", file, names: rows.map(({ mark }) => mark) });
  const own = rows.filter(({ cellType }) => cellTypes?.includes(cellType) ?? true);
  const selected = own.filter(({ mark }) => marks?.includes(mark) ?? true);
  checkLost(own, selected, options);
  return selected;
}

/** Throws, or notes, that a cell type has none of the wanted marks. */
function checkLost(
  rows: readonly SheetRow[],
  selected: readonly SheetRow[],
  { missingMarks, marks = [], onNote, file }: ArrangeOptions & { readonly file: string },
): void {
  const kept = new Set(selected.map(({ cellType }) => cellType));
  const lost = rows.filter(({ cellType }) => !kept.has(cellType));
  const [first] = lost;
  if (first === undefined) return;
  const names = [...new Set(lost.map(({ cellType }) => cellType))];
  if (missingMarks !== "leave-out" || kept.size === 0) {
    throw new FormatError(
      `Cannot read sample sheet: cell type "${first.cellType}" has no row of ${
        marks.join(" or ")
      }, expected ` +
        "one of these marks for every cell type: name the cell types to take with --cell-types",
      { file, line: first.line },
    );
  }
  onNote?.(
    `left out of ${file}, since they have no row of ${marks.join(" or ")}: ${listSome(names, 10)}`,
  );
}

function checkNames(
  wanted: readonly string[] | undefined,
  { what, file, names }: {
    readonly what: string;
    readonly file: string;
    readonly names: readonly string[];
  },
): void {
  const found = [...new Set(names)];
  const lacking = wanted?.find((name) => !found.includes(name));
  if (lacking === undefined) return;
  throw new ContractError(
    `Cannot take ${what} "${lacking}" from ${file}: it has ${listSome(found, 20)}`,
  );
}
