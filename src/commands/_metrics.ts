/** Formats metrics as text. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Agreement, Evaluation } from "../data/evaluate.ts";
import type { LargeError } from "../data/largest_errors.ts";
import { findEqualSignal } from "../data/silent_marks.ts";
import { formatGene } from "../gene_id.ts";
import type { EnsembleComparison } from "../training/ensemble.ts";

/** Formats agreement as one line: MSE, correlations, R² and, for classes, the area under the ROC curve. */
export function formatAgreement(agreement: Agreement): string {
  const { mse, pearson, spearman, r2, auroc, samples } = agreement;
  return [
    `MSE ${formatMetric(mse)}`,
    `Pearson r ${formatMetric(pearson)}`,
    `Spearman ${formatMetric(spearman)}`,
    `R² ${formatMetric(r2)}`,
    auroc === undefined ? undefined : `AUROC ${formatMetric(auroc)}`,
    formatCountOf(samples, "sample"),
  ].filter((part) => part !== undefined).join(", ");
}

/** Formats a table with one line for each cell type, then the genes' correlations. */
export function formatEvaluation({ overall, byCellType, byGene }: Evaluation): string {
  const width = Math.max(...byCellType.map(({ cellType }) => cellType.length));
  const lines = byCellType.map((row) => `  ${row.cellType.padEnd(width)}  ${formatAgreement(row)}`);
  const genes = byGene.genes === 0
    ? "Across cell types: no gene has the 3 samples that a correlation needs"
    : `Across cell types: median r ${formatMetric(byGene.medianPearson)} over ${
      formatCountOf(byGene.genes, "gene")
    }`;
  return [`Overall: ${formatAgreement(overall)}`, ...lines, genes].join("\n");
}

/** Formats the samples with the largest errors, one on each line. */
export function formatLargestErrors(errors: readonly LargeError[]): string {
  const lines = errors.map(({ gene, symbol, cellType, measured, predicted }) =>
    `  ${formatGene(gene, { symbol })} in ${cellType}: measured ${formatMetric(measured)}, ` +
    `predicted ${formatMetric(predicted)}`
  );
  return ["Farthest off:", ...lines].join("\n");
}

/** Formats a line for each member of an ensemble, and one with what averaging gained over a single model. */
export function formatEnsemble({ members, ensemble, one, gain }: EnsembleComparison): string {
  const lines = members.map((agreement, i) => `  member ${i + 1}: ${formatAgreement(agreement)}`);
  return [
    ...lines,
    `  one of them, on average: MSE ${formatMetric(one.mse)}, Pearson r ${
      formatMetric(one.pearson)
    }`,
    `  averaged prediction: MSE ${formatMetric(ensemble.mse)}, Pearson r ` +
    `${formatMetric(ensemble.pearson)}; gain ${formatMetric(gain.mse)} and ` +
    formatMetric(gain.pearson),
  ].join("\n");
}

/** Formats a metric with four decimals, or as `n/a` where it has no answer. */
export function formatMetric(value: number | null): string {
  return value === null ? "n/a" : value.toFixed(4);
}

/** Warns if all predictions are equal, like those of a model that learnt nothing, or of samples that do not differ. */
export function warnIfConstant(predicted: ArrayLike<number>, data: Dataset): void {
  const first = predicted[0];
  if (predicted.length < 2 || Array.prototype.some.call(predicted, (value) => value !== first)) {
    return;
  }
  console.warn(
    `warning: every prediction is ${first}. ${REASONS[findEqualSignal(data) ?? "none"]}`,
  );
}

/** Why all predictions are equal, and what to do. */
const REASONS = {
  zero:
    "All signal of these data is 0, so it does not tell samples apart: look at the files and windows that it was " +
    "counted from",
  equal:
    "All samples of these data have the same signal, which does not tell them apart: look at how it was made",
  none:
    "The model did not learn from its input: try a lower learning rate, more epochs or --transform log1p",
} as const;
