import type { Dataset } from "../data/dataset.ts";
import { type Axis, cellTypeAxis, geneAxis } from "./axis.ts";

/** The labels of training samples as a table. */
export interface ExpressionTable {
  /** The training cell types. */
  readonly cellTypes: Axis;
  /** The training genes. */
  readonly genes: Axis;
  /** Expression, `[cell type, gene]`: the mean of several samples, such as replicates', NaN if the sample is missing. */
  readonly values: Float64Array;
  /** Mean label of all samples. */
  readonly overallMean: number;
}

/**
 * Puts labels into a table.
 *
 * @throws {ContractError} If the data have no labels.
 * @throws {RangeError} If there are no samples.
 */
export function makeExpressionTable(train: Dataset): ExpressionTable {
  const labels = train.labels();
  if (labels.length === 0) {
    throw new RangeError("Cannot learn from training data: there are 0 samples, expected some");
  }
  const cellTypes = cellTypeAxis(train);
  const genes = geneAxis(train);
  const values = new Float64Array(cellTypes.names.length * genes.names.length);
  const counts = new Uint32Array(values.length);
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const place = cellTypes.placeOfRow[row]! * genes.names.length + genes.placeOfRow[row]!;
    values[place]! += labels[row]!;
    counts[place]!++;
    sum += labels[row]!;
  }
  // A missing value becomes 0 / 0, which is NaN.
  for (let place = 0; place < values.length; place++) values[place]! /= counts[place]!;
  return { cellTypes, genes, values, overallMean: sum / labels.length };
}

/** Computes the mean of each gene over the cell types that have it, `[gene]`. */
export function geneMeans({ cellTypes, genes, values }: ExpressionTable): Float64Array {
  const geneCount = genes.names.length;
  return Float64Array.from(genes.names, (_, gene) => {
    let sum = 0;
    let count = 0;
    for (let cellType = 0; cellType < cellTypes.names.length; cellType++) {
      const value = values[cellType * geneCount + gene]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return sum / count;
  });
}
