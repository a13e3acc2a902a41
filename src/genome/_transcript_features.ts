/** Recognises the features of GTF and GFF3 that name the gene of a transcript. */

import type { Attributes } from "./_attributes.ts";
import { stripGenePrefix } from "./id_prefixes.ts";

/** Parts of transcripts within the exons or the coding sequence. */
const INNER_PARTS = /codon$|utr$|^intron$|^Selenocysteine$/i;

/** Whether a feature of GTF is a part of the exons or the coding sequence of its transcript, whose lines are enough. */
export function isInnerPart(kind: string): boolean {
  return INNER_PARTS.test(kind);
}

/** Whether a feature of GTF says nothing about where its gene starts. Where a file has no exons, its UTRs do. */
export function isInsideGene(kind: string): boolean {
  return isInnerPart(kind) && !/utr$/i.test(kind);
}

/** Whether a feature of GTF cannot show where transcription starts: its coding sequence, or what follows it. */
export function isCodingPart(kind: string): boolean {
  return /^(?:CDS|(?:three_prime_?|3_?'?)utr)$/i.test(kind);
}

/** Whether a feature of GFF3 is a transcript, such as `mRNA` or `lnc_RNA`. */
export function isTranscriptKind(kind: string): boolean {
  return /(?:transcript|RNA)$/i.test(kind);
}

/**
 * Finds the `ID` of the parent of a transcript in GFF3 or, without a parent, the gene in another attribute. If that
 * attribute is the gene's symbol, the `locus_tag` is the id.
 */
export function parentOf(attributes: Attributes): string | undefined {
  const id = attributes.all("Parent").at(0) ?? attributes.first("geneID", "gene_id");
  const hasSymbol = attributes.first("gene") !== undefined;
  return id ?? (hasSymbol ? attributes.first("locus_tag", "gene") : undefined);
}

/** Finds the gene that a transcript of GFF3 names. */
export function parentGene(attributes: Attributes): string | undefined {
  const id = parentOf(attributes);
  return id === undefined ? undefined : stripGenePrefix(id);
}

/** Finds the name of a transcript in GFF3; some transcripts have no `ID`. */
export function transcriptOf(attributes: Attributes): string | undefined {
  return attributes.first("ID", "transcript_id");
}
