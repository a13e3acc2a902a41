import type { PackedArray } from "../base/arrays.ts";
import type { GeneDetails } from "../gene_id.ts";
import type { DataRecord } from "../record.ts";

/**
 * Samples as columns: what every reader of binned histone data returns. A sample is one gene in one cell
 * type. Build a `Dataset` from it to subset, fold and train.
 */
export interface SampleColumns {
  /** Histone signal, `[sample, bin, mark]` row-major, as in the file (counts, unless the record says more). */
  readonly signal: PackedArray;
  /** Measured expression or class, `[sample]`; absent where the file has none. */
  readonly labels: Float64Array | undefined;
  /** Names of the cell types, in the order of the file. */
  readonly cellTypes: readonly string[];
  /** For each sample its position in `cellTypes`. */
  readonly cellTypeIndex: Uint32Array;
  /**
   * Identifiers of the genes, no two of one gene, in order of first appearance. They are whole, such as
   * `ENSG00000000419.14`; genes of different files are matched by `geneKey`.
   */
  readonly genes: readonly string[];
  /** What else is known of each gene, `[gene]`, in the order of `genes`; absent where the file does not tell. */
  readonly geneDetails?: readonly GeneDetails[];
  /** For each sample its position in `genes`. */
  readonly geneIndex: Uint32Array;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** What the numbers are; `record.marks` names the last axis. */
  readonly record: DataRecord;
}
