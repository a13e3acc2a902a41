import type { Loss } from "../../../model/spec.ts";
import { lossAndSlope, predictionOf, predictionSlope } from "../../loss.ts";
import { rankLossAndSlope } from "../../rank_loss.ts";
import { addressOf, deltaOf, type Tensor } from "../layout.ts";
import type { ExecutionContext, Part } from "./context.ts";

/** The end of a network. */
export interface NetworkEnd {
  readonly loss: Loss;
  /** The network's output. */
  readonly output: Tensor;
}

/** The samples of a batch that the network learns. */
export interface LearnedSamples {
  /** Labels, and which of them the samples of the batch have. */
  readonly labels: Float64Array;
  readonly rows: Uint32Array;
  /** Weights, picked in the same way; 1 for each sample if absent. */
  readonly weights: Float64Array | undefined;
}

/**
 * Computes a part's loss and the derivatives of the batch's mean loss with respect to the network's output.
 *
 * @returns The sum of the part's losses.
 */
export function computeLoss(
  { floats }: ExecutionContext,
  { loss, output, ...learned }: NetworkEnd & LearnedSamples,
  { start, count }: Part,
): number {
  const { rows } = learned;
  const lossAt = lossOfSample(floats, { loss, output, ...learned });
  let sum = 0;
  for (let sample = start; sample < start + count; sample++) {
    const [error, slope] = lossAt(sample);
    floats[deltaOf(output, sample) / 4] = slope / rows.length;
    sum += error;
  }
  return sum;
}

/** Computes a sample's loss, and the derivative of the batch's summed loss with respect to its output. */
function lossOfSample(
  floats: Float32Array,
  { loss, output, labels, rows, weights }: NetworkEnd & LearnedSamples,
): (sample: number) => [loss: number, slope: number] {
  const outputAt = (sample: number) => floats[addressOf(output, sample) / 4]!;
  const labelAt = (sample: number) => Math.fround(labels[rows[sample]!]!);
  const weightAt = (sample: number) =>
    weights === undefined ? 1 : Math.fround(weights[rows[sample]!]!);
  if (loss === "rank") {
    return rankLossAndSlope({ samples: rows.length, outputAt, labelAt, weightAt });
  }
  const compute = lossAndSlope(loss);
  return (sample) => {
    const [error, slope] = compute(outputAt(sample), labelAt(sample));
    const weight = weightAt(sample);
    return [weight * error, weight * slope];
  };
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
