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

/** Features in units of their standard deviations over the genes of a cell type. */
export class ScaledFeatures {
  readonly #features: ProfileFeatures;
  /** By how much features are multiplied, `[feature]`; 0 for those that do not vary. */
  readonly #scales: Float64Array;

  /**
   * Measures the standard deviations, and scales the features that they are of.
   *
   * @param features What makes features.
   * @param all Those of all genes, `[gene, feature]`; changed in place.
   */
  constructor(features: ProfileFeatures, all: Float32Array) {
    this.#features = features;
    this.#scales = scalesOf(all, features.size);
    for (let i = 0; i < all.length; i++) all[i]! *= this.#scales[i % features.size]!;
  }

  /** The features of a sample's numbers, `[bin, mark]`. */
  describe(sample: ArrayLike<number>, isTurned: boolean): Float32Array {
    const own = new Float32Array(this.#features.size);
    this.#features.write(sample, { into: own, start: 0, isTurned });
    for (let i = 0; i < own.length; i++) own[i]! *= this.#scales[i]!;
    return own;
  }
}

/** What makes each feature's standard deviation 1; 0 for features that do not vary. */
function scalesOf(features: Float32Array, size: number): Float64Array {
  const count = features.length / size;
  return Float64Array.from({ length: size }, (_, feature) => {
    let [sum, squares] = [0, 0];
    for (let i = feature; i < features.length; i += size) sum += features[i]!;
    const mean = sum / count;
    for (let i = feature; i < features.length; i += size) squares += (features[i]! - mean) ** 2;
    const sd = Math.sqrt(squares / count);
    return sd > 1e-9 ? 1 / sd : 0;
  });
}
