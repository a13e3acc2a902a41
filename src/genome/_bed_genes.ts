/** Reads genes in BED: one gene per line, its id in the name column, coordinates 0-based and half-open. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";
import { unquoteCell } from "./text_lines.ts";
import { isTrackLine } from "./track_lines.ts";

/** The strand is the sixth column. */
const COLUMNS = 6;
/** In UCSC's bigGenePred, the gene and its type are the eighteenth and the last of twenty columns. */
const BIG_GENE_PRED = { columns: 20, gene: 17 } as const;

/** EPDnew's promoters: BED of eight columns, whose rows have 60 bases, and the thick part the last 11 of them. */
const PROMOTER = { columns: 8, widthBp: 60, thickBp: 11 } as const;
const PROMOTER_NAME = /_\d+$/;

/** Fewer rows of one width prove nothing. */
const CERTAIN_ROWS = 20;
/** Programs that widen intervals clip a few at the ends of chromosomes, so that not all rows have one width. */
const CERTAIN_SHARE = 0.95;

/** Looks whether nearly all rows of a file have one width, as windows around starts have and genes do not. */
export class RowWidths {
  #rows = 0;
  /** Number of rows of each width. */
  readonly #counts = new Map<number, number>();

  add({ start, end }: GeneRow): void {
    this.#rows++;
    this.#counts.set(end - start, (this.#counts.get(end - start) ?? 0) + 1);
  }

  /** Says what is odd about the rows; `undefined` if they differ, or are starts of one base. */
  describe(): string | undefined {
    if (this.#rows < CERTAIN_ROWS) return undefined;
    const least = CERTAIN_SHARE * this.#rows;
    const [width, count] = [...this.#counts].find(([, count]) => count >= least) ?? [];
    if (width === undefined || count === undefined || width <= 1) return undefined;
    const [rows, alike, bases] = [this.#rows, count, width].map((n) => n.toLocaleString("en-US"));
    const which = alike === rows ? `${rows} rows` : `${alike} of ${rows} rows`;
    return `has ${which} of ${bases} bp each, as windows and promoters are, and not genes: the start of a gene is ` +
      "taken to be the first base of its row. If that is not where its transcription starts, give a table of gene_id, " +
      "chrom, tss and strand; windows as they are go to prepare's --windows";
  }
}

/** Throws if a row is a promoter of EPDnew, whose first base is not the start of its gene. */
function refusePromoter(columns: readonly string[], line: Line, file: string): void {
  if (columns.length !== PROMOTER.columns || !PROMOTER_NAME.test(columns[3] ?? "")) return;
  const [start, end, thickStart, thickEnd] = [1, 2, 6, 7].map((column) => Number(columns[column]));
  const isAtEnd = columns[5] === "-" ? thickStart === start : thickEnd === end;
  if (end! - start! !== PROMOTER.widthBp || thickEnd! - thickStart! !== PROMOTER.thickBp) return;
  if (!isAtEnd) return;
  failLine(
    file,
    line,
    "Cannot read gene: it looks like a promoter of EPDnew, 60 bases around a start of transcription, which is the " +
      "first base of its thick part, expected genes. A table of each gene's first promoter serves: awk " +
      `'BEGIN {OFS="\\t"; print "gene_id", "chrom", "tss", "strand"} sub(/_1$/, "", $4) ` +
      `{print $4, $1, $6 == "+" ? $7 : $8 - 1, $6}'`,
  );
}

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
  refusePromoter(columns, line, file);
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
