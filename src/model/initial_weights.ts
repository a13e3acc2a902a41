import { deriveKey, RandomStream } from "../random.ts";
import { sizeOf, type WeightShape, weightShapes } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";

/** Values of a model's weights, one array a tensor, in the order of `weightShapes(spec)`. */
export type Weights = readonly Float32Array<ArrayBuffer>[];

/**
 * Initial weights with Keras' defaults: Glorot uniform kernels (Glorot and Bengio 2010), zero biases, batch
 * normalisation that does nothing yet. The same seed gives the same weights for every engine.
 *
 * @param spec The model.
 * @param seed An integer from 0 to 2^53 − 1.
 */
export function initialWeights(spec: ModelSpec, seed: number): Weights {
  return weightShapes(spec).map((weight, index) => {
    const values = new Float32Array(sizeOf(weight.shape));
    if (weight.name === "kernel") {
      fillGlorotUniform(values, weight, new RandomStream(deriveKey(seed, "weights", index)));
    } else if (weight.name === "gamma" || weight.name === "moving_variance") {
      values.fill(1);
    }
    return values;
  });
}

function fillGlorotUniform(values: Float32Array, weight: WeightShape, stream: RandomStream): void {
  const [outputs, inputs, width = 1] = weight.shape.toReversed();
  const limit = Math.sqrt(6 / (width * inputs + width * outputs));
  for (let i = 0; i < values.length; i++) values[i] = (2 * stream.uniform() - 1) * limit;
}
