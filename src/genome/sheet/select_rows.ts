/** Takes the rows of the wanted cell types and marks. */

import { ContractError } from "../../errors.ts";
import { listSome } from "../wording.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

/** The rows of the wanted cell types and marks, or all rows if none are named. */
export function selectRows(
  rows: readonly SheetRow[],
  { cellTypes, marks, file }: ArrangeOptions & { readonly file: string },
): readonly SheetRow[] {
  checkNames(cellTypes, { what: "cell type", file, names: rows.map(({ cellType }) => cellType) });
  checkNames(marks, { what: "mark", file, names: rows.map(({ mark }) => mark) });
  return rows.filter(({ cellType, mark }) =>
    (cellTypes?.includes(cellType) ?? true) && (marks?.includes(mark) ?? true)
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
