import type { SampleSource } from "./sample_source.ts";

/**
 * Copies labels in the order of `rows`, as float32.
 *
 * @param source The samples.
 * @param rows Which of them.
 * @returns `[row]`.
 * @throws {TypeError} If the samples have no labels.
 */
export function gatherLabels(source: SampleSource, rows: Uint32Array): Float32Array<ArrayBuffer> {
  const { labels } = source;
  if (labels === undefined) throw new TypeError("Cannot train: the data have no labels");
  const gathered = new Float32Array(rows.length);
  for (const [place, row] of rows.entries()) gathered[place] = labels[row]!;
  return gathered;
}
