import { ContractError } from "../errors.ts";
import { checkWeights } from "../model/check_weights.ts";
import { sizeOf, weightShapes } from "../model/shapes.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { SessionState } from "./engine.ts";

/**
 * Throws unless a state fits a model.
 *
 * @param spec The model.
 * @param state A member's state.
 * @throws {ContractError} Naming what does not fit.
 */
export function checkState(spec: ModelSpec, state: SessionState): void {
  if (!(Number.isSafeInteger(state.step) && state.step >= 0)) {
    throw new ContractError(
      `Cannot resume "${spec.name}": step is ${state.step}, expected an integer >= 0`,
    );
  }
  checkWeights(spec, state.weights);
  const sizes = weightShapes(spec).filter(({ trainable }) => trainable)
    .map(({ shape }) => sizeOf(shape));
  for (const moments of [state.firstMoments, state.secondMoments]) {
    const fits = moments.length === sizes.length &&
      moments.every(({ length }, i) => length === sizes[i]);
    if (fits) continue;
    throw new ContractError(
      `Cannot resume "${spec.name}": moments have lengths ` +
        `${moments.map(({ length }) => length).join(", ")}, expected ${sizes.join(", ")}`,
    );
  }
}
