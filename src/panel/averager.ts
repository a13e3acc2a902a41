import type { SummarisedSamples } from "./summarised_samples.ts";

/** Averages the summaries of replicates, each mark over those in which it was measured. */
export class Averager {
  readonly #samples: SummarisedSamples;
  readonly #one: Float64Array<ArrayBuffer>;
  readonly #mean: Float64Array<ArrayBuffer>;

  constructor(samples: SummarisedSamples) {
    this.#samples = samples;
    this.#one = new Float64Array(samples.shape.values);
    this.#mean = new Float64Array(samples.shape.values);
  }

  /** The mean over some rows; the array is used again. */
  mean(rows: readonly number[]): Float64Array<ArrayBuffer> {
    const [first, ...others] = rows;
    const mean = this.#mean;
    this.#samples.summarise(first!, mean);
    if (others.length === 0) return mean;
    const { values, valuesOfMark } = this.#samples.shape;
    const one = this.#one;
    for (const row of others) {
      this.#samples.summarise(row, one);
      for (let i = 0; i < values; i++) mean[i]! += one[i]!;
    }
    for (let mark = 0; mark < values; mark += valuesOfMark) {
      // The last value of a mark now counts the replicates in which it was measured.
      const measured = mean[mark + valuesOfMark - 1]!;
      for (let i = mark; measured > 0 && i < mark + valuesOfMark; i++) mean[i]! /= measured;
    }
    return mean;
  }
}
