/** Recognises rows of data frames of R's GRanges, which look like BED and are not. */

/** What such rows are, and what to write instead. */
export const RANGE_FRAME =
  "a data frame of GRanges, whose starts count from 1 and whose fourth column is the width, expected the ranges as " +
  'export(ranges, "name.bed") or "name.bedGraph" of rtracklayer writes them';

/**
 * Whether a row has the width of its interval, counted from 1, and a strand after its place. In BED these columns have a
 * name and a score, which is no strand.
 */
export function isOfRangeFrame(row: string): boolean {
  const [, start = "", end = "", width = "", strand = ""] = row.split(/\s+/, 5);
  return /^[*+-]$/.test(strand) && /^\d+$/.test(width) &&
    Number(end) - Number(start) + 1 === Number(width);
}
