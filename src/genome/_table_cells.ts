/** Cells of tables of genes. */

import { isMissing } from "./missing.ts";

/** The columns that a table of genes must have. */
export const TABLE_COLUMNS = ["gene_id", "chrom", "tss", "strand"] as const;

/** Finds the first of several titles that a header has. */
export function findColumn(
  cells: readonly string[],
  names: readonly string[],
): string | undefined {
  return names.find((name) => cells.includes(name));
}

/** Finds the separator of the columns: tabs, or commas in a text without tabs. */
export function separatorOf(text: string): "\t" | "," {
  return text.includes("\t") ? "\t" : ",";
}

/** Whether a cell has a value. A dot stands for a missing value, as in BED. */
export function isKnown(cell: string): boolean {
  return cell !== "." && !isMissing(cell);
}
