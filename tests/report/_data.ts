/** Small data sets for pages. */

import { Dataset } from "../../src/data/mod.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

/** Samples of five marks with labels, the same for equal arguments. */
export function makeData(
  cellTypes: readonly string[],
  { genes = 30, seed = 1 }: { readonly genes?: number; readonly seed?: number } = {},
): Dataset {
  const bins = 100;
  const marks = DEEPCHROME_RECORD.marks.length;
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const rows = cellTypes.length * genes;
  return new Dataset({
    signal: Uint8Array.from({ length: rows * bins * marks }, () => next() ** 6 * 60),
    labels: Float64Array.from({ length: rows }, () => next() < 0.2 ? 0 : next() * 8),
    cellTypes,
    cellTypeIndex: Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / genes)),
    genes: Array.from({ length: genes }, (_, gene) => `G${gene}`),
    geneIndex: Uint32Array.from({ length: rows }, (_, row) => row % genes),
    bins,
    record: DEEPCHROME_RECORD,
  });
}
