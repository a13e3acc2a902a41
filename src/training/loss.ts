import { lossAndSlope } from "../engine/loss.ts";
import { rankLossAndSlope } from "../engine/rank_loss.ts";
import { meanSquaredError } from "../metrics/mean_squared_error.ts";
import { LOSS, lossName } from "../model/loss.ts";
import type { HuberLoss, Loss } from "../model/spec.ts";
import { readValue } from "../base/field.ts";

// Probabilities are clipped as in Keras: a sigmoid that rounded to 0 or 1 would give an infinite loss.
const CLIP = 1e-7;

/**
 * Measures the loss of predictions, which training minimises.
 *
 * @param loss Which loss.
 * @param labels `[sample]`; 0 or 1 for `binaryCrossentropy`.
 * @param predicted `[sample]`; probabilities for `binaryCrossentropy`. The loss `rank` compares each with those 1, 2, 4,
 * … places after it, as if all were one batch.
 * @returns The mean over the samples.
 * @throws {RangeError} If the loss is unknown.
 *
 * @example The mean squared error of two predictions
 * ```ts
 * import { lossOf } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(lossOf("meanSquaredError", [1, 2], [1, 4]), 2);
 * strictEqual(lossOf({ type: "huber", delta: 1 }, [1, 2], [1, 4]), 0.75);
 * ```
 */
export function lossOf(
  loss: Loss,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  const checked = readValue(loss, LOSS, {
    place: "loss",
    fail: (found) => {
      throw new RangeError(`Cannot measure loss: ${found}`);
    },
  });
  switch (lossName(checked)) {
    case "meanSquaredError":
      return meanSquaredError(labels, predicted);
    case "binaryCrossentropy":
      return binaryCrossentropy(labels, predicted);
    case "huber":
      return huber(checked as HuberLoss, labels, predicted);
    case "rank":
      return rankLoss(labels, predicted);
  }
}

function binaryCrossentropy(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const probability = Math.min(1 - CLIP, Math.max(CLIP, predicted[i]!));
    sum -= labels[i] === 1 ? Math.log(probability) : Math.log1p(-probability);
  }
  return sum / labels.length;
}

function huber(
  loss: HuberLoss,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  const compute = lossAndSlope(loss);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += compute(predicted[i]!, labels[i]!)[0];
  return sum / labels.length;
}

function rankLoss(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const samples = labels.length;
  const lossAt = rankLossAndSlope({
    samples,
    outputAt: (sample) => predicted[sample]!,
    labelAt: (sample) => labels[sample]!,
    weightAt: () => 1,
  });
  let sum = 0;
  for (let sample = 0; sample < samples; sample++) sum += lossAt(sample)[0];
  return sum / samples;
}
