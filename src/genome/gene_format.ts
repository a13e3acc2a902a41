/**
 * The formats of genes, and how they are read.
 *
 * @module
 */

import type { TssRule } from "../record.ts";
import type { Gene } from "./gene.ts";
import type { AbortOptions } from "../progress.ts";

/**
 * A format of genes. `genepred` stands for UCSC's tables of transcripts, including refFlat. A `table` is separated by
 * tabs or commas. It has either the header `gene_id chrom tss strand`, with a 0-based `tss` and optional columns
 * `symbol`, `type` and `entrez_id`, or the columns of BioMart, whose positions are 1-based, or bounds of genes whose
 * columns say where positions begin: SAF, and data frames of R's GRanges, which have a width.
 */
export type GeneFormat = "gtf" | "gff3" | "bed" | "genepred" | "table";

/** Every {@linkcode GeneFormat}. */
export const GENE_FORMATS: readonly GeneFormat[] = ["gtf", "gff3", "bed", "genepred", "table"];

/** What the windows around the genes of an annotation can be centred on. */
export type AnnotationTss = Exclude<TssRule, "bed">;

/** Options for reading a file of genes. */
export interface ReadGenesOptions extends AbortOptions {
  /**
   * The file's format.
   *
   * @default {The format that the file's first lines show.}
   */
  readonly format?: GeneFormat | undefined;
  /**
   * Types of the genes to take, such as `protein_coding`, in upper or lower case.
   *
   * @default {All types.}
   */
  readonly geneTypes?: readonly string[] | undefined;
  /**
   * What the windows are to be centred on: the 5' end of each gene; that of the gene's canonical transcript, by the tags
   * `MANE_Select`, `Ensembl_canonical` and `RefSeq Select` of GTF and GFF3; or that of every transcript, each of which is
   * then returned as a `Gene` of its own whose `gene` is the id of its gene.
   *
   * @default {"gene"}
   */
  readonly tss?: AnnotationTss | undefined;
  /**
   * The gene of each transcript by its `transcriptKey`, as `readTranscriptGenes` returns it, for every transcript of a
   * BED, which does not name genes.
   */
  readonly transcriptGenes?: ReadonlyMap<string, string> | undefined;
  /**
   * Called with warnings: one for each reason for which genes are left out, with their number and an example, and one
   * for each oddity of the file that does not prevent reading it.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The contents of a file of genes. */
export interface Annotation {
  /** The genes in the order of the file. */
  readonly genes: Gene[];
  /**
   * The assembly according to the file's header, or to the lengths or accession numbers of its chromosomes: UCSC's
   * name, such as `hg38`, or the file's name for it if UCSC's is not known.
   */
  readonly assembly?: string | undefined;
}
