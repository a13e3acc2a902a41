import { showValue } from "../base/show_value.ts";

/**
 * Throws unless a value may be a model's spec: callers without types may give nothing, the name of a preset, or a trained
 * model in its place.
 *
 * @param spec What was given.
 * @param action What is refused otherwise, such as `select an engine`.
 * @throws {TypeError} With what it is, and where its spec is.
 */
export function checkIsSpec(spec: unknown, action: string): void {
  const { name, layers, branches, spec: own } = Object(spec);
  if (name !== undefined && (layers !== undefined || branches !== undefined)) return;
  const expected = typeof own === "object"
    ? "its `spec`"
    : `the spec of one, such as presetSpec(${
      typeof spec === "string" ? showValue(spec) : '"wakawaka"'
    })`;
  const found = typeof own === "object" ? "a trained model" : showValue(spec);
  throw new TypeError(`Cannot ${action}: found ${found} as the model, expected ${expected}`);
}
