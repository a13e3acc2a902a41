/**
 * The losses that training minimises, for one sample; the loss of a batch is the mean over its samples.
 *
 * With the network's output x and the label y, the squared error is (x − y)² and its derivative with respect to x is
 * 2(x − y).
 *
 * A model for `binaryCrossentropy` ends in a sigmoid σ, which belongs to its loss: −y·ln σ(x) − (1 − y)·ln(1 − σ(x)),
 * where x is the value before the sigmoid. That is max(x, 0) − x·y + ln(1 + e^−|x|), in which nothing overflows; its
 * derivative with respect to x is σ(x) − y.
 *
 * Engine webgpu has the same formulas in its own language (`webgpu/ops/loss.ts`), tf.js in its library.
 *
 * @module
 */

import type { Loss } from "../model/spec.ts";

/** A sample's loss, and its derivative with respect to the network's output. */
export type LossAndSlope = (output: number, label: number) => [loss: number, slope: number];

/**
 * A loss with its derivative.
 *
 * @param loss Which one.
 * @returns Computes both in float64 from the output (before a sigmoid) and the label.
 */
export function lossAndSlope(loss: Loss): LossAndSlope {
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
  return loss === "meanSquaredError" ? output : sigmoid(output);
}

/**
 * Derivative of {@linkcode predictionOf} with respect to the output.
 *
 * @param loss The model's loss.
 * @param output The output, before the sigmoid if the loss has one.
 * @returns 1, or σ(x)·(1 − σ(x)).
 */
export function predictionSlope(loss: Loss, output: number): number {
  if (loss === "meanSquaredError") return 1;
  const probability = sigmoid(output);
  return probability * (1 - probability);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function squaredError(output: number, label: number): [loss: number, slope: number] {
  const error = output - label;
  return [error * error, 2 * error];
}

function crossEntropy(output: number, label: number): [loss: number, slope: number] {
  const loss = Math.max(output, 0) - output * label + Math.log1p(Math.exp(-Math.abs(output)));
  return [loss, sigmoid(output) - label];
}
