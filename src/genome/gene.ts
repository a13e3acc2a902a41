/**
 * A gene as this package needs it: where its transcription starts, and in which direction it runs.
 *
 * @module
 */

import type { GeneDetails } from "../gene_id.ts";

/** `+` where transcription runs with the coordinates, `-` where it runs against them. */
export type Strand = "+" | "-";

/** A gene of an annotation. */
export interface Gene {
  /**
   * The gene's whole identifier as the file has it, including a version such as `.12`, but without the `gene:` or
   * `gene-` that GFF3, and files made from GFF3, put before it. Genes are joined by its `geneKey`.
   */
  readonly id: string;
  /** The gene's name, such as `DPM1`, where the file tells it. */
  readonly symbol?: string;
  /** The gene's number at NCBI (Entrez), where the file tells it. */
  readonly entrezId?: string;
  /**
   * The gene's ids in other databases, such as `FBgn0031208` or `ENSMUSG00000092329`, where the file tells them and no
   * other gene of the file has them.
   */
  readonly aliases?: readonly string[];
  /** The kind of gene, such as `protein_coding`, where the file tells it. */
  readonly type?: string;
  /** Name of the chromosome as the file has it. */
  readonly chromosome: string;
  /** Another name of the chromosome, such as `1` for `NC_051336.1`, where the file tells it. */
  readonly chromosomeAlias?: string;
  /** Transcription start site: the 0-based position of the first transcribed base. */
  readonly tss: number;
  /** Strand of the gene. */
  readonly strand: Strand;
  /** Line of the file that the gene was read from, counted from 1; for messages. */
  readonly line: number;
}

/** Picks what a data set keeps about a gene besides its identifier. */
export function pickGeneDetails({ symbol, chromosome, tss, strand }: Gene): GeneDetails {
  return { ...(symbol !== undefined && { symbol }), chromosome, tss, strand };
}
