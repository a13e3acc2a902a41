/** Recognises GTF and GFF that R wrote as a data frame, with titles of columns or names of rows. */

import { unquoteCell } from "./text_lines.ts";

/** The titles that programs give the columns, in the order of the columns. */
const TITLES: readonly (readonly string[])[] = [
  ["seqname", "seqnames", "seqid", "chromosome", "chrom", "chr"],
  ["source"],
  ["feature", "type"],
  ["start"],
  ["end"],
  ["score"],
  ["strand"],
  ["frame", "phase"],
  ["attribute", "attributes", "group"],
];

const ADVICE = 'Write it with write.table(genes, "genes.gtf", sep = "\\t", quote = FALSE, ' +
  "row.names = FALSE, col.names = FALSE)";

/**
 * Whether a line has the titles of the nine columns, in their order, and no others; R calls columns V1 to V9 that were
 * read without titles.
 */
export function isGffHeader(text: string): boolean {
  return areTitles(splitPlain(text, "\t"));
}

/**
 * Says how a line shows that `write.table` wrote the file, with the row's name before its columns or with blanks between
 * them, and which call writes it so that it is read; `undefined` of other lines.
 */
export function describeGffFrame(text: string): string | undefined {
  const blanks = /^("[^"]*" ){4}\d+ \d+ /.test(text) || /^("[^"]*" ){3}\d+ \d+ /.test(text) ||
    areTitles(splitPlain(text, " "));
  if (!blanks && !hasRowName(splitPlain(text, "\t"))) return undefined;
  const found = blanks
    ? "columns are separated by blanks"
    : "the name of a row stands before its columns";
  return `${found}, as R's write.table writes them unless told otherwise, in "${
    text.slice(0, 80)
  }", expected the 9 columns of GTF or GFF3 separated by tabs. ${ADVICE}`;
}

/** Whether a row has one cell more than GTF, and places and a strand where they are after one cell. */
function hasRowName(cells: readonly string[]): boolean {
  const [, , , , start = "", end = "", , strand = ""] = cells;
  const havePlaces = [start, end].every((cell) => /^\d+$/.test(cell));
  return cells.length === TITLES.length + 1 && havePlaces && /^[-+.*?]$/.test(strand);
}

function splitPlain(text: string, separator: string): string[] {
  return text.trimEnd().split(separator).map((cell) => unquoteCell(cell.trim()));
}

function areTitles(cells: readonly string[]): boolean {
  return cells.length === TITLES.length &&
    cells.every((cell, i) => TITLES[i]!.includes(cell.toLowerCase()) || cell === `V${i + 1}`);
}
