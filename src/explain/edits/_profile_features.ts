/** A sample's marks in few numbers, by which samples are compared. */

import type { SampleValues } from "./_sample_values.ts";

/** Parts of a window, whose mean counts are compared. */
const PARTS = 5;

/** Makes the features of samples: ln(1 + mean count) of each mark in five parts of the window along transcription. */
export class ProfileFeatures {
  /** Number of parts. */
  readonly parts: number;
  /** Number of features: parts × marks, `[mark, part]`. */
  readonly size: number;
  readonly #values: SampleValues;
  readonly #bounds: readonly number[];

  /** Plans the parts. */
  constructor(values: SampleValues) {
    const { bins, marks } = values.data;
    this.#values = values;
    this.parts = Math.min(PARTS, bins);
    this.size = this.parts * marks.length;
    this.#bounds = Array.from(
      { length: this.parts + 1 },
      (_, part) => Math.round(part * bins / this.parts),
    );
  }

  /**
   * Writes the features of a sample.
   *
   * @param sample Its numbers, `[bin, mark]`.
   * @param into Where to, and whether its bins run against transcription.
   */
  write(
    sample: ArrayLike<number>,
    { into, start, isTurned }: {
      readonly into: Float32Array;
      readonly start: number;
      readonly isTurned: boolean;
    },
  ): void {
    const { bins, marks: { length: marks } } = this.#values.data;
    for (let mark = 0; mark < marks; mark++) {
      for (let part = 0; part < this.parts; part++) {
        const [first, end] = [this.#bounds[part]!, this.#bounds[part + 1]!];
        let sum = 0;
        for (let bin = first; bin < end; bin++) {
          const value = sample[(isTurned ? bins - 1 - bin : bin) * marks + mark]!;
          if (value !== 0) sum += this.#values.toCount(value);
        }
        into[start + mark * this.parts + part] = Math.log1p(sum / (end - first));
      }
    }
  }
}
