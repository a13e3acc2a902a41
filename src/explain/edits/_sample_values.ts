/** The numbers of samples that edits change: counts where they are known, else values that carry the record's transform. */

import type { PackedArray } from "../../base/arrays.ts";
import type { Dataset } from "../../data/dataset.ts";
import { type DataRecord, inverseFunction, transformFunction } from "../../record.ts";
import { storedSignal } from "../stored_signal.ts";

/** Reads and scales the stored numbers of a data set. */
export class SampleValues {
  readonly data: Dataset;
  /** The record of the numbers that are edited. */
  readonly record: DataRecord;
  readonly #toCount: (value: number) => number;
  readonly #fromCount: (count: number) => number;

  /** Finds what the numbers of a data set are; `assembly` is the one that models take it for. */
  constructor(data: Dataset, assembly = data.record.assembly) {
    this.data = data;
    // Counts that are kept for their logarithms are edited as counts: models apply the transform themselves.
    this.record = { ...(data.hasCounts ? data.storedRecord : data.record), assembly };
    this.#toCount = inverseFunction(this.record.transform);
    this.#fromCount = transformFunction(this.record.transform);
  }

  /** The numbers of a sample, `[bin, mark]`; not to be changed. */
  of(position: number): PackedArray {
    return storedSignal(this.data, position);
  }

  /** A copy of the numbers of a sample. */
  copy(position: number): Float64Array {
    return new Float64Array(this.of(position));
  }

  /** The number that stands for a multiple of another's count. */
  scale(value: number, factor: number): number {
    return this.#fromCount(factor * this.#toCount(value));
  }

  /** The count for which a number stands. */
  toCount(value: number): number {
    return this.#toCount(value);
  }
}
