/** Tells the formats of genes from each other by their first lines. */

import type { Line } from "../text/lines.ts";
import { hasPowerOfTen } from "../text/numbers.ts";
import { isGff3Style } from "./_attributes.ts";
import { splitBed } from "./_bed_genes.ts";
import { splitGenePred } from "./_gene_pred.ts";
import { isTableHeader } from "./_table_genes.ts";
import type { GeneFormat } from "./gene_format.ts";
import { unquoteCell } from "./text_lines.ts";

const [HASH, QUOTE] = [35, 34];

/** Whether a line is a comment. Spreadsheets put comments that contain commas in quotes. */
export function isComment({ bytes, start }: Line): boolean {
  return bytes[start] === HASH || (bytes[start] === QUOTE && bytes[start + 1] === HASH);
}

/** Detects the format from a file's first line of data. */
export function detectFormat(text: string): GeneFormat | undefined {
  const columns = text.split("\t").map((column) => unquoteCell(column.trim()));
  if (isTableHeader(text)) return "table";
  // BED is tested before GFF, since a BED file may have nine columns with digits wherever GFF has them.
  const [, start, end] = splitBed(text);
  if (isPlace(start) && isPlace(end)) return "bed";
  if (splitGenePred(text) !== undefined) return "genepred";
  const [, , , gffStart, gffEnd, , , , attributes] = columns;
  if (attributes === undefined || !isPlace(gffStart) || !isPlace(gffEnd)) return undefined;
  return isGff3Style(attributes) ? "gff3" : "gtf";
}

/** Whether a line is GTF or GFF3 but lacks the attributes that show which, such as the line of a chromosome. */
export function tellsNoFormat(text: string): boolean {
  const columns = text.split("\t");
  const [, source, kind, start, end, , , , attributes = ""] = columns;
  return (columns.length === 8 || columns.length === 9) && !isPlace(source) && isPlace(start) &&
    isPlace(end) && ["", "."].includes(attributes.trim()) && kind !== "gene";
}

/** Whether a cell is a place. One with a power of ten shows the format, too; reading it says what is wrong with it. */
function isPlace(text: string | undefined): boolean {
  return text !== undefined && (/^\d+$/.test(text.trim()) || hasPowerOfTen(text));
}
