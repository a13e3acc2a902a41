/** Means and standard deviations over models. */

/** Adds up arrays of equal length, one for each model. */
export class ModelMoments {
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;
  #models = 0;

  constructor(length: number) {
    this.#mean = new Float64Array(length);
    this.#squares = new Float64Array(length);
  }

  /** Adds a model's values (Welford 1962). */
  add(values: Float32Array): void {
    const models = ++this.#models;
    const [mean, squares] = [this.#mean, this.#squares];
    for (let i = 0; i < values.length; i++) {
      const difference = values[i]! - mean[i]!;
      mean[i] = mean[i]! + difference / models;
      squares[i] = squares[i]! + difference * (values[i]! - mean[i]!);
    }
  }

  /** The means, which are the values themselves for a single model. */
  mean(): Float32Array<ArrayBuffer> {
    return Float32Array.from(this.#mean);
  }

  /** Standard deviations with n − 1 in the denominator; `undefined` for a single model. */
  standardDeviations(): Float32Array<ArrayBuffer> | undefined {
    const models = this.#models;
    if (models < 2) return undefined;
    return Float32Array.from(this.#squares, (sum) => Math.sqrt(sum / (models - 1)));
  }
}
