import type { Dataset } from "./dataset.ts";

/**
 * Cuts data into batches of consecutive samples; views, not copies. The last one holds what is left.
 *
 * @param data The samples, in the order of the batches.
 * @param batchSize Samples of a batch.
 * @throws {RangeError} If `batchSize` is not an integer ≥ 1; on the call, not on first use.
 *
 * @example
 * ```ts
 * import { batches, Dataset } from "@waka/histone/data";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: new Uint8Array(3),
 *   labels: undefined,
 *   cellTypes: ["E003"],
 *   cellTypeIndex: new Uint32Array(3),
 *   genes: ["ENSG00000000003", "ENSG00000000005", "ENSG00000000007"],
 *   geneIndex: Uint32Array.of(0, 1, 2),
 *   bins: 1,
 *   record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] },
 * });
 * deepStrictEqual(Array.from(batches(data, 2), (batch) => batch.length), [2, 1]);
 * ```
 */
export function batches(data: Dataset, batchSize: number): IterableIterator<Dataset> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot cut batches of ${batchSize} samples: expected an integer >= 1`);
  }
  return cut(data, batchSize);
}

function* cut(data: Dataset, batchSize: number): Generator<Dataset> {
  for (let start = 0; start < data.length; start += batchSize) {
    yield data.slice(start, Math.min(start + batchSize, data.length));
  }
}
