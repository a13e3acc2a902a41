/** Files that are taken for tables of expression, refused by name. */

import { failLine, type Line, lineText } from "../../text/lines.ts";

interface Lookalike {
  /** What the first lines are like, joined by line feeds. */
  readonly start: RegExp;
  readonly found: string;
}

/** STAR counts reads three times, as if no, the first or the second strand were that of the transcript. */
const STAR = "it is STAR's ReadsPerGene, which has three columns of counts for the kinds of " +
  "libraries; expected one. Take yours: cut -f 1,2 for unstranded libraries, cut -f 1,3 where the " +
  "first read is on the transcript's strand, cut -f 1,4 where the second is (as in dUTP libraries)";

const LOOKALIKES: readonly Lookalike[] = [
  { start: /^N_(?:unmapped|multimapping|noFeature|ambiguous)\t\d+\t\d+\t\d+/, found: STAR },
  { start: /^[^\t\n]+\t\d+\t\d+\t\d+\n(?:.*\n)*N_(?:unmapped|noFeature)\t\d+\t\d+\t/, found: STAR },
  {
    start: /^"?Status"?[\t,].*\n"?(?:Assigned|Unassigned)/,
    found: "it is featureCounts' summary, which has numbers of reads and no genes: expected the " +
      "table beside it, whose name lacks .summary",
  },
  {
    start: /^%%MatrixMarket/,
    found: "it is a sparse matrix, as programs for single cells write: expected genes × cell types",
  },
  { start: /^\s*<(?:!DOCTYPE|html|\?xml)/i, found: "it is a web page or XML: expected a table" },
  { start: /^\s*[{[]/, found: "it is JSON: expected a table" },
];

/** nf-core's pipelines write lengths of genes as they write their expression. */
const LENGTHS = /\.(?:gene|transcript)_lengths?(?:_\w+)?\.tsv(?:\.gz)?$/;

/** Throws if a file's first lines or name show that it holds something else than expression. */
export function refuseByName(head: readonly Line[], file: string): void {
  const fail = (found: string): never =>
    failLine(file, head[0], `Cannot read expression table: ${found}`);
  const start = head.slice(0, 8).map((line) => lineText(line).slice(0, 2000)).join("\n") + "\n";
  const lookalike = LOOKALIKES.find((known) => known.start.test(start));
  if (lookalike !== undefined) fail(lookalike.found);
  if (LENGTHS.test(file)) fail("its name says that it holds lengths, expected expression");
}
