/** Genes in BED: one a line, its id in the name column, coordinates 0-based and half-open. */

import type { Line } from "../io/_lines.ts";
import { makeGene, parsePosition } from "./_make_gene.ts";
import { failLine, lineText } from "./_text_lines.ts";
import type { Gene } from "./gene.ts";

/** The strand is the sixth column. */
const COLUMNS = 6;

/** Reads a line of BED; `undefined` for the lines that tell a browser how to show the track. */
export function parseBedLine(line: Line, file: string): Gene | undefined {
  const text = lineText(line);
  if (isTrackLine(text)) return undefined;
  const columns = text.split("\t");
  if (columns.length < COLUMNS) {
    failLine(
      file,
      line,
      `Cannot read gene: ${columns.length} columns, expected at least ${COLUMNS} separated by tabs ` +
        "(chromosome, start, end, name, score, strand)",
    );
  }
  const [chromosome, startText, endText, id, , strand] = columns;
  const start = parsePosition(startText, "start", { line, file, least: 0 });
  const end = parsePosition(endText, "end", { line, file, least: 0 });
  return makeGene({ id: id === "." ? "" : id, chromosome, start, end, strand }, line, file);
}

/** Whether a line of BED is a heading of the UCSC browser. */
export function isTrackLine(text: string): boolean {
  return /^(track|browser)(\s|$)/.test(text);
}
