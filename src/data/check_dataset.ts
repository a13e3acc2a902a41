import { showValue } from "../base/show_value.ts";
import { Dataset } from "./dataset.ts";

/**
 * Throws unless these are samples.
 *
 * @param data What was given as samples.
 * @param action What is refused otherwise, such as `train`.
 * @throws {TypeError} With what it is.
 */
export function checkDataset(data: unknown, action: string): void {
  if (data instanceof Dataset) return;
  const isObject = typeof data === "object" && data !== null;
  const isColumns = isObject && "geneIndex" in data;
  const other = isObject ? "an object" : showValue(data);
  const found = isColumns ? "columns" : Array.isArray(data) ? "an array" : other;
  const advice = isColumns ? ": new Dataset(columns)" : "";
  throw new TypeError(`Cannot ${action}: found ${found} as data, expected a Dataset${advice}`);
}
