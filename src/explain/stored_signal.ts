import type { PackedArray } from "../base/arrays.ts";
import type { Dataset } from "../data/dataset.ts";

/** The signal of a sample as its data store it, `[bin, mark]`: counts, where these are kept. Not to be changed. */
export function storedSignal(data: Dataset, position: number): PackedArray {
  return data.hasCounts ? data.countsOf(position) : data.signalOf(position);
}
