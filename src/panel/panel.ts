import type { DataRecord } from "../record.ts";

/** A cell type of a panel. */
export interface PanelCellType {
  /** Its name, or the name that its replicates share. */
  readonly name: string;
  /** Names of its replicates that were trained on; its own name alone where there are no replicates. */
  readonly members: readonly string[];
}

/**
 * What is known of the labels of genes in cell types that a panel does not list one by one, and of which it has no marks:
 * a few numbers for each gene, small enough to be published where the data themselves are not.
 */
export interface LabelStatistics {
  /** The cell types. Labels of one alone cannot be told, so a sample of one of them is not shown these statistics. */
  readonly cellTypes: readonly PanelCellType[];
  /**
   * `[gene, statistic]`: number of cell types in which the label is known, and the mean, standard deviation, least and most
   * of these labels; all 0 without any.
   */
  readonly values: Float32Array;
}

/**
 * Number of {@linkcode LabelStatistics} of a gene.
 *
 * @example The statistics of each gene
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, keepStatistics, LABEL_STATISTICS } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 8, newGenes: 1 }).train);
 * const { statistics } = await keepStatistics(await buildPanel(data));
 * strictEqual(statistics!.values.length, 8 * LABEL_STATISTICS);
 * ```
 */
export const LABEL_STATISTICS = 5;

/**
 * What a model knows of genes in the cell types that it was trained on: summaries of their marks, and the labels of the
 * training samples. A sample's *references* are the other cell types' marks and labels of its gene; those of its own cell
 * type are never among them.
 */
export interface ReferencePanel {
  /** Keys of the genes (see `geneKey`), those with labels first. */
  readonly genes: readonly string[];
  /** The reference cell types: those that were trained on, replicates joined to one. */
  readonly cellTypes: readonly PanelCellType[];
  /** `[gene]`: 1 where windows were turned round, so that summaries run in the direction of transcription. */
  readonly turned: Uint8Array;
  /** Number of bins of the signals that were summarised. */
  readonly bins: number;
  /** Describes the counts that were summarised; the last axis of a summary is `[mark, value]` in the order of its marks. */
  readonly record: DataRecord;
  /** Summaries as bytes, `[gene, cellType, value]`; see `summaryShape`. Empty where no marks are known. */
  readonly values: Uint8Array;
  /** What a step of each value's byte is worth, `[value]`. */
  readonly scales: Float32Array;
  /** `[gene, cellType]`: 1 where the marks are known. */
  readonly present: Uint8Array;
  /** `[gene, cellType]`: mean label of the training samples, NaN where no label is known. */
  readonly labels: Float32Array;
  /** Statistics of labels in further cell types; absent from panels that list all of their cell types. */
  readonly statistics?: LabelStatistics;
  /** Mean of the known labels. */
  readonly labelMean: number;
  /** Standard deviation of the known labels; 1 if all are equal. */
  readonly labelSd: number;
  /** SHA-256 of all of this, in hexadecimal digits. */
  readonly digest: string;
}

/** A panel without its digest. */
export type PanelContent = Omit<ReferencePanel, "digest">;

/**
 * Bytes that a panel takes in memory, and nearly as many on disk.
 *
 * @param panel The panel.
 * @returns Bytes of its arrays.
 *
 * @example The size of a panel
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, panelBytes } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 8, newGenes: 1 }).train);
 * // 125 values, their presence and a label in 4 bytes, for each gene and cell type; direction of genes, and scales.
 * strictEqual(panelBytes(await buildPanel(data)), 8 * 3 * (125 + 1 + 4) + 8 + 4 * 125);
 * ```
 */
export function panelBytes(panel: ReferencePanel): number {
  const { values, scales, present, labels, turned, statistics } = panel;
  return [values, scales, present, labels, turned].reduce(
    (sum, { byteLength }) => sum + byteLength,
    statistics?.values.byteLength ?? 0,
  );
}
