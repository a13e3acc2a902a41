import type { Dataset } from "./dataset.ts";

/** A sample whose prediction is far from its label. */
export interface LargeError {
  /** Whole identifier of its gene. */
  readonly gene: string;
  /** The gene's symbol, where known. */
  readonly symbol?: string;
  /** Name of its cell type. */
  readonly cellType: string;
  /** What was measured, in the label's unit. */
  readonly measured: number;
  /** What was predicted, in the label's unit. */
  readonly predicted: number;
}

/**
 * The samples whose predictions are farthest from their labels, farthest first; of equal ones the first in the data.
 *
 * @param data Samples with labels.
 * @param predictions One number a sample, `[position]`.
 * @param count How many at most.
 * @throws {ContractError} If the data have no labels.
 *
 * @example
 * ```ts
 * import { Dataset, largestErrors } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 5, bins: 2 }).train);
 * const predictions = data.labels().map((label, i) => i === 3 ? label + 2 : label);
 * deepStrictEqual(largestErrors(data, predictions, 1)[0].gene, data.geneOf(3));
 * ```
 */
export function largestErrors(
  data: Dataset,
  predictions: ArrayLike<number>,
  count = 5,
): LargeError[] {
  const labels = data.labels();
  return farthest(labels, predictions, count).map((position) => {
    const symbol = data.geneDetailsOf(position)?.symbol;
    return {
      gene: data.geneOf(position),
      ...(symbol !== undefined && { symbol }),
      cellType: data.cellTypeOf(position),
      measured: labels[position],
      predicted: predictions[position],
    };
  });
}

/** Positions of the largest differences, largest first: few of many, so each is put in its place among those kept. */
function farthest(labels: Float64Array, predictions: ArrayLike<number>, count: number): number[] {
  const kept: number[] = [];
  const errorOf = (position: number) => Math.abs(predictions[position] - labels[position]);
  for (let position = 0; position < labels.length; position++) {
    if (kept.length === count && !(errorOf(position) > errorOf(kept[count - 1]))) continue;
    let place = kept.length;
    while (place > 0 && errorOf(position) > errorOf(kept[place - 1])) place--;
    kept.splice(place, 0, position);
    kept.length = Math.min(kept.length, count);
  }
  return kept;
}
