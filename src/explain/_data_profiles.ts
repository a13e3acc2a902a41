/**
 * Mean profiles of the signal as data store it, for models that make summaries of it. Counts are averaged as ln(1 + count),
 * which a few large ones do not decide.
 *
 * @module
 */

import type { Dataset } from "../data/dataset.ts";
import type { MatchedSamples } from "./matched_samples.ts";
import type { AttributionPlan } from "./attribution_plan.ts";
import { storedSignal } from "./stored_signal.ts";

/** Makes baselines of the signal that data store. */
export class DataProfiles {
  readonly #data: Dataset;
  readonly #plan: AttributionPlan;
  readonly #matched: MatchedSamples | undefined;
  readonly #cellTypes: Uint32Array;
  #common: Float32Array | undefined;

  constructor(
    data: Dataset,
    { plan, matched }: {
      readonly plan: AttributionPlan;
      readonly matched: MatchedSamples | undefined;
    },
  ) {
    this.#data = data;
    this.#plan = plan;
    this.#matched = matched;
    this.#cellTypes = data.cellTypeIndices();
  }

  /**
   * What a sample is compared with.
   *
   * @param position The sample.
   * @returns `[bin, mark]`, as the data store signal.
   */
  of(position: number): Float32Array {
    const { baseline, matches } = this.#plan;
    if (baseline === "matched") return this.#meanOf(this.#matched!.nearest(position, matches));
    return this.#common ??= baseline === "mean"
      ? this.#meanOf(this.#data.rows.keys())
      : new Float32Array(this.#data.bins * this.#data.marks.length);
  }

  /** The mean over samples in which a mark was measured. */
  #meanOf(positions: Iterable<number>): Float32Array {
    const { bins, marks: { length: marks }, hasCounts, columns: { markMask } } = this.#data;
    const sums = new Float64Array(bins * marks);
    const samples = new Float64Array(marks);
    for (const position of positions) {
      const values = storedSignal(this.#data, position);
      const firstMark = this.#cellTypes[position]! * marks;
      for (let mark = 0; mark < marks; mark++) {
        if (markMask?.[firstMark + mark] === 0) continue;
        samples[mark]!++;
        for (let i = mark; i < values.length; i += marks) {
          if (values[i] !== 0) sums[i]! += hasCounts ? Math.log1p(values[i]!) : values[i]!;
        }
      }
    }
    return Float32Array.from(sums, (sum, i) => {
      const mean = sum === 0 ? 0 : sum / samples[i % marks]!;
      return hasCounts ? Math.expm1(mean) : mean;
    });
  }
}
