/** The losses in operations of tf.js. */

import {
  add,
  concat,
  div,
  losses,
  mul,
  Reduction,
  reshape,
  sign,
  slice,
  sqrt,
  sub,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { type Loss, pairDistances } from "../loss.ts";

/** The labels of a batch and the network's outputs for them. */
export interface LossInputs {
  /** `[sample, 1]` */
  readonly labels: Tensor;
  /** `[sample, 1]`, before a sigmoid if the loss has one. */
  readonly output: Tensor;
  /** `[sample, 1]`: weights of the samples; 1 for each if absent. */
  readonly weights?: Tensor | undefined;
}

/**
 * The loss of each sample, times its weight.
 *
 * @param loss Which loss.
 * @param inputs The batch.
 * @returns `[sample, 1]`
 */
export function sampleLosses(loss: Loss, inputs: LossInputs): Tensor {
  if (loss === "rank") return rankLosses(inputs);
  const { labels, output, weights } = inputs;
  const found = unweightedLosses(loss, labels, output);
  return weights === undefined ? found : mul(found, weights);
}

function unweightedLosses(loss: Exclude<Loss, "rank">, labels: Tensor, output: Tensor): Tensor {
  if (typeof loss === "object") {
    return losses.huberLoss(labels, output, undefined, loss.delta, Reduction.NONE);
  }
  return loss === "meanSquaredError"
    ? losses.meanSquaredError(labels, output, undefined, Reduction.NONE)
    : losses.sigmoidCrossEntropy(labels, output, undefined, undefined, Reduction.NONE);
}

/** See `src/engine/rank_loss.ts`. */
function rankLosses({ labels, output, weights }: LossInputs): Tensor {
  const samples = output.shape[0]!;
  const distances = pairDistances(samples);
  // A single sample has no pair, but tf.js asks for a loss that depends on the output.
  if (distances.length === 0) return mul(output, 0);
  const ofDistances = distances.map((distance) => {
    const difference = sub(output, turn(output, distance));
    const target = mul(add(sign(sub(labels, turn(labels, distance))), 1), 0.5);
    const found = losses.sigmoidCrossEntropy(
      target,
      difference,
      undefined,
      undefined,
      Reduction.NONE,
    );
    return weights === undefined ? found : mul(found, sqrt(mul(weights, turn(weights, distance))));
  });
  const sum = ofDistances.reduce((total, found) => add(total, found));
  return div(sum, distances.length);
}

/** For each sample the value of the one that far after it; the first follows the last. */
function turn(values: Tensor, distance: number): Tensor {
  const { shape } = values;
  const rest = shape[0]! - distance;
  const [width] = shape.slice(1);
  return concat([
    slice(values, [distance, 0], [rest, width!]),
    slice(values, [0, 0], [distance, width!]),
  ]);
}

/**
 * A loss as `LayersModel.compile` takes it.
 *
 * @param loss Which loss.
 * @returns The name that tf.js has for it, or a function of labels and outputs.
 */
export function compiledLoss(loss: Loss): string | ((labels: Tensor, output: Tensor) => Tensor) {
  if (loss === "meanSquaredError" || loss === "binaryCrossentropy") return loss;
  return (labels, output) => reshape(sampleLosses(loss, { labels, output }), [-1]);
}
