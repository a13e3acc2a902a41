/** Distributions of labels in bins that all cell types share. */

import type { LabelSummary } from "../data/summary/types.ts";
import { quantile } from "../metrics/quantile.ts";
import { chooseBins, countInBins } from "./histogram.ts";

const MOST_BINS = 60;
const LEAST_BINS = 12;
/** Labels outside these quantiles are counted in the outermost bins. */
const SHOWN = [0.001, 0.999] as const;

/** The distribution of the labels of each cell type. */
export interface LabelCurves {
  /** Width of a bin, in units of the label. */
  readonly step: number;
  /** The middle of each bin. */
  readonly positions: readonly number[];
  /** Shares of the genes, `[cellType][bin]`. */
  readonly curves: readonly (readonly number[])[];
}

/** Counts the labels of each cell type in bins. */
export function labelCurves(labels: readonly LabelSummary[]): LabelCurves {
  const bins = chooseBins([shownRange(labels)], binsFor(labels));
  const { start, step, count } = bins;
  return {
    step,
    positions: Array.from({ length: count }, (_, bin) => start + (bin + 0.5) * step),
    curves: labels.map(({ values }) =>
      Array.from(countInBins(values, bins), (found) => found / values.length)
    ),
  };
}

/** Few bins for few genes, or most would hold one. */
function binsFor(labels: readonly LabelSummary[]): number {
  const genes = labels.reduce((most, { values }) => Math.max(most, values.length), 0);
  return Math.min(MOST_BINS, Math.max(LEAST_BINS, Math.round(2 * Math.sqrt(genes))));
}

/** The range of all labels but for the outermost. */
function shownRange(labels: readonly LabelSummary[]): number[] {
  let [least, most] = [Infinity, -Infinity];
  for (const { values } of labels) {
    const sorted = Float64Array.from(values).sort();
    least = Math.min(least, quantile(sorted, SHOWN[0]));
    most = Math.max(most, quantile(sorted, SHOWN[1]));
  }
  return [least, most];
}
