/** Reads genes in BED: one gene per line, its id in the name column, coordinates 0-based and half-open. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";
import { unquoteCell } from "./text_lines.ts";
import { isTrackLine } from "./track_lines.ts";

/** The strand is the sixth column. */
const COLUMNS = 6;
/** In UCSC's bigGenePred, the gene and its type are the eighteenth and the last of twenty columns. */
const BIG_GENE_PRED = { columns: 20, gene: 17 } as const;

/** Reads a line of BED. Returns `undefined` for blank lines and lines for genome browsers. */
export function parseBedLine(line: Line, file: string): GeneRow | undefined {
  const text = lineText(line);
  if (isTrackLine(line) || text.trim() === "") return undefined;
  const columns = splitBed(text);
  if (columns.length < COLUMNS) {
    failLine(
      file,
      line,
      `Cannot read gene: ${columns.length} columns, expected at least ${COLUMNS} separated by tabs ` +
        "(chromosome, start, end, name, score, strand)",
    );
  }
  const [chromosome = "", startText, endText, id = ".", , strand = ""] = columns;
  return {
    id: id === "." ? undefined : id.trim(),
    gene: columns.length === BIG_GENE_PRED.columns
      ? columns[BIG_GENE_PRED.gene]?.trim() || undefined
      : undefined,
    chromosome,
    start: parsePosition(startText, "start", { line, file, least: 0 }),
    end: parsePosition(endText, "end", { line, file, least: 0 }),
    strand: readStrand(strand),
    line: line.number,
  };
}

/**
 * Splits a line of BED at tabs, or at blanks if the numbers and the strand show that blanks separate the columns. Quotes
 * around a column, which R writes, are left out.
 */
export function splitBed(text: string): string[] {
  if (text.includes("\t")) return text.split("\t").map(unquoteCell);
  const columns = text.trim().split(/ +/).map(unquoteCell);
  const [, start = "", end = "", , , strand = ""] = columns;
  const isCertain = /^(?:[-+.?]|[-+]?1)$/.test(strand) &&
    [start, end].every((column) => /^\d+$/.test(column));
  return isCertain ? columns : [text];
}
