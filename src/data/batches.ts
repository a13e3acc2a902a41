import { showValue } from "../base/show_value.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Splits data into batches of consecutive samples, which are views and not copies. The last batch may be smaller.
 *
 * @param data The samples, in the order of the batches.
 * @param batchSize Number of samples in a batch.
 * @returns The batches, each made when it is asked for.
 * @throws {RangeError} If `batchSize` is not an integer >= 1; by the call itself, not on first use.
 *
 * @example
 * ```ts
 * import { batches, Dataset } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
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
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 * });
 * deepStrictEqual(Array.from(batches(data, 2), (batch) => batch.length), [2, 1]);
 * ```
 */
export function batches(data: Dataset, batchSize: number): IterableIterator<Dataset> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `Cannot make batches of ${showValue(batchSize)} samples: expected an integer >= 1`,
    );
  }
  return makeBatches(data, batchSize);
}

function* makeBatches(data: Dataset, batchSize: number): Generator<Dataset> {
  for (let start = 0; start < data.length; start += batchSize) {
    yield data.slice(start, Math.min(start + batchSize, data.length));
  }
}
