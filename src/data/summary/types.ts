/** What a data set looks like, in numbers that fit on a page however large it is. */

import type { DataRecord } from "../../record.ts";
import type { GroupedAxis } from "./_columns_of_bins.ts";

export type { GroupedAxis };

/** One mark in one cell type. */
export interface TrackSummary {
  /** Name of the cell type. */
  readonly cellType: string;
  /** Name of the mark. */
  readonly mark: string;
  /** Number of genes that the cell type has. */
  readonly samples: number;
  /** Sum of the counts over all genes and bins. A read counts in each bin that it overlaps. */
  readonly total: number;
  /** Mean count of a bin. */
  readonly mean: number;
  /** Largest count of a bin. */
  readonly largest: number;
  /** Share of the genes without any signal, 0 to 1. */
  readonly emptyShare: number;
  /** Share of the bins whose count is 0, 0 to 1. */
  readonly zeroShare: number;
  /** Mean count at each place of the window, `[bin]`. */
  readonly profile: Float64Array;
}

/** What the rows of a heat map are sorted by, highest first. */
export type HeatMapOrder = "label" | "signal";

/** The signal of genes around their TSS, each gene's mean over the cell types. */
export interface HeatMaps {
  /** Number of genes that are shown. */
  readonly genes: number;
  /** What the genes are sorted by: their mean label or, without labels, their signal, each mark weighing the same. */
  readonly order: HeatMapOrder;
  /** Number of rows; each is the mean of neighbouring genes in that order. */
  readonly rows: number;
  /** Number of columns, and the bins that each is the mean of. */
  readonly columns: GroupedAxis;
  /** Mean counts of each mark, `[row, column]` row-major, in the order of the record's marks; NaN where nothing was measured. */
  readonly marks: readonly Float64Array[];
}

/** What scale labels have, as far as they show it. */
export type LabelScale =
  | "constant"
  | "classes"
  | "counts"
  | "differences"
  | "logarithms"
  | "signed logarithms"
  | "plain values"
  | "other";

/** The labels of one cell type. */
export interface LabelSummary {
  /** Name of the cell type. */
  readonly cellType: string;
  /** The labels, in no particular order. */
  readonly values: ArrayLike<number>;
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation. */
  readonly deviation: number;
  /** The least, the quartiles and the largest. */
  readonly quartiles: readonly [number, number, number, number, number];
  /** Share of the labels that are 0, 0 to 1. */
  readonly zeroShare: number;
  /** Share of the labels that are integers, 0 to 1. */
  readonly integerShare: number;
  /** Share of the labels below 0, 0 to 1. */
  readonly negativeShare: number;
  /** The scale that they most likely have. */
  readonly scale: LabelScale;
}

/** Correlations of labels between cell types. */
export interface LabelCorrelations {
  /** Number of genes that were compared; of more, these were chosen by a fixed rule. */
  readonly genes: number;
  /** Names of the cell types. */
  readonly cellTypes: readonly string[];
  /** Pearson's correlation, `[cellType, cellType]` row-major; NaN where it is not defined. */
  readonly values: Float64Array;
}

/**
 * What a data set looks like. Values of the signal are counts whatever transform the data carry: where they hold
 * logarithms, these were undone.
 */
export interface DataSummary {
  /** What the numbers are. */
  readonly record: DataRecord;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of samples. */
  readonly samples: number;
  /** Number of genes. */
  readonly genes: number;
  /** The cell types, in the order of the data. */
  readonly cellTypes: readonly string[];
  /** The marks that were measured in each cell type, `[cellType, mark]`. */
  readonly tracks: readonly TrackSummary[];
  /** The signal of genes around their TSS. */
  readonly heatMaps: HeatMaps;
  /** The labels of each cell type; empty if there are no labels. */
  readonly labels: readonly LabelSummary[];
  /** Correlations of labels between cell types; missing for one cell type, without labels, and for very many. */
  readonly correlations?: LabelCorrelations | undefined;
}
