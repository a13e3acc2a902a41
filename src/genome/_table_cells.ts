/** Cells of tables of genes. */

import { isMissing } from "./missing.ts";
import type { TableSeparator } from "./table_columns.ts";

/** The columns that a table of genes must have. */
export const TABLE_COLUMNS = ["gene_id", "chrom", "tss", "strand"] as const;

/** Finds the first of several titles that a header has. */
export function findColumn(
  cells: readonly string[],
  names: readonly string[],
): string | undefined {
  return names.find((name) => cells.includes(name));
}

/** Attributes of GTF and GFF3, whose columns may have lost their tabs. No title of a column has such. */
const ATTRIBUTES = /[^;\s]\s+"|=/;

/** A cell between quotes. */
const QUOTED = /"[^"]*"/g;

/**
 * Finds the separator of the columns: tabs, or in a text without tabs commas, or semicolons if they come first, as spreadsheets
 * write them where a comma stands in numbers. Between commas a cell may hold semicolons, such as one of synonyms.
 */
export function separatorOf(text: string): TableSeparator {
  if (text.includes("\t")) return "\t";
  const [first] = /[,;]/.exec(text.replace(QUOTED, "")) ?? [];
  return first === ";" && !ATTRIBUTES.test(text) ? ";" : ",";
}

/** Whether a cell has a value. A dot stands for a missing value, as in BED. */
export function isKnown(cell: string): boolean {
  return cell !== "." && !isMissing(cell);
}
