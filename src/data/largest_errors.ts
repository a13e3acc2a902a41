import type { OptionKind } from "../base/option_names.ts";
import { checkInteger } from "../base/check_integer.ts";
import { plainOptions } from "../base/plain_options.ts";
import { checkPredictions } from "./_check_predictions.ts";
import type { Dataset } from "./dataset.ts";

/** A sample whose prediction is far from its label. */
export interface LargeError {
  /** Whole identifier of its gene. */
  readonly gene: string;
  /** The gene's symbol, where known. */
  readonly symbol?: string | undefined;
  /** Name of its cell type. */
  readonly cellType: string;
  /** The measured value, in the label's unit. */
  readonly measured: number;
  /** The predicted value, in the label's unit. */
  readonly predicted: number;
}

/** Options of {@linkcode largestErrors}. */
export interface LargestErrorsOptions {
  /**
   * Number of samples to return at most.
   *
   * @default {5}
   */
  readonly count?: number | undefined;
}

const OPTIONS = { count: "number" } as const satisfies Record<
  keyof LargestErrorsOptions,
  OptionKind
>;

/**
 * Finds the samples whose predictions are farthest from their labels, farthest first; samples with equal errors are in
 * the order of the data.
 *
 * @param data Samples with labels.
 * @param predictions One number for each sample, `[position]`.
 * @param options Number of samples.
 * @returns The samples.
 * @throws {ContractError} If the data have no labels.
 * @throws {TypeError} If these are no data set, or not one number for each sample, or an option is misspelt.
 * @throws {RangeError} If `count` is no integer of at least 0.
 *
 * @example
 * ```ts
 * import { Dataset, largestErrors } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 5, bins: 2 }).train);
 * const predictions = data.labels().map((label, i) => i === 3 ? label + 2 : label);
 * const [worst] = largestErrors(data, predictions, { count: 1 });
 * strictEqual(worst?.gene, data.geneOf(3));
 * ```
 */
export function largestErrors(
  data: Dataset,
  predictions: ArrayLike<number>,
  options: LargestErrorsOptions = {},
): LargeError[] {
  const action = "find the largest errors";
  checkPredictions(data, predictions, action);
  const { count = 5 } = plainOptions(options, { action, kinds: OPTIONS });
  checkInteger(count, { action, name: "count", least: 0 });
  const labels = data.labels();
  return findLargest(errorsOf(labels, predictions), count).map((position) => {
    const symbol = data.geneDetailsOf(position)?.symbol;
    return {
      gene: data.geneOf(position),
      ...(symbol !== undefined && { symbol }),
      cellType: data.cellTypeOf(position),
      measured: labels[position]!,
      predicted: predictions[position]!,
    };
  });
}

function errorsOf(labels: Float64Array, predictions: ArrayLike<number>): Float64Array {
  return labels.map((label, position) => Math.abs(predictions[position]! - label));
}

/**
 * Finds the positions of the largest errors, largest first. Few are kept, so each is inserted at its place among them.
 */
function findLargest(errors: Float64Array, count: number): number[] {
  const kept: number[] = [];
  const isLarger = (error: number, place: number) => error > errors[kept[place]!]!;
  for (const [position, error] of errors.entries()) {
    if (kept.length === count && !isLarger(error, count - 1)) continue;
    let place = kept.length;
    while (place > 0 && isLarger(error, place - 1)) place--;
    kept.splice(place, 0, position);
    kept.length = Math.min(kept.length, count);
  }
  return kept;
}
