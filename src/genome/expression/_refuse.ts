/** Recognises files that users mistake for tables of expression, and refuses them. */

import { failLine, type Line, lineText } from "../../text/lines.ts";

interface Lookalike {
  /** Matches the first lines, joined by line feeds. */
  readonly start: RegExp;
  readonly found: string;
}

/** STAR counts reads in three ways: for unstranded libraries, and for the first or second read on the transcript. */
const STAR =
  "it is STAR's ReadsPerGene, which has three columns of counts for different kinds of " +
  "libraries; expected one. Take yours: cut -f 1,2 for unstranded libraries, cut -f 1,3 if the " +
  "first read is on the transcript's strand, cut -f 1,4 if the second is (as in dUTP libraries)";

const LOOKALIKES: readonly Lookalike[] = [
  { start: /^N_(?:unmapped|multimapping|noFeature|ambiguous)\t\d+\t\d+\t\d+/, found: STAR },
  { start: /^[^\t\n]+\t\d+\t\d+\t\d+\n(?:.*\n)*N_(?:unmapped|noFeature)\t\d+\t\d+\t/, found: STAR },
  {
    start: /^"?Status"?[\t,].*\n"?(?:Assigned|Unassigned)/,
    found: "it is featureCounts' summary, which has numbers of reads but no genes: expected the " +
      "table in the same directory, whose name lacks .summary",
  },
  {
    start: /^%%MatrixMarket/,
    found:
      "it is a sparse matrix, as programs for single cells write it: expected genes × cell types",
  },
  { start: /^\s*<(?:!DOCTYPE|html|\?xml)/i, found: "it is a web page or XML: expected a table" },
  { start: /^\s*[{[]/, found: "it is JSON: expected a table" },
  {
    start: /^(?:#.*\n)*[^\t\n]+\t[^\t\n]+\t[^\t\n]+\t\d+\t\d+\t[^\t\n]+\t[-+.?]\t[.012]\t/,
    found:
      "it is GTF or GFF, expected a table: of StringTie what -A writes, of Cufflinks genes.fpkm_tracking",
  },
  {
    start: /^(?:#.*\n)*[^\t\n]+\t\d+\t\d+\t[^\t\n]+\t[^\t\n]+\t[-+.][\t\n]/,
    found: "it begins with a row of BED, expected a line with the names of the columns before it",
  },
];

/** nf-core's pipelines write tables of gene lengths that look like tables of expression. */
const LENGTHS = /\.(?:gene|transcript)_lengths?(?:_\w+)?\.tsv(?:\.gz)?$/;

/** Throws if a file's first lines or name show that it holds something other than expression. */
export function refuseByName(head: readonly [Line, ...Line[]], file: string): void {
  const fail = (found: string): never =>
    failLine(file, head[0], `Cannot read expression table: ${found}`);
  const start = head.slice(0, 8).map((line) => lineText(line).slice(0, 2000)).join("\n") + "\n";
  const lookalike = LOOKALIKES.find((known) => known.start.test(start));
  if (lookalike !== undefined) fail(lookalike.found);
  if (LENGTHS.test(file)) fail("its name says that it holds lengths, expected expression");
}
