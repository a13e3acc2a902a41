/**
 * What an explanation is: how much each value that a network reads adds to its prediction.
 *
 * @module
 */

import type { InputName } from "../model/spec.ts";

/**
 * How attributions are found.
 *
 * - `gradient`: the derivative of the prediction by each value.
 * - `input-x-gradient`: that derivative times the value.
 * - `integrated-gradients`: the mean derivative on the straight way from a baseline to the sample, times what the value
 *   differs by (Sundararajan, Taly and Yan 2017). A sample's attributions add up to its prediction less the baseline's.
 * - `expected-gradients`: the mean of integrated gradients over baselines that are drawn from the data (Erion et al. 2021).
 * - `occlusion`: by how much the prediction falls if a bin, a window or a mark is replaced by the baseline's.
 * - `mutagenesis`: by how much the prediction changes if a base becomes another letter.
 */
export type AttributionMethod =
  | "gradient"
  | "input-x-gradient"
  | "integrated-gradients"
  | "expected-gradients"
  | "occlusion"
  | "mutagenesis";

/**
 * Every {@linkcode AttributionMethod}.
 *
 * @example Whether a text names a method
 * ```ts
 * import { ATTRIBUTION_METHODS } from "@waka/histone/explain";
 * import { ok } from "node:assert";
 *
 * ok(ATTRIBUTION_METHODS.some((method) => method === "occlusion"));
 * ```
 */
export const ATTRIBUTION_METHODS: readonly AttributionMethod[] = [
  "gradient",
  "input-x-gradient",
  "integrated-gradients",
  "expected-gradients",
  "occlusion",
  "mutagenesis",
];

/**
 * What a sample is compared with: `zero`, no signal of any mark; `mean`, the mean profile of the data; `matched`, the mean
 * profile of samples of the same cell type with a like total signal or a like label.
 */
export type BaselineKind = "zero" | "mean" | "matched";

/**
 * Every {@linkcode BaselineKind}.
 *
 * @example The kinds
 * ```ts
 * import { BASELINE_KINDS } from "@waka/histone/explain";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(BASELINE_KINDS, ["zero", "mean", "matched"]);
 * ```
 */
export const BASELINE_KINDS: readonly BaselineKind[] = ["zero", "mean", "matched"];

/** Attributions of one input of some samples. */
export interface InputAttributions {
  /**
   * Shape of one sample: `[bins, marks]` for `signal`, `[bases, 4]` for `sequence` with the letters in the order A C G T,
   * `[values]` for `summary` and `context`, `[references, values]` for `references` and `referenceLabels`.
   */
  readonly shape: readonly number[];
  /** `[sample, …shape]`: the mean over the models, in the unit of the predictions. */
  readonly values: Float32Array<ArrayBuffer>;
  /** `[sample, …shape]`: the standard deviation over the models, n − 1 in the denominator; absent for a single model. */
  readonly standardDeviations?: Float32Array<ArrayBuffer> | undefined;
  /** `[sample, …shape]`: q-values, where there was a null to compare with; NaN where there is nothing to test. */
  readonly qValues?: Float32Array<ArrayBuffer> | undefined;
}

/** Attributions of some samples. */
export interface Attributions {
  /** How they were found. */
  readonly method: AttributionMethod;
  /** What samples were compared with; absent for methods that have no baseline of one kind. */
  readonly baseline?: BaselineKind | undefined;
  /** `[sample]`: positions in the data set. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Number of models. */
  readonly models: number;
  /** `[sample]`: the network's predictions, without gene effects, as the mean over the models. */
  readonly predictions: Float32Array<ArrayBuffer>;
  /** `[sample]`: predictions for the baselines; absent for methods without one. */
  readonly baselinePredictions?: Float32Array<ArrayBuffer> | undefined;
  /** By name of the input. */
  readonly inputs: Readonly<Partial<Record<InputName, InputAttributions>>>;
  /**
   * `[sample]`: (sum of attributions − difference) / |difference|, where the difference is the prediction less the
   * baseline's; NaN where that is 0. Absent unless the method promises that they are equal.
   */
  readonly completenessErrors?: Float32Array<ArrayBuffer> | undefined;
}
