import { initialWeights } from "../../src/model/initial_weights.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { createRandom } from "./random_values.ts";

/** Weights as after training: biases, shifts and averages are not what they begin with, factors have both signs. */
export function randomWeights(spec: ModelSpec, seed: number): Float32Array<ArrayBuffer>[] {
  const random = createRandom(seed);
  const initial = initialWeights(spec, seed);
  return weightShapes(spec).map(({ name }, index) => {
    const own = Float32Array.from(initial[index]!);
    const values = random(own.length);
    switch (name) {
      case "bias":
      case "beta":
      case "moving_mean":
        return Float32Array.from(values, (value) => 0.1 * value);
      case "gamma":
        return Float32Array.from(values, (value) => value + Math.sign(value));
      case "moving_variance":
        return Float32Array.from(values, (value) => 1 + 0.5 * value);
      default:
        return own;
    }
  });
}
