import type { Loss } from "../../../model/spec.ts";
import { lossAndSlope, predictionOf, predictionSlope } from "../../loss.ts";
import { addressOf, deltaOf, type Tensor } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

/** The end of a network. */
export interface NetworkEnd {
  readonly loss: Loss;
  /** The network's output. */
  readonly output: Tensor;
}

/**
 * Computes a part's loss and the derivatives of the batch's mean loss with respect to the network's output.
 *
 * @param labels Labels, and which of them the samples of the batch have.
 * @returns The sum of the part's losses.
 */
export function computeLoss(
  { floats }: ExecutionContext,
  { loss, output, labels, rows }: NetworkEnd & {
    readonly labels: Float64Array;
    readonly rows: Uint32Array;
  },
  { start, count }: Part,
): number {
  const compute = lossAndSlope(loss);
  let sum = 0;
  for (let sample = start; sample < start + count; sample++) {
    const value = floats[addressOf(output, sample) / 4]!;
    const [error, slope] = compute(value, Math.fround(labels[rows[sample]!]!));
    floats[deltaOf(output, sample) / 4] = slope / rows.length;
    sum += error;
  }
  return sum;
}

/** Writes the predictions of a part's samples. */
export function collectPredictions(
  { floats }: ExecutionContext,
  { loss, output, predicted }: NetworkEnd & { readonly predicted: Float32Array },
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    predicted[sample] = predictionOf(loss, floats[addressOf(output, sample) / 4]!);
  }
}

/** Writes the derivatives of a part's predictions with respect to the network's output. */
export function findPredictionSlopes(
  { floats }: ExecutionContext,
  { loss, output }: NetworkEnd,
  { start, count }: Part,
): void {
  for (let sample = start; sample < start + count; sample++) {
    const value = floats[addressOf(output, sample) / 4]!;
    floats[deltaOf(output, sample) / 4] = predictionSlope(loss, value);
  }
}
