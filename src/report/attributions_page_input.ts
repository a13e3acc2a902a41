/** What a page about the attributions of many genes shows. Only types: the page is made by `renderAttributionsPage`. */

import type { DataRecord } from "../record.ts";
import type { ExplanationMethod } from "./gene_page_input.ts";

/** Means over the samples of a group, with intervals of the means. */
export interface MeanProfile {
  /** `[bin, mark]`: the means; NaN where nothing was computed. */
  readonly mean: ArrayLike<number>;
  /** `[bin, mark]`: lower ends of the intervals of the means over genes. */
  readonly low?: ArrayLike<number> | undefined;
  /** `[bin, mark]`: upper ends. */
  readonly high?: ArrayLike<number> | undefined;
}

/** Samples of like expression. */
export interface ExpressionGroupProfile {
  /** What they are, such as `lowest third`. */
  readonly name: string;
  /** Number of samples. */
  readonly samples: number;
  /** Mean attributions. */
  readonly attributions: MeanProfile;
  /** `[bin, mark]`: mean signal as it was counted. */
  readonly signal: ArrayLike<number>;
  /** `[bin, mark]`: share of the samples whose q-value marks the bin, 0 to 1. */
  readonly markedShare?: ArrayLike<number> | undefined;
}

/** What the null has by chance. */
export interface NullBand {
  /** `[bin, mark]`: lower ends of the band of means. */
  readonly low: ArrayLike<number>;
  /** `[bin, mark]`: upper ends. */
  readonly high: ArrayLike<number>;
}

/** What the page over all genes shows. All texts are escaped. */
export interface AttributionsPageInput {
  /** Name of the run or model. */
  readonly run: string;
  /** What the numbers of the data are; its marks are those of the last axis. */
  readonly record: DataRecord;
  /** Number of bins. */
  readonly bins: number;
  /** How attributions were found. */
  readonly method: ExplanationMethod;
  /** Number of genes. */
  readonly genes: number;
  /** Number of cell types. */
  readonly cellTypes: number;
  /** Samples by their expression, lowest first: one to six groups. */
  readonly groups: readonly ExpressionGroupProfile[];
  /** By what the samples are grouped, as a sentence. */
  readonly grouping?: string | undefined;
  /** How intervals were made, as a sentence. */
  readonly intervals?: string | undefined;
  /** The band of the null; what it is stands in `method.nullModel`. */
  readonly nullBand?: NullBand | undefined;
  /** Name of the index's file in the same directory, to which the page links. */
  readonly indexFile?: string | undefined;
  /** Names and versions of the programs. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}
