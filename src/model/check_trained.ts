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
  const { spec, weights, record, training, model: inner } = Object(model);
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
  if (isWhole) return;
  throw new TypeError(
    `Cannot ${action}: the model has weights that are no Float32Array, as after JSON.stringify; saveModel and ` +
      "loadModel, serializeModel or structuredClone keep them",
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
