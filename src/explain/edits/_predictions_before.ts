/** Predictions of samples before they are edited, which many edits share. */

import type { EditedSample } from "./_make_steps.ts";
import type { SampleValues } from "./_sample_values.ts";

/** What each model predicts for samples as they are, as far as that is known. */
export class PredictionsBefore {
  readonly #values: SampleValues;
  /** `[model][position]` */
  readonly #predictions: readonly Float32Array[];
  readonly #isKnown: Uint8Array;

  /** Makes room for all samples. */
  constructor(values: SampleValues, models: number) {
    const { length } = values.data;
    this.#values = values;
    this.#predictions = Array.from({ length: models }, () => new Float32Array(length));
    this.#isKnown = new Uint8Array(length);
  }

  /** The samples of some positions that are not predicted yet, each once. */
  missing(positions: Iterable<number>): EditedSample[] {
    const found: EditedSample[] = [];
    for (const position of new Set(positions)) {
      if (this.#isKnown[position] === 1) continue;
      found.push({ position, values: this.#values.copy(position) });
    }
    return found;
  }

  /** Keeps what each model predicts for a sample. */
  keep(position: number, predicted: readonly number[]): void {
    for (const [model, value] of predicted.entries()) this.#predictions[model]![position] = value;
    this.#isKnown[position] = 1;
  }

  /** What a model predicts for a sample. */
  of(model: number, position: number): number {
    return this.#predictions[model]![position]!;
  }

  /** The mean over the models, `[position]`; 0 where it is not known. */
  means(): Float64Array {
    const models = this.#predictions.length;
    return Float64Array.from(this.#isKnown, (_, position) => {
      let sum = 0;
      for (const predictions of this.#predictions) sum += predictions[position]!;
      return sum / models;
    });
  }
}
