/** Genes in BED: one a line, its id in the name column, coordinates 0-based and half-open. */

import { failLine, type Line, lineText } from "../text/lines.ts";
import { type GeneRow, parsePosition, readStrand } from "./_make_gene.ts";

/** The strand is the sixth column. */
const COLUMNS = 6;

/** Reads a line of BED; `undefined` for the lines that tell a browser how to show the track. */
export function parseBedLine(line: Line, file: string): GeneRow | undefined {
  const text = lineText(line);
  if (isTrackLine(text) || text.trim() === "") return undefined;
  const columns = splitBed(text);
  if (columns.length < COLUMNS) {
    failLine(
      file,
      line,
      `Cannot read gene: ${columns.length} columns, expected at least ${COLUMNS} separated by tabs ` +
        "(chromosome, start, end, name, score, strand)",
    );
  }
  const [chromosome, startText, endText, id, , strand] = columns;
  return {
    id: id === "." ? undefined : id.trim(),
    chromosome,
    start: parsePosition(startText, "start", { line, file, least: 0 }),
    end: parsePosition(endText, "end", { line, file, least: 0 }),
    strand: readStrand(strand),
    line: line.number,
  };
}

/** The columns of a line of BED, between tabs, or between blanks where the strand shows that these are meant. */
export function splitBed(text: string): string[] {
  if (text.includes("\t")) return text.split("\t");
  const columns = text.trim().split(/ +/);
  const isCertain = columns.length >= COLUMNS && /^(?:[-+.?]|[-+]?1)$/.test(columns[5]) &&
    [columns[1], columns[2]].every((column) => /^\d+$/.test(column));
  return isCertain ? columns : [text];
}

/** Whether a line of BED is a heading of the UCSC browser. */
export function isTrackLine(text: string): boolean {
  return /^(track|browser)(\s|$)/.test(text);
}
