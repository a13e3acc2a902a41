/** Reads tables that name the gene of each transcript, such as tximport's `tx2gene`. */

import { isEnsemblGeneId } from "../gene_id.ts";
import { isMissing } from "./missing.ts";
import { separatorOf } from "./_table_cells.ts";
import { splitCells, type TableSeparator } from "./table_columns.ts";
import { isTranscriptId } from "./transcript_id.ts";

/** GTF and GFF3 have eight columns or more, and genePred ten; a wider table must begin with ids that these never begin with. */
const MOST_COLUMNS = 7;
const TRANSCRIPT_TITLE = /transcript|^tx|^target/i;
const GENE_TITLE = /gene/i;

/** Which columns of a table hold transcripts and genes. */
export interface TranscriptTable {
  readonly separator: TableSeparator;
  readonly transcript: number;
  readonly gene: number;
  /** Whether the first line holds titles. */
  readonly hasHeader: boolean;
}

/** Recognises a table by its first line; `undefined` if that is the line of another format. */
export function detectTranscriptTable(text: string): TranscriptTable | undefined {
  const separator = separatorOf(text);
  const cells = splitCells(text, separator);
  if (cells.length < 2 || (cells.length > MOST_COLUMNS && !isPair(cells))) return undefined;
  // BED has digits in its second and third columns.
  if (/^\d+$/.test(cells[1] ?? "")) return undefined;
  const transcript = cells.findIndex((cell) =>
    TRANSCRIPT_TITLE.test(cell) && !isTranscriptId(cell)
  );
  const titled = cells.findIndex((cell, i) => i !== transcript && GENE_TITLE.test(cell));
  if (transcript >= 0 && titled >= 0) {
    return { separator, transcript, gene: titled, hasHeader: true };
  }
  const [first = "", second = ""] = cells;
  if (isEnsemblGeneId(first) && isPlaced(cells)) return undefined;
  const isReversed = isEnsemblGeneId(first) || isTranscriptId(second);
  // Without titles, only ids that are known to be of transcripts or genes tell a table from a damaged file.
  if (!isReversed && !isTranscriptId(first) && !isEnsemblGeneId(second)) return undefined;
  return isReversed
    ? { separator, transcript: 1, gene: 0, hasHeader: false }
    : { separator, transcript: 0, gene: 1, hasHeader: false };
}

/** Whether a row begins with a transcript and its gene, in either order, as those of kallisto's `t2g.txt` with eight columns do. */
function isPair([first = "", second = ""]: readonly string[]): boolean {
  return [[first, second], [second, first]].some(([transcript = "", gene = ""]) =>
    isTranscriptId(transcript) && isEnsemblGeneId(gene)
  );
}

/** Whether a gene's id is followed by where the gene is, as in tables of genes and in SAF, and not by a transcript. */
function isPlaced([, second = "", third = "", ...others]: readonly string[]): boolean {
  return !isTranscriptId(second) && /^\d+$/.test(third) &&
    others.some((cell) => /^[-+]$/.test(cell));
}

/** Reads a row; `undefined` if a name is missing. */
export function readTranscriptRow(
  text: string,
  { separator, transcript, gene }: TranscriptTable,
): { readonly transcript: string; readonly gene: string } | undefined {
  const cells = splitCells(text, separator);
  const [own = "", of = ""] = [cells[transcript], cells[gene]];
  return isMissing(own) || isMissing(of) ? undefined : { transcript: own, gene: of };
}
