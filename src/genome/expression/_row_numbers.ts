/** Columns of numbers and of text among the first rows of a table, and row names that only count the rows. */

import { parseDecimalText } from "../../text/numbers.ts";
import { isMissing } from "../missing.ts";
import { isTitleOfEntrez, isTitleOfRowNames } from "./_formats.ts";
import { isBareNumber } from "./_gene_names.ts";
import type { Columns } from "./_layout.ts";

/**
 * The columns of a table whose first column holds numbers. R and pandas number the rows, and the numbers go with the rows
 * when these are sorted or filtered. They are no names of genes where other columns name these, under whatever title.
 */
export function nameBesideRowNumbers(
  columns: Columns,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Columns {
  const { names, values } = columns;
  const areRowNumbers = names.includes(0) && !isTitleOfEntrez(titles[0]) && rows.length > 0 &&
    rows.every(([cell]) => isBareNumber(cell));
  if (!areRowNumbers) return columns;
  const texts = names.length > 1 ? [] : values.filter(({ column }) => isText(rows, column));
  const others = [
    ...texts.map(({ column }) => column),
    ...names.filter((column) => column !== 0),
  ];
  if (others.length === 0) return columns;
  return {
    ...columns,
    // Below other titles there may be ids that are numbers.
    names: isTitleOfRowNames(titles[0]) ? others : [...others, 0],
    values: values.filter((value) => !texts.includes(value)),
  };
}

/** Whether a column holds numbers only, but for missing values, in some rows. */
export function areNumbers(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? "");
  return cells.some(isNumber) && cells.every((cell) => isNumber(cell) || isMissing(cell));
}

/** Whether a column holds more texts than numbers, such as symbols, some of which a spreadsheet made numbers of. */
function isText(rows: readonly (readonly string[])[], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? "").filter((cell) => !isMissing(cell));
  return cells.filter(isNumber).length * 2 < cells.length;
}

/** Whether a cell holds a number. */
export function isNumber(cell: string): boolean {
  return !Number.isNaN(parseDecimalText(cell));
}
