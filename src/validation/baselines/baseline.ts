import { Dataset } from "../../data/dataset.ts";

/** What a baseline predicts for some samples. */
export interface BaselinePrediction {
  /** Predicted label, `[position]`. */
  readonly values: Float64Array;
  /** 1 where the baseline lacked data and predicted something simpler instead, `[position]`. */
  readonly fellBack: Uint8Array;
}

/** A baseline that has learned from training samples, and from nothing else. */
export interface FittedBaseline {
  /** One line on what was learned or chosen. */
  readonly description: string;
  /**
   * Predicts samples from their cell types, genes and signal. Their labels play no part, and need not be there.
   *
   * @throws {ContractError} If signal is used and is not of the kind trained on.
   */
  predict(test: Dataset): BaselinePrediction;
}

/** A simple way to predict expression, which gives a model's error its meaning. */
export interface Baseline {
  /** Short name for tables and figures. */
  readonly name: string;
  /**
   * Learns from training samples.
   *
   * @throws {ContractError} If they have no labels.
   * @throws {RangeError} If there are too few.
   */
  fit(train: Dataset): FittedBaseline;
}

/**
 * Makes a view of the same samples without their labels: what a predictor is given, so that it cannot look.
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
