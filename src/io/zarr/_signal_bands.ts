/** The signal of AnnData, some samples at a time, in which NaN stands for marks that were not measured. */

import type { ReadNumbers } from "./_chunks.ts";

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
  take(values: ReadNumbers, bins: number): Float32Array | Float64Array | string {
    const signal = values instanceof Float32Array
      ? values
      : Float64Array.from(values as Iterable<number | bigint>, Number);
    const width = bins * this.#marks;
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

  #partly(): string {
    return `row ${this.#row} has NaN for a mark that has numbers in other bins or samples of the cell type, ` +
      "expected NaN in all of them or in none";
  }

  /** Which marks were measured, `[cellType, mark]`; `undefined` if all were. */
  markMask(): Uint8Array<ArrayBuffer> | undefined {
    return this.#mask.includes(0) ? this.#mask.map((value) => Number(value !== 0)) : undefined;
  }
}
