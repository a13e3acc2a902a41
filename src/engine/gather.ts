import { transformFunction } from "../record.ts";
import type { EngineData } from "./engine.ts";

/**
 * Copies samples, in the order of `rows`, out of their columns as float32, transformed.
 *
 * @param data The columns.
 * @param rows Which samples.
 * @returns `[rows.length, bin, mark]`.
 */
export function gatherSignal(data: EngineData, rows: Uint32Array): Float32Array<ArrayBuffer> {
  const { signal, bins, marks, transform } = data;
  const size = bins * marks;
  const gathered = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    gathered.set(signal.subarray(row * size, (row + 1) * size), i * size);
  });
  if (transform !== "none") {
    const apply = transformFunction(transform);
    for (let i = 0; i < gathered.length; i++) gathered[i] = apply(gathered[i]);
  }
  return gathered;
}

/**
 * Copies labels in the order of `rows`, as float32.
 *
 * @param data The columns.
 * @param rows Which samples.
 * @throws {TypeError} If the data have no labels.
 */
export function gatherLabels(data: EngineData, rows: Uint32Array): Float32Array<ArrayBuffer> {
  if (data.labels === undefined) throw new TypeError("Cannot train: the data have no labels");
  const gathered = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) gathered[i] = data.labels[rows[i]];
  return gathered;
}
