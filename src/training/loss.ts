import { meanSquaredError } from "../metrics/mean_squared_error.ts";
import type { Loss } from "../model/spec.ts";

// Probabilities are clipped as in Keras: a sigmoid that rounded to 0 or 1 would give an infinite loss.
const CLIP = 1e-7;

/**
 * Measures the loss of predictions, which training minimises.
 *
 * @param loss Which loss.
 * @param labels `[sample]`; 0 or 1 for `binaryCrossentropy`.
 * @param predicted `[sample]`; probabilities for `binaryCrossentropy`.
 * @returns The mean over the samples.
 * @throws {RangeError} If the loss is unknown.
 *
 * @example The mean squared error of two predictions
 * ```ts
 * import { lossOf } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(lossOf("meanSquaredError", [1, 2], [1, 4]), 2);
 * ```
 */
export function lossOf(
  loss: Loss,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  if (loss === "meanSquaredError") return meanSquaredError(labels, predicted);
  if (loss === "binaryCrossentropy") return binaryCrossentropy(labels, predicted);
  throw new RangeError(
    `Cannot measure loss: there is no "${loss}", expected meanSquaredError or binaryCrossentropy`,
  );
}

function binaryCrossentropy(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const probability = Math.min(1 - CLIP, Math.max(CLIP, predicted[i]!));
    sum -= labels[i] === 1 ? Math.log(probability) : Math.log1p(-probability);
  }
  return sum / labels.length;
}
