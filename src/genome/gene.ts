/**
 * Genes: where their transcription starts, and in which direction it runs.
 *
 * @module
 */

import type { GeneDetails } from "../gene_id.ts";

/** `+` if transcription runs along ascending coordinates, `-` if it runs along descending ones. */
export type Strand = "+" | "-";

/** A gene of an annotation. */
export interface Gene {
  /**
   * The gene's whole identifier as the file has it, including a version such as `.12`, but without the `gene:` or
   * `gene-` that GFF3, and files made from GFF3, put before it. Genes are joined by its `geneKey`.
   */
  readonly id: string;
  /**
   * The id of the gene, where `id` is that of one of its transcripts or windows, each of which is a sample of its own.
   * Expression is joined by it, and no split of the data separates the samples of one gene.
   */
  readonly gene?: string;
  /** The gene's symbol, such as `DPM1`, if the file has it. */
  readonly symbol?: string;
  /** The gene's number at NCBI (Entrez), if the file has it. */
  readonly entrezId?: string;
  /**
   * The gene's ids in other databases, such as `FBgn0031208` or `ENSMUSG00000092329`, if the file has them and no other
   * gene of the file shares them.
   */
  readonly aliases?: readonly string[];
  /** The kind of gene, such as `protein_coding`, if the file has it. */
  readonly type?: string;
  /** Name of the chromosome as the file has it. */
  readonly chromosome: string;
  /** Another name of the chromosome, such as `1` for `NC_051336.1`, if the file has it. */
  readonly chromosomeAlias?: string;
  /**
   * Transcription start site: the 0-based position of the first transcribed base. Of a window that was given as an
   * interval, it is the first base of the second half.
   */
  readonly tss: number;
  /** Strand of the gene; `undefined` for a window that was given without one. */
  readonly strand: Strand | undefined;
  /** Line of the file from which the gene was read, counted from 1; for messages. */
  readonly line: number;
}

/** Picks the facts that a data set keeps about a gene besides its identifier. */
export function pickGeneDetails({ gene, symbol, chromosome, tss, strand }: Gene): GeneDetails {
  return {
    ...(gene !== undefined && { gene }),
    ...(symbol !== undefined && { symbol }),
    chromosome,
    tss,
    ...(strand !== undefined && { strand }),
  };
}
