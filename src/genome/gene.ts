/**
 * A gene as this package needs it: where its transcription starts, and in which direction.
 *
 * @module
 */

import type { GeneDetails } from "../gene_id.ts";

/** `+` where transcription runs with the coordinates, `-` where against them. */
export type Strand = "+" | "-";

/** A gene of an annotation. */
export interface Gene {
  /**
   * The gene's whole identifier as the file has it, a version such as `.12` included; without the `gene:` or `gene-`
   * that GFF3, and what is made of it, puts before it. `geneKey` of it is what genes are joined by.
   */
  readonly id: string;
  /** Its name, such as `DPM1`, where the file tells. */
  readonly symbol?: string;
  /** Its number at NCBI (Entrez), where the file tells. */
  readonly entrezId?: string;
  /**
   * Its ids in other databases, such as `FBgn0031208` or `ENSMUSG00000092329`, where the file tells and no other gene of
   * the file has them.
   */
  readonly aliases?: readonly string[];
  /** What kind of gene it is, such as `protein_coding`, where the file tells. */
  readonly type?: string;
  /** Name of the chromosome as the file has it. */
  readonly chromosome: string;
  /** Another name of the chromosome, such as `1` of `NC_051336.1`, where the file tells. */
  readonly chromosomeAlias?: string;
  /** Transcription start site: the 0-based position of the first transcribed base. */
  readonly tss: number;
  /** Strand of the gene. */
  readonly strand: Strand;
  /** Line of the file it was read from, counted from 1; for messages. */
  readonly line: number;
}

/** What a data set keeps of a gene besides its identifier. */
export function detailsOf({ symbol, chromosome, tss, strand }: Gene): GeneDetails {
  return { ...(symbol !== undefined && { symbol }), chromosome, tss, strand };
}
