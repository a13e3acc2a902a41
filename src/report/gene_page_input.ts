/** What a page about a gene shows. Only types: the page is made by `renderGenePage`. */

import type { AttributionMethod, BaselineKind } from "../explain/types.ts";
import type { DataRecord } from "../record.ts";

/** How attributions were found. */
export interface ExplanationMethod {
  /** The method. */
  readonly method: AttributionMethod;
  /** What a sample was compared with; absent for methods without a baseline of one kind. */
  readonly baseline?: BaselineKind | undefined;
  /** Number of steps between baseline and sample, of methods that take them. */
  readonly steps?: number | undefined;
  /** Number of models whose mean is shown. */
  readonly models: number;
  /**
   * What q-values compare with and which question they answer, as a whole sentence or several; absent where there is no
   * null.
   */
  readonly nullModel?: string | undefined;
  /**
   * The q-value up to which a bin is marked.
   *
   * @default {0.05}
   */
  readonly alpha?: number | undefined;
  /** Further whole sentences, such as what stays the same on the way from the baseline. */
  readonly notes?: readonly string[] | undefined;
}

/** Where a gene lies. */
export interface GenePosition {
  /** Name of the chromosome. */
  readonly chromosome: string;
  /** The base of the TSS, 0-based. */
  readonly tss: number;
  /** The strand. */
  readonly strand: "+" | "-";
}

/** A gene whose predictions are explained. */
export interface ExplainedGene {
  /** Its identifier, as the data have it. */
  readonly id: string;
  /** Its symbol, where it is known. */
  readonly symbol?: string | undefined;
  /** Where it lies, where that is known. It must agree with the windows of the data. */
  readonly position?: GenePosition | undefined;
}

/** What an edit of a sample does to its prediction. */
export interface EditEffect {
  /** What was done, such as `H3K4me3 removed`. */
  readonly edit: string;
  /** The prediction after it less the one before, in label units. */
  readonly effect: number;
  /** Ends of the interval of the effect. */
  readonly interval?: PlainInterval | undefined;
  /** A warning about it, such as that the edited sample is unlike the training data. */
  readonly note?: string | undefined;
}

/** An interval. */
export interface PlainInterval {
  /** Its lower end. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/** A gene with marks like those of the gene of the page. */
export interface LikeGene {
  /** Its identifier or symbol. */
  readonly gene: string;
  /** The cell type in which its marks are compared; absent if it is the same as the gene's. */
  readonly cellType?: string | undefined;
  /** How like the marks are, 1 at most, such as a correlation. */
  readonly similarity: number;
  /** Its prediction. */
  readonly prediction?: number | undefined;
  /** Its measured expression. */
  readonly label?: number | undefined;
}

/** What another input than the marks adds to a prediction. */
export interface InputSum {
  /** What the input is, in words, such as `DNA` or `labels of the gene in other cell types`. */
  readonly name: string;
  /** Sum of its attributions. */
  readonly sum: number;
}

/** A gene in one cell type. */
export interface GeneInCellType {
  /** Name of the cell type. */
  readonly cellType: string;
  /** The prediction, in label units: the mean over the models. */
  readonly prediction: number;
  /** An interval of the measured value. */
  readonly interval?: PlainInterval | undefined;
  /** Measured expression; absent where it is not known. */
  readonly label?: number | undefined;
  /** What the attributions are the parts of, where that is not `prediction` itself, as of a network with gene effects. */
  readonly explained?: number | undefined;
  /** The prediction for the baseline. */
  readonly baselinePrediction?: number | undefined;
  /** `[bin, mark]`: signal as it was counted; NaN of marks that were not measured. */
  readonly signal: ArrayLike<number>;
  /** `[bin, mark]`: attributions; absent if the model reads no signal. */
  readonly attributions?: ArrayLike<number> | undefined;
  /** `[bin, mark]`: standard deviations over the models. */
  readonly standardDeviations?: ArrayLike<number> | undefined;
  /** `[bin, mark]`: q-values; NaN where nothing was tested. */
  readonly qValues?: ArrayLike<number> | undefined;
  /**
   * `[base, 4]`: attributions of the letters A, C, G and T of each base, in the data's order; NaN where nothing was
   * computed. Of methods other than mutagenesis, that of the gene's own letter is shown, of mutagenesis by how much the
   * prediction falls on average if the letter becomes another.
   */
  readonly letterAttributions?: ArrayLike<number> | undefined;
  /** What inputs other than the marks add. */
  readonly otherInputs?: readonly InputSum[] | undefined;
  /** Effects of edits. */
  readonly edits?: readonly EditEffect[] | undefined;
  /** Genes with like marks, the most like first. */
  readonly likeGenes?: readonly LikeGene[] | undefined;
}

/** What the page of a gene shows. All texts are escaped. */
export interface GenePageInput {
  /** The gene. */
  readonly gene: ExplainedGene;
  /** Name of the run or model. */
  readonly run: string;
  /** What the numbers of the data are; its marks are those of the last axis. */
  readonly record: DataRecord;
  /** Number of bins. */
  readonly bins: number;
  /**
   * `[base]`: the gene's DNA as codes, A 0, C 1, G 2, T 3, and 4 where the letter is not known, in the data's order. Its
   * track is shown if the record says where the TSS lies among them.
   */
  readonly letters?: ArrayLike<number> | undefined;
  /** How attributions were found. */
  readonly method: ExplanationMethod;
  /** The gene in each cell type, in the order of the page; at least one. */
  readonly cellTypes: readonly GeneInCellType[];
  /**
   * Position of the cell type that is shown first.
   *
   * @default {0}
   */
  readonly firstShown?: number | undefined;
  /** How intervals of predictions were made, as a sentence. */
  readonly intervals?: string | undefined;
  /** How effects of edits and their intervals were found, as a sentence. */
  readonly edits?: string | undefined;
  /** How genes were compared, as a sentence. */
  readonly likeGenes?: string | undefined;
  /** Name of the index's file in the same directory, to which the page links. */
  readonly indexFile?: string | undefined;
  /** Names and versions of the programs. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}
