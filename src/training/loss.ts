import { meanSquaredError } from "../metrics/mean_squared_error.ts";
import type { Loss } from "../model/spec.ts";

// As Keras clips probabilities: a sigmoid that rounded to 0 or 1 would give an infinite loss.
const CLIP = 1e-7;

/**
 * The loss of predictions, as training minimises it.
 *
 * @param loss Which loss.
 * @param labels `[sample]`; 0 or 1 for `binaryCrossentropy`.
 * @param predicted `[sample]`; probabilities for `binaryCrossentropy`.
 * @throws {RangeError} If there is no such loss.
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
    const probability = Math.min(1 - CLIP, Math.max(CLIP, predicted[i]));
    sum -= labels[i] === 1 ? Math.log(probability) : Math.log1p(-probability);
  }
  return sum / labels.length;
}
