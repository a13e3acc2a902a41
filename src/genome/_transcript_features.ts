/** Which lines of GTF and GFF3 tell which gene a transcript is of, for genes as for transcripts. */

import type { Attributes } from "./_attributes.ts";
import { stripGenePrefix } from "./id_prefixes.ts";

/** Parts of transcripts that lie within their exons or coding sequence. */
const INNER_PARTS = /codon$|utr$|^intron$|^Selenocysteine$/i;

/** Whether a feature of GTF is a part of a transcript whose exons or coding sequence tell the same and more. */
export function isInnerPart(kind: string): boolean {
  return INNER_PARTS.test(kind);
}

/** Whether a feature of GFF3 is a transcript, such as `mRNA` or `lnc_RNA`. */
export function isTranscriptKind(kind: string): boolean {
  return /(?:transcript|RNA)$/i.test(kind);
}

/**
 * The `ID` of what a transcript of GFF3 is part of, or the gene that an attribute tells where no parent does: where that
 * is the gene's symbol, its `locus_tag` is the id.
 */
export function parentOf(attributes: Attributes): string | undefined {
  const id = attributes.all("Parent").at(0) ?? attributes.first("geneID", "gene_id");
  const hasSymbol = attributes.first("gene") !== undefined;
  return id ?? (hasSymbol ? attributes.first("locus_tag", "gene") : undefined);
}

/** The gene that a transcript of GFF3 says it is of. */
export function parentGene(attributes: Attributes): string | undefined {
  const id = parentOf(attributes);
  return id === undefined ? undefined : stripGenePrefix(id);
}

/** What a transcript of GFF3 is called; some have no `ID`. */
export function transcriptOf(attributes: Attributes): string | undefined {
  return attributes.first("ID", "transcript_id");
}
