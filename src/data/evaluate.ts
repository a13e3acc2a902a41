import {
  auroc,
  byGroup,
  meanDefined,
  meanSquaredError,
  type Pairs,
  pearson,
  rSquared,
  spearman,
  splitByGroup,
} from "../metrics/mod.ts";
import { median } from "../metrics/quantile.ts";
import { checkPredictions } from "./_check_predictions.ts";
import type { Dataset } from "./dataset.ts";
import { joinReplicates } from "./sample_groups.ts";

/** How well predictions agree with labels on some samples; `null` where a metric has no answer. */
export interface Agreement {
  /** Number of samples. */
  readonly samples: number;
  /** Mean squared error; this and all that follow are `null` if there are no samples, or a prediction is not finite. */
  readonly mse: number | null;
  /** Pearson's correlation; `null` if labels or predictions do not vary. */
  readonly pearson: number | null;
  /** Spearman's rank correlation; `null` if labels or predictions do not vary. */
  readonly spearman: number | null;
  /** Coefficient of determination; `null` if the labels do not vary. */
  readonly r2: number | null;
  /** Area under the ROC curve; present only if every label of the data is 0 or 1, `null` if all are equal. */
  readonly auroc?: number | null | undefined;
}

/** {@linkcode Agreement} within one cell type. */
export interface CellTypeAgreement extends Agreement {
  /** Name of the cell type. */
  readonly cellType: string;
}

/**
 * How well predictions follow each gene across cell types: Pearson's correlation over a gene's samples, one from each
 * cell type (replicates of one have their means), summarised over the genes that have a correlation. These are the genes
 * with at least 3 samples whose labels and predictions both vary.
 */
export interface GeneAgreement {
  /** Number of genes that have a correlation. */
  readonly genes: number;
  /** Mean of the genes' correlations; `null` if no gene has one. */
  readonly meanPearson: number | null;
  /** Median of the genes' correlations; `null` if no gene has one. */
  readonly medianPearson: number | null;
}

/** The result of {@linkcode evaluatePredictions}; `JSON.stringify` keeps all of it. */
export interface Evaluation {
  /** Over all samples. */
  readonly overall: Agreement;
  /** Within each cell type that has samples, in the order of the data's cell types. */
  readonly byCellType: readonly CellTypeAgreement[];
  /** For each gene across cell types. */
  readonly byGene: GeneAgreement;
}

const FEWEST_SAMPLES_OF_A_GENE = 3;

/**
 * Pearson's correlation over one gene's samples, one from each cell type, as {@linkcode GeneAgreement} summarises it;
 * NaN for fewer than 3 samples, since two always correlate perfectly.
 */
export function correlateSamplesOfGene(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  return truth.length < FEWEST_SAMPLES_OF_A_GENE ? NaN : pearson(truth, predicted);
}

/**
 * Judges predictions against the labels of a data set: overall, for each cell type, and for each gene across
 * cell types.
 *
 * @param data Samples with labels.
 * @param predictions One number for each sample, `[position]`.
 * @returns The measures.
 * @throws {ContractError} If the data have no labels.
 * @throws {TypeError} If predictions and samples differ in number, or a prediction is no number.
 *
 * @example
 * ```ts
 * import { Dataset, evaluatePredictions } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: new Uint8Array(2),
 *   labels: Float64Array.of(0, 1),
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0, 0),
 *   genes: ["ENSG00000000003", "ENSG00000000005"],
 *   geneIndex: Uint32Array.of(0, 1),
 *   bins: 1,
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 * });
 * const { overall, byGene } = evaluatePredictions(data, [0.25, 0.75]);
 * strictEqual(overall.auroc, 1);
 * strictEqual(overall.mse, 0.0625);
 * strictEqual(byGene.meanPearson, null);
 * ```
 */
export function evaluatePredictions(data: Dataset, predictions: ArrayLike<number>): Evaluation {
  checkPredictions(data, predictions, "evaluate");
  const truth = data.labels();
  const predicted = Float64Array.from(predictions);
  const binary = truth.every((label) => label === 0 || label === 1);
  return {
    overall: agreementOf({ truth, predicted }, binary),
    byCellType: evaluateCellTypes(data, { truth, predicted, binary }),
    byGene: evaluateGenes(data, { truth, predicted }),
  };
}

/**
 * Judges predictions against labels over all samples, as {@linkcode evaluatePredictions} does.
 *
 * @param data Samples with labels.
 * @param predictions One number for each sample, `[position]`.
 * @throws {TypeError} If these are no data set, or not one number for each sample.
 */
export function measureAgreement(data: Dataset, predictions: ArrayLike<number>): Agreement {
  checkPredictions(data, predictions, "evaluate");
  const truth = data.labels();
  const binary = truth.every((label) => label === 0 || label === 1);
  return agreementOf({ truth, predicted: Float64Array.from(predictions) }, binary);
}

function agreementOf({ truth, predicted }: Pairs, binary: boolean): Agreement {
  return {
    samples: truth.length,
    mse: orNull(meanSquaredError(truth, predicted)),
    pearson: orNull(pearson(truth, predicted)),
    spearman: orNull(spearman(truth, predicted)),
    r2: orNull(rSquared(truth, predicted)),
    ...(binary && { auroc: orNull(auroc(truth, predicted)) }),
  };
}

function evaluateCellTypes(
  data: Dataset,
  { truth, predicted, binary }: Pairs & { readonly binary: boolean },
): CellTypeAgreement[] {
  const { cellTypes } = data.columns;
  const groupIndex = data.cellTypeIndices();
  return splitByGroup({ truth, predicted, groupIndex, groupCount: cellTypes.length })
    .map((pairs, index) => ({
      cellType: cellTypes[index]!,
      ...agreementOf(pairs, binary),
    }))
    .filter(({ samples }) => samples > 0);
}

function evaluateGenes(data: Dataset, { truth, predicted }: Pairs): GeneAgreement {
  const joined = joinReplicates(data, [truth, predicted]);
  const genes = data.geneIndices();
  const correlations = byGroup(correlateSamplesOfGene, {
    truth: joined.columns[0]!,
    predicted: joined.columns[1]!,
    groupIndex: joined.positions.map((position) => genes[position]!),
    groupCount: data.columns.genes.length,
  }).filter((r) => !Number.isNaN(r));
  return {
    genes: correlations.length,
    meanPearson: orNull(meanDefined(correlations)),
    medianPearson: orNull(median(correlations)),
  };
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
