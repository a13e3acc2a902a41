/** The genes of a table's rows. */

import type { Gene } from "../gene.ts";
import type { GeneIndex, Naming } from "./_gene_index.ts";

/** The gene of each row, and how it was found. */
export interface RowGenes {
  /** The index of each row's gene, or NONE, SEVERAL or JOINT. */
  readonly genes: Int32Array;
  /** The names by which the rows were found. */
  readonly names: readonly string[];
  readonly naming: Naming | "transcript";
  /** Number of genes that were found. */
  readonly found: number;
}

/** Options of `findRowGenes`. */
export interface FindRowGenesOptions {
  readonly genes: readonly Gene[];
  readonly index: GeneIndex;
  /** Returns the gene of each transcript, by its `transcriptKey`. */
  readonly transcripts?: (() => Promise<ReadonlyMap<string, string>>) | undefined;
}
