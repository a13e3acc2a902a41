/** What a comparison of cell types takes and gives. */

import type { Dataset } from "../../data/dataset.ts";
import type { EngineName, EngineReport } from "../../engine/select.ts";
import type { ReconcileOptions } from "../../record.ts";
import type { OnProgress } from "../../progress.ts";

/** Options of `explainDifferences`. */
export interface DifferenceOptions extends ReconcileOptions {
  /** Names of the cell types that changes begin at, or of groups of replicates: one or more. */
  readonly from: readonly string[];
  /** Names of the cell types, or groups, that changes end at: one or more, none of them in `from`. */
  readonly to: readonly string[];
  /**
   * Places of the genes to compare in the columns' `genes`.
   *
   * @default {All that have samples on both sides}
   */
  readonly genes?: ArrayLike<number> | undefined;
  /**
   * Measured values, `[position]`; NaN where nothing was measured, and then for the gene too.
   *
   * @default {The data's labels, if they have some}
   */
  readonly measured?: ArrayLike<number> | undefined;
  /**
   * Points on each path, at most 10,000.
   *
   * @default {50}
   */
  readonly steps?: number | undefined;
  /**
   * Confidence of the intervals over the models.
   *
   * @default {0.95}
   */
  readonly confidence?: number | undefined;
  /**
   * Whether to keep the contribution of each bin of each gene, which takes much memory.
   *
   * @default {false}
   */
  readonly keepsPlaces?: boolean | undefined;
  /**
   * Where to compute.
   *
   * @default {"auto"}
   */
  readonly engine?: EngineName | undefined;
  /**
   * Threads to compute on, for engines that have threads; results do not depend on it.
   *
   * @default {all of the machine's}
   */
  readonly threads?: number | undefined;
  /**
   * Samples whose marks are added to the models' panel; for models that read one.
   *
   * @default {[]}
   */
  readonly unlabelled?: readonly Dataset[] | undefined;
  /**
   * Marks that are treated as not measured; for models that read a panel.
   *
   * @default {[]}
   */
  readonly dropMarks?: readonly string[] | undefined;
  /** Called once, before the first gene, with engine and device in words and the reason for the choice. */
  readonly onStart?: ((report: EngineReport) => void) | undefined;
  /** Called with the number of genes that are explained. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the work up, between two batches: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Measured values of genes on both sides, `[gene]` each: means over the samples of a side. */
export interface MeasuredChanges {
  /** Mean label where changes begin. */
  readonly from: Float64Array;
  /** Mean label where changes end. */
  readonly to: Float64Array;
  /** `to` less `from`. */
  readonly changes: Float64Array;
}

/** The bins of one mark in which most of its contribution lies. */
export interface CarryingSpan {
  /** Place of the mark in `marks`; −1 if the predicted change is 0, so that nothing carries it. */
  readonly mark: Int32Array;
  /** First bin of the span, `[gene]`; −1 if no bins carry the mark's contribution. */
  readonly startBin: Int32Array;
  /** The bin after the last, `[gene]`. */
  readonly endBin: Int32Array;
}

/** How genes differ between two sides, `[gene]` in all columns; positive where a gene has more at the end. */
export interface GeneDifferences {
  /** Names of the cell types that changes begin at. */
  readonly from: readonly string[];
  /** Names of the cell types that changes end at. */
  readonly to: readonly string[];
  /** Place of each gene in the data's columns. */
  readonly genes: Uint32Array<ArrayBuffer>;
  /** Samples of each gene where changes begin. */
  readonly fromSamples: Uint32Array<ArrayBuffer>;
  /** Samples of each gene where changes end. */
  readonly toSamples: Uint32Array<ArrayBuffer>;
  /** Predictions where changes begin: means over samples and models, with the gene effects of models that have them. */
  readonly fromPredictions: Float64Array<ArrayBuffer>;
  /** Predictions where changes end. */
  readonly toPredictions: Float64Array<ArrayBuffer>;
  /** Predicted changes: means over the models, in the unit of the labels. */
  readonly changes: Float64Array<ArrayBuffer>;
  /** Number of models. */
  readonly models: number;
  /** Standard deviation of the predicted change over the models, n − 1 in the denominator; absent for a single model. */
  readonly spread?: Float64Array<ArrayBuffer> | undefined;
  /**
   * Lower end of the interval in which the mean of many models that are trained like these lies, by Student's t; absent for a
   * single model. It does not hold what all of them get wrong.
   */
  readonly low?: Float64Array<ArrayBuffer> | undefined;
  /** Upper end of the interval. */
  readonly high?: Float64Array<ArrayBuffer> | undefined;
  /** Measured changes; absent without labels. */
  readonly measured?: MeasuredChanges | undefined;
  /** Names of the marks. */
  readonly marks: readonly string[];
  /** What each mark adds to the predicted change, `[gene, mark]`, over all bins. */
  readonly contributions: Float64Array<ArrayBuffer>;
  /**
   * What a panel's references, labels and statistics add, since each cell type is compared with the others; absent for models
   * that read none.
   */
  readonly context?: Float64Array<ArrayBuffer> | undefined;
  /** Predicted change less all contributions: the error of the sum along the path. */
  readonly remainders: Float64Array<ArrayBuffer>;
  /** The mark that adds most in the direction of the change, and the shortest span of bins with half of what it adds. */
  readonly carriedBy: CarryingSpan;
  /** Where places begin, as bins, and at the end the number of bins: places are bins, or the windows of a summary. */
  readonly placeBins: Uint32Array<ArrayBuffer>;
  /**
   * How the bins of each gene run, `[gene]`: 1 along transcription, −1 against it, 0 where its strand is not known.
   */
  readonly directions: Int8Array<ArrayBuffer>;
  /**
   * Mean contribution over genes by direction of the predicted change, `[down or up, place, mark]`: of genes with less at the
   * end, and of genes with more. Places run along transcription, but for genes whose strand is not known.
   */
  readonly profiles: Float64Array<ArrayBuffer>;
  /** Contributions of each place, `[gene, place, mark]`; absent unless they were asked for. */
  readonly places?: Float32Array<ArrayBuffer> | undefined;
}
