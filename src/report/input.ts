import type { Agreement, CellTypeAgreement } from "../data/evaluate.ts";
import type { LargeError } from "../data/largest_errors.ts";
import type { Loss } from "../model/spec.ts";
import type { ExpressionTransform } from "../record.ts";
import type { ArmsOfRegime, RegimeEvaluation } from "../validation/mod.ts";

/** Loss, learning rate and throughput of one epoch; an `EpochRecord` of a training run has these fields. */
export interface EpochPoint {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** Loss on the validation data after the epoch. */
  readonly validationLoss?: number | undefined;
  /** Adam's learning rate in the epoch. */
  readonly learningRate?: number | undefined;
  /** Training samples per second. */
  readonly samplesPerSecond?: number | undefined;
}

/** The epochs of one fold of a cross-validation. */
export interface FoldHistory {
  /** Number of the fold, from 1. */
  readonly fold: number;
  /** One entry for each epoch. */
  readonly history: readonly EpochPoint[];
}

/** A mean over folds, and the standard deviation between them; `null` where there are too few values. */
export interface FoldSpread {
  /** The mean. */
  readonly mean: number | null;
  /** The standard deviation. */
  readonly sd: number | null;
}

/** How a model did in the folds of a cross-validation on samples of one regime. */
export interface FoldRegimeScores {
  /** What is new about the samples. */
  readonly regime: "newGene" | "newCellType" | "bothNew" | "bothSeen";
  /** Number of samples in all folds. */
  readonly samples: number;
  /** Mean squared error. */
  readonly mse: FoldSpread;
  /** Pearson's correlation. */
  readonly pearson: FoldSpread;
  /** Area under the ROC curve; only if the labels are classes. */
  readonly auroc?: FoldSpread | undefined;
  /** Mean squared error of each gene's mean, which needs no model. */
  readonly geneMeanMse: FoldSpread;
}

/** Measured values and their predictions, one pair for each sample. */
export interface PredictionPairs {
  /** Measured expression, `[sample]`. */
  readonly measured: ArrayLike<number>;
  /** Predicted expression, `[sample]`. */
  readonly predicted: ArrayLike<number>;
}

/** How well a model did on some labelled samples. */
export interface ReportEvaluation {
  /** Name of the samples, as a phrase that can follow "On", such as `the training data`. */
  readonly samplesName: string;
  /** Agreement over all samples. */
  readonly overall: Agreement;
  /** Agreement within each cell type. */
  readonly byCellType?: readonly CellTypeAgreement[] | undefined;
  /** The samples. There may be many, since figures count them in bins. */
  readonly pairs?: PredictionPairs | undefined;
  /** The samples with the largest errors, largest first. */
  readonly largestErrors?: readonly LargeError[] | undefined;
}

/** Final figures of one experiment. */
export interface ExperimentRow {
  /** Name of its preset, such as `experiment1`. */
  readonly name: string;
  /** Number of weights. */
  readonly parameters: number;
  /** Mean squared error on the training data, in label units squared. */
  readonly trainMse: number | null;
  /** Mean squared error on the test data, in label units squared; `null` without test data. */
  readonly testMse: number | null;
  /** Pearson's correlation on the training data. */
  readonly pearson: number | null;
  /** Pearson's correlation on the test data. */
  readonly testPearson?: number | null | undefined;
  /** For a classifier, the area under the ROC curve on the training data. */
  readonly trainAuroc?: number | null | undefined;
  /** For a classifier, the area under the ROC curve on the test data. */
  readonly testAuroc?: number | null | undefined;
  /** Training time, in seconds. */
  readonly seconds: number;
}

/** The content of a report as plain data. A part that is absent has no section in the page. */
export interface ReportInput {
  /** Name of the run: the page's title. */
  readonly run: string;
  /** A sentence or two below the title. */
  readonly summary?: string | undefined;
  /**
   * Sentences below the summary that the reader should know about the run, such as that its data have changed since.
   */
  readonly notes?: readonly string[] | undefined;
  /**
   * Whether the data are the competition's own. Only then are the published values shown beside ours, since on other
   * data they cannot be compared.
   *
   * @default {false}
   */
  readonly onCompetitionData?: boolean | undefined;
  /**
   * The loss that training minimised.
   *
   * @default {"meanSquaredError"}
   */
  readonly loss?: Loss | undefined;
  /** How expression became labels, from the data record: the page says what a unit of the labels is. */
  readonly expressionTransform?: ExpressionTransform | undefined;
  /** The run's `config.json`, or any other object of settings; nested settings are shown with dotted names. */
  readonly configuration?: Readonly<Record<string, unknown>> | undefined;
  /** Epochs of a training run. */
  readonly history?: readonly EpochPoint[] | undefined;
  /** Epochs of a cross-validation. */
  readonly folds?: readonly FoldHistory[] | undefined;
  /** Scores of a cross-validation by regime. */
  readonly foldScores?: readonly FoldRegimeScores[] | undefined;
  /** Mean squared error of a cross-validation's three regimes in the competition's proportions. */
  readonly foldMix?: FoldSpread | undefined;
  /** The evaluation of the model. */
  readonly evaluation?: ReportEvaluation | undefined;
  /** Errors by regime, with baselines: the result of `evaluateRegimes`. */
  readonly regimes?: RegimeEvaluation | undefined;
  /** What DNA adds by regime: the result of `compareArms`. */
  readonly arms?: readonly ArmsOfRegime[] | undefined;
  /** The experiments, in the order of the figure. */
  readonly experiments?: readonly ExperimentRow[] | undefined;
}
