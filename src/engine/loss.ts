/**
 * The losses that training minimises; the loss of a batch is the mean over its samples, each times the sample's weight.
 *
 * With the network's output x and the label y, the squared error is (x − y)² and its derivative with respect to x is
 * 2(x − y). The Huber loss of the error e = x − y is e²/2 up to |e| = δ and δ(|e| − δ/2) beyond; its derivative is e,
 * cut off at −δ and δ.
 *
 * A model for `binaryCrossentropy` ends in a sigmoid σ, which belongs to its loss: −y·ln σ(x) − (1 − y)·ln(1 − σ(x)),
 * where x is the value before the sigmoid. That is max(x, 0) − x·y + ln(1 + e^−|x|), in which nothing overflows; its
 * derivative with respect to x is σ(x) − y.
 *
 * The loss `rank` is that cross-entropy of pairs; `rank_loss.ts` has it.
 *
 * Engine webgpu has the same formulas in its own language (`webgpu/ops/loss.ts`), tf.js in its library.
 *
 * @module
 */

import { lossName } from "../model/loss.ts";
import type { Loss } from "../model/spec.ts";

/** A sample's loss, and its derivative with respect to the network's output. */
export type LossAndSlope = (output: number, label: number) => [loss: number, slope: number];

/** A loss of samples one by one. */
export type SampleLoss = Exclude<Loss, "rank">;

/**
 * A loss with its derivative.
 *
 * @param loss Which one.
 * @returns Computes both in float64 from the output (before a sigmoid) and the label.
 */
export function lossAndSlope(loss: SampleLoss): LossAndSlope {
  if (typeof loss === "object") return huber(loss.delta);
  return loss === "meanSquaredError" ? squaredError : crossEntropy;
}

/**
 * Turns a network's output into what the model predicts.
 *
 * @param loss The model's loss.
 * @param output The output, before the sigmoid if the loss has one.
 * @returns The same value, or a probability.
 */
export function predictionOf(loss: Loss, output: number): number {
  return hasSigmoid(loss) ? sigmoid(output) : output;
}

/**
 * Derivative of {@linkcode predictionOf} with respect to the output.
 *
 * @param loss The model's loss.
 * @param output The output, before the sigmoid if the loss has one.
 * @returns 1, or σ(x)·(1 − σ(x)).
 */
export function predictionSlope(loss: Loss, output: number): number {
  if (!hasSigmoid(loss)) return 1;
  const probability = sigmoid(output);
  return probability * (1 - probability);
}

/** Whether a model with this loss ends in a sigmoid. */
export function hasSigmoid(loss: Loss): boolean {
  return lossName(loss) === "binaryCrossentropy";
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function squaredError(output: number, label: number): [loss: number, slope: number] {
  const error = output - label;
  return [error * error, 2 * error];
}

function huber(delta: number): LossAndSlope {
  return (output, label) => {
    const error = output - label;
    const size = Math.abs(error);
    // Written so that an error that is not a number stays one.
    if (size > delta) return [delta * (size - delta / 2), Math.sign(error) * delta];
    return [error * error / 2, error];
  };
}

/** The cross-entropy of a probability σ(output), with its derivative with respect to the output. */
export function crossEntropy(output: number, label: number): [loss: number, slope: number] {
  const loss = Math.max(output, 0) - output * label + Math.log1p(Math.exp(-Math.abs(output)));
  return [loss, sigmoid(output) - label];
}
