/** Recognises columns of numbers and of text in the first rows of a table, and row names that only count the rows. */

import { parseDecimalText } from "../../text/numbers.ts";
import { isMissing } from "../missing.ts";
import { isTitleOfEntrez, isTitleOfRowNames } from "./_formats.ts";
import { isBareNumber } from "./_gene_names.ts";
import type { Columns } from "./_layout.ts";

/**
 * Corrects the columns of a table whose first column holds numbers. R and pandas number the rows, and the numbers stay
 * with the rows when these are sorted or filtered. They are not names of genes if other columns name these under any
 * title.
 */
export function nameBesideRowNumbers(
  columns: Columns,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Columns {
  const { names, values } = columns;
  const [title = ""] = titles;
  const areRowNumbers = names.includes(0) && !isTitleOfEntrez(title) && rows.length > 0 &&
    rows.every(([cell = ""]) => isBareNumber(cell));
  if (!areRowNumbers) return columns;
  const texts = names.length > 1 ? [] : values.filter(({ column }) => isText(rows, column));
  const others = [
    ...texts.map(({ column }) => column),
    ...names.filter((column) => column !== 0),
  ];
  if (others.length === 0) return columns;
  return {
    ...columns,
    // Under other titles the numbers may be ids.
    names: isTitleOfRowNames(title) ? others : [...others, 0],
    values: values.filter((value) => !texts.includes(value)),
  };
}

/** Whether a column holds only numbers and missing values in the given rows. */
export function areNumbers(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? "");
  return cells.some(isNumber) && cells.every((cell) => isNumber(cell) || isMissing(cell));
}

/** Whether a column holds more texts than numbers: a spreadsheet may have turned some symbols into numbers. */
function isText(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? "").filter((cell) => !isMissing(cell));
  return cells.filter(isNumber).length * 2 < cells.length;
}

/** Whether a cell holds a number. */
export function isNumber(cell: string): boolean {
  return !Number.isNaN(parseDecimalText(cell));
}
