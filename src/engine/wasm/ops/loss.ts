import type { Loss } from "../../../model/spec.ts";
import { addressOf, deltaOf, type Tensor } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

/** What the loss of a batch is computed from. */
export interface BatchLoss {
  readonly loss: Loss;
  /** The network's output. */
  readonly output: Tensor;
  /** Labels of all samples. */
  readonly labels: Float64Array;
  /** Which of them the samples of the batch are. */
  readonly rows: Uint32Array;
}

/**
 * Computes a part's loss and the derivatives of the batch's mean loss by the network's output.
 *
 * @returns The sum of the part's losses.
 */
export function lossBackward(
  { floats }: ExecutionContext,
  { loss, output, labels, rows }: BatchLoss,
  { start, count }: Part,
): number {
  const lossAndSlope = loss === "meanSquaredError" ? squaredError : crossEntropy;
  let sum = 0;
  for (let sample = start; sample < start + count; sample++) {
    const value = floats[addressOf(output, sample) / 4]!;
    const [error, slope] = lossAndSlope(value, Math.fround(labels[rows[sample]!]!));
    floats[deltaOf(output, sample) / 4] = slope / rows.length;
    sum += error;
  }
  return sum;
}

/** Writes the predictions of a part's samples, through the sigmoid that belongs to the loss. */
export function predictOutput(
  { floats }: ExecutionContext,
  { loss, output, predicted }: Pick<BatchLoss, "loss" | "output"> & {
    readonly predicted: Float32Array;
  },
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    const value = floats[addressOf(output, sample) / 4]!;
    predicted[sample] = loss === "meanSquaredError" ? value : 1 / (1 + Math.exp(-value));
  }
}

/** Writes the derivatives of a part's predictions by the network's output, before the loss's sigmoid. */
export function outputSlope(
  { floats }: ExecutionContext,
  { loss, output }: Pick<BatchLoss, "loss" | "output">,
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    const probability = 1 / (1 + Math.exp(-floats[addressOf(output, sample) / 4]!));
    const slope = loss === "meanSquaredError" ? 1 : probability * (1 - probability);
    floats[deltaOf(output, sample) / 4] = slope;
  }
}

function squaredError(value: number, label: number): [loss: number, slope: number] {
  const error = value - label;
  return [error * error, 2 * error];
}

/** Cross-entropy of a sigmoid, from the value before the sigmoid, so that nothing overflows. */
function crossEntropy(value: number, label: number): [loss: number, slope: number] {
  const loss = Math.max(value, 0) - value * label + Math.log1p(Math.exp(-Math.abs(value)));
  return [loss, 1 / (1 + Math.exp(-value)) - label];
}
