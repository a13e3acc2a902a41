/** The signal of AnnData, some samples at a time, in which NaN stands for marks that were not measured. */

import type { ReadNumbers } from "./_chunks.ts";

/** Signal of some samples. */
export type BandValues = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** Takes bands of samples in order, and finds out which marks were measured. */
export class SignalBands {
  readonly #cellTypes: Uint32Array;
  readonly #marks: number;
  /** 1 for a mark that was measured, 0 for one that was not, `[cellType, mark]`; 2 if no sample was seen. */
  readonly #mask: Uint8Array<ArrayBuffer>;
  #row = 0;

  /** Begins with the first sample; `cellTypes` has each sample's cell type, of which there are `count`. */
  constructor(
    { cellTypes, count, marks }: {
      readonly cellTypes: Uint32Array;
      readonly count: number;
      readonly marks: number;
    },
  ) {
    this.#cellTypes = cellTypes;
    this.#marks = marks;
    this.#mask = new Uint8Array(count * marks).fill(2);
  }

  /**
   * Takes the next samples.
   *
   * @param values Their signal, `[sample, bin, mark]`.
   * @param bins The bins of a sample.
   * @returns The signal with zeros for marks that were not measured, or what is wrong.
   */
  take(values: ReadNumbers, bins: number): BandValues | string {
    const width = bins * this.#marks;
    if (
      values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Uint32Array
    ) {
      return this.#takeCounts(values, width);
    }
    const signal = values instanceof Float32Array
      ? values
      : values instanceof BigInt64Array || values instanceof BigUint64Array
      ? Float64Array.from(values as ArrayLike<bigint>, Number)
      : new Float64Array(values);
    for (let start = 0; start < signal.length; start += width) {
      const cellType = this.#cellTypes[this.#row]!;
      for (let mark = 0; mark < this.#marks; mark++) {
        const place = cellType * this.#marks + mark;
        const isMeasured = Number(!Number.isNaN(signal[start + mark]!));
        if (this.#mask[place] === 2) this.#mask[place] = isMeasured;
        if (this.#mask[place] !== isMeasured) return this.#partly();
        for (let at = start + mark; at < start + width; at += this.#marks) {
          if (Number.isNaN(signal[at]!) === Boolean(isMeasured)) return this.#partly();
          if (isMeasured === 0) signal[at] = 0;
        }
      }
      this.#row++;
    }
    return signal;
  }

  /** Takes integers, among which there is no NaN. */
  #takeCounts<Counts extends Uint8Array | Uint16Array | Uint32Array>(
    counts: Counts,
    width: number,
  ): Counts {
    const end = this.#row + counts.length / width;
    for (; this.#row < end; this.#row++) {
      const place = this.#cellTypes[this.#row]! * this.#marks;
      this.#mask.fill(1, place, place + this.#marks);
    }
    return counts;
  }

  #partly(): string {
    return `row ${this.#row} has NaN for a mark that has numbers in other bins or samples of the cell type, ` +
      "expected NaN in all of them or in none";
  }

  /** Which marks were measured, `[cellType, mark]`; `undefined` if all were. */
  markMask(): Uint8Array<ArrayBuffer> | undefined {
    return this.#mask.includes(0) ? this.#mask.map((value) => Number(value !== 0)) : undefined;
  }
}
