import { ContractError } from "../errors.ts";
import { sizeOf, weightShapes } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";

/**
 * Throws unless there is one array of the right length for each weight of a model.
 *
 * @param spec The model.
 * @param weights Arrays in the order of `weightShapes(spec)`.
 * @throws {ContractError} Naming the first weight that does not fit.
 */
export function checkWeights(spec: ModelSpec, weights: readonly Float32Array[]): void {
  const shapes = weightShapes(spec);
  if (weights.length !== shapes.length) {
    throw new ContractError(
      `Cannot set weights of "${spec.name}": found ${weights.length} arrays, expected ${shapes.length}`,
    );
  }
  shapes.forEach(({ layer, name, shape }, index) => {
    if (weights[index].length !== sizeOf(shape)) {
      throw new ContractError(
        `Cannot set weights of "${spec.name}": ${name} of layers[${layer}] has ` +
          `${weights[index].length} values, expected [${shape.join(", ")}]`,
      );
    }
  });
}
