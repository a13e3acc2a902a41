import type { PackedArray } from "../base/arrays.ts";
import type { GeneSequences } from "../base/sequences.ts";
import type { GeneDetails } from "../gene_id.ts";
import type { DataRecord } from "../record.ts";
import type { SignalValues } from "./signal_values.ts";
import type { StoredSignal } from "./stored_signal.ts";

/**
 * Samples as columns, as every reader of binned histone data returns them. A sample is one gene in one cell
 * type. Make a `Dataset` of them to take subsets and folds and to train.
 */
export interface SampleColumns {
  /**
   * Histone signal as it is stored, `[sample, bin, mark]` row-major: the file's values or, with `signalValues`, the
   * counts of which they are the logarithms. The values are counts, unless the record names a transform.
   * `Dataset.signalOf` has a sample's values, `Dataset.countsOf` its counts. Of data that do not fit into memory it is a
   * {@linkcode StoredSignal}; `inMemory` narrows it to an array.
   */
  readonly signal: PackedArray | StoredSignal;
  /**
   * The value for which each stored count stands, `[count]`: ln(1 + count), rounded as it is in the file. Then the
   * record's transform is `log1p`, and `signal` holds integers up to 65,535, in 1 or 2 bytes instead of the file's 4 or
   * 8. Missing where the values themselves are stored.
   */
  readonly signalValues?: SignalValues | undefined;
  /** Measured expression or class, `[sample]`; `undefined` where the file has no labels. */
  readonly labels: Float64Array | undefined;
  /** Names of the cell types, in the order of the file. */
  readonly cellTypes: readonly string[];
  /** The place in `cellTypes` of each sample's cell type, `[sample]`. */
  readonly cellTypeIndex: Uint32Array;
  /**
   * The group of each cell type, in the order of `cellTypes`. Cell types of one group, such as the replicates `liver.1`
   * and `liver.2` of `liver`, are never separated when data are split. Missing if each is a group by itself.
   */
  readonly cellTypeGroups?: readonly string[] | undefined;
  /**
   * Which marks were measured, `[cellType, mark]` row-major in the order of `cellTypes` and `record.marks`: 1 for a mark
   * that was measured in the cell type, 0 for one that was not and whose signal is 0. Missing if all were measured.
   */
  readonly markMask?: Uint8Array | undefined;
  /**
   * Identifiers of the genes in order of first appearance, each gene once. They are whole, such as
   * `ENSG00000000419.14`; genes of different files are matched by `geneKey`.
   */
  readonly genes: readonly string[];
  /** What else is known about each gene, in the order of `genes`; missing where the file does not say. */
  readonly geneDetails?: readonly GeneDetails[] | undefined;
  /**
   * The DNA around the TSS of each gene, in the order of `genes`; missing if the data have no sequences. What it is,
   * `record.sequence` says. `Dataset.sequenceOf` has a sample's bases.
   */
  readonly sequences?: GeneSequences | undefined;
  /** The place in `genes` of each sample's gene, `[sample]`. */
  readonly geneIndex: Uint32Array;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** What the numbers are; `record.marks` names the last axis. */
  readonly record: DataRecord;
}

/** Columns whose signal is in memory, as readers of files return them. */
export interface PackedColumns extends SampleColumns {
  /** The signal; see {@linkcode SampleColumns}. */
  readonly signal: PackedArray;
}
