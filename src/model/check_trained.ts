import { typedArrayName } from "../base/arrays.ts";
import { kindOfValue } from "../base/kind_of_value.ts";

/**
 * Throws unless a value is a trained model: programs without types give what `fit` returns, or a model that went through JSON.
 *
 * @param model The value.
 * @param action What is refused otherwise, such as `predict`.
 * @throws {TypeError} Saying what was found.
 */
export function checkTrainedModel(model: unknown, action: string): void {
  const { spec, weights, record, training, geneEffects, model: inner } = Object(model);
  const parts = { spec, weights, record, training };
  const missing = Object.entries(parts).find(([, part]) => !isObject(part))?.[0];
  if (missing !== undefined) {
    throw new TypeError(
      `Cannot ${action}: ${
        kindOfValue(model)
      } without ${missing} was given as the model, expected a trained model: ` +
        (isObject(inner)
          ? "its `model`"
          : "what loadModel returns, or `model` of what fit returns"),
    );
  }
  const isWhole = Array.isArray(weights) &&
    weights.every((values) => typedArrayName(values) === "Float32Array");
  if (isWhole) return checkGeneEffects(geneEffects, action);
  throw new TypeError(
    `Cannot ${action}: the model has weights that are no Float32Array, as after JSON.stringify; saveModel and ` +
      "loadModel, serializeModel or structuredClone keep them",
  );
}

/** Throws if a model that was put together by hand has something else in the place of gene effects. */
function checkGeneEffects(geneEffects: unknown, action: string): void {
  if (geneEffects === undefined) return;
  const { genes, effects, mean } = Object(geneEffects);
  const isWhole = Array.isArray(genes) && typedArrayName(effects) === "Float32Array" &&
    effects.length === genes.length && typeof mean === "number";
  if (isWhole) return;
  throw new TypeError(
    `Cannot ${action}: the model's geneEffects are ${
      kindOfValue(geneEffects)
    } without genes, as many effects in a ` +
      "Float32Array, and their mean, expected those that fit made, or none",
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
