import { ContractError } from "../errors.ts";
import { describeLayer, modelGraph } from "./graph.ts";
import { sizeOf, type WeightShape, weightShapes } from "./shapes.ts";
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
  for (const [index, weight] of shapes.entries()) {
    const found = weights[index]!.length;
    if (found === sizeOf(weight.shape)) continue;
    throw new ContractError(
      `Cannot set weights of "${spec.name}": ${describeWeight(spec, weight)} has ` +
        `${found} values, expected [${weight.shape.join(", ")}]`,
    );
  }
}

/** Throws if a weight is NaN or infinite, as after a training that diverged: such a model predicts nothing. */
export function checkFiniteWeights(spec: ModelSpec, weights: readonly Float32Array[]): void {
  for (const [index, weight] of weightShapes(spec).entries()) {
    const bad = weights[index]!.find((value) => !Number.isFinite(value));
    if (bad === undefined) continue;
    throw new ContractError(
      `Cannot save model "${spec.name}": ${
        describeWeight(spec, weight)
      } has ${bad}, expected finite numbers`,
    );
  }
}

function describeWeight(spec: ModelSpec, { layer, term, name }: WeightShape): string {
  const place = term === undefined ? describeLayer(modelGraph(spec), layer) : `head.join[${term}]`;
  return `${name} of ${place}`;
}
