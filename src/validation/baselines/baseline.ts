import { Dataset } from "../../data/dataset.ts";

/** The predictions of a baseline for some samples. */
export interface BaselinePrediction {
  /** Predicted label, `[position]`. */
  readonly values: Float64Array;
  /** 1 for each sample for which the baseline lacked data and predicted something simpler, `[position]`. */
  readonly fellBack: Uint8Array;
}

/** A baseline that has learned from training samples alone. */
export interface FittedBaseline {
  /** A line about what was learned or chosen. */
  readonly description: string;
  /**
   * Predicts samples from their cell types, genes and signal. Their labels are not used and may be missing.
   *
   * @throws {ContractError} If signal is used and is of another kind than that of the training samples.
   */
  predict(test: Dataset): BaselinePrediction;
}

/** A simple way to predict expression, with which a model's error is compared. */
export interface Baseline {
  /** Short name for tables and figures. */
  readonly name: string;
  /**
   * Learns from training samples.
   *
   * @throws {ContractError} If the samples have no labels.
   * @throws {RangeError} If there are too few samples.
   */
  fit(train: Dataset): FittedBaseline;
}

/**
 * Makes a view of the same samples without their labels, to give to a predictor that must not see them.
 *
 * @param data The samples.
 * @returns The same samples in the same order.
 *
 * @example Labels that are hidden
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { hideLabels } from "@waka/histone/validation";
 * import { throws } from "node:assert";
 *
 * const { eval: columns } = simulateColumns({ cellTypes: 2, genes: 3, bins: 4, newGenes: 1 });
 * throws(() => hideLabels(new Dataset(columns)).labels(), { name: "ContractError" });
 * ```
 */
export function hideLabels(data: Dataset): Dataset {
  return new Dataset({ ...data.columns, labels: undefined }, data.rows);
}
