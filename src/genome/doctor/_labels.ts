/** The statistics of labels that the checks use. */

import type { SampleColumns } from "../../io/columns.ts";
import { upperMedian } from "../../metrics/quantile.ts";
import { hashColumns } from "./_hash.ts";

/**
 * Labels with at most this many different values, each for two genes or more on average, are classes without a scale.
 */
const MOST_CLASSES = 5;

/** The labels of one cell type. */
export interface LabelStatistics {
  readonly cellType: string;
  /** The group of the cell type, which it shares with its replicates. */
  readonly group: string;
  /** Labels of the genes of the data, `[gene]`; NaN for genes that the cell type lacks. */
  readonly values: Float64Array;
  /** Number of genes with a label. */
  readonly samples: number;
  readonly mean: number;
  readonly median: number;
  readonly deviation: number;
  /** Third standardised moment: 0 for a symmetric distribution, 0.3 to 1.1 for log2(RPKM + 1), above 10 for RPKM. */
  readonly skewness: number;
  /** Skewness of the labels' absolute values without zeros. */
  readonly magnitudeSkewness: number;
  /** Fourth standardised moment less 3: 0 for the normal distribution. */
  readonly excessKurtosis: number;
  readonly least: number;
  readonly largest: number;
  /** Number of labels below zero. */
  readonly negative: number;
  /** Number of labels that are zero. */
  readonly zeros: number;
  /** Whether every label is an integer. */
  readonly areIntegers: boolean;
  /** Whether the labels are classes rather than a quantity. */
  readonly areClasses: boolean;
  /** A fingerprint, which is equal for labels that are the same in every gene. */
  readonly fingerprint: string;
}

/** Computes the statistics of every cell type with labels. */
export function gatherLabels(columns: SampleColumns): LabelStatistics[] {
  const { labels, cellTypes, cellTypeIndex, genes, geneIndex } = columns;
  if (labels === undefined) return [];
  const byCellType = cellTypes.map(() => new Float64Array(genes.length).fill(NaN));
  for (const [row, label] of labels.entries()) {
    byCellType[cellTypeIndex[row]!]![geneIndex[row]!] = label;
  }
  const { cellTypeGroups = cellTypes } = columns;
  return cellTypes.map((cellType, i) => ({
    cellType,
    group: cellTypeGroups[i]!,
    ...describeLabels(byCellType[i]!),
  }))
    .filter(({ samples }) => samples > 0);
}

function describeLabels(values: Float64Array): Omit<LabelStatistics, "cellType" | "group"> {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const { mean, deviation, skewness, excessKurtosis } = measureShape(sorted);
  return {
    values,
    samples: sorted.length,
    mean,
    median: upperMedian(sorted),
    deviation,
    skewness,
    magnitudeSkewness: measureShape(sorted.filter((value) => value !== 0).map(Math.abs)).skewness,
    excessKurtosis,
    least: sorted[0] ?? NaN,
    largest: sorted.at(-1) ?? NaN,
    negative: sorted.filter((value) => value < 0).length,
    zeros: sorted.filter((value) => value === 0).length,
    areIntegers: sorted.every(Number.isInteger),
    areClasses: countDistinct(sorted) <= Math.min(MOST_CLASSES, sorted.length / 2),
    fingerprint: hashColumns([values]),
  };
}

/**
 * Computes the mean and standardised moments. If all values are the same, the moments are those of a normal
 * distribution.
 */
function measureShape(values: Float64Array) {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  let [squares, cubes, fourths] = [0, 0, 0];
  for (const value of values) {
    const distance = value - mean;
    squares += distance ** 2 / count;
    cubes += distance ** 3 / count;
    fourths += distance ** 4 / count;
  }
  const varies = squares > 0;
  return {
    mean,
    deviation: Math.sqrt(squares),
    skewness: varies ? cubes / squares ** 1.5 : 0,
    excessKurtosis: varies ? fourths / squares ** 2 - 3 : 0,
  };
}

function countDistinct(sorted: Float64Array): number {
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  return count;
}
