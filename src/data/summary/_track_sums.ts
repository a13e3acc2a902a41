/** Adds up the signal of samples by cell type and mark. */

import type { TrackSummary } from "./types.ts";

/** The sums of a cell type, `[mark]` or `[bin, mark]`. */
interface CellTypeSums {
  samples: number;
  readonly profile: Float64Array;
  readonly zeros: Float64Array;
  readonly empty: Float64Array;
  readonly largest: Float64Array;
}

/** Adds up samples, one after another. */
export class TrackSums {
  readonly #marks: number;
  readonly #size: number;
  readonly #cellTypes = new Map<number, CellTypeSums>();

  constructor({ bins, marks }: { readonly bins: number; readonly marks: number }) {
    this.#marks = marks;
    this.#size = bins * marks;
  }

  /** Adds the counts of a sample, `[bin, mark]` row-major. */
  add(cellType: number, counts: Float64Array): void {
    const sums = this.#of(cellType);
    const { profile, zeros, largest, empty } = sums;
    const marks = this.#marks;
    const size = this.#size;
    sums.samples++;
    for (let mark = 0; mark < marks; mark++) {
      let [filled, most] = [0, largest[mark]!];
      for (let at = mark; at < size; at += marks) {
        const count = counts[at]!;
        if (count === 0) continue;
        filled++;
        profile[at]! += count;
        if (count > most) most = count;
      }
      zeros[mark]! += size / marks - filled;
      largest[mark] = most;
      if (filled === 0) empty[mark]!++;
    }
  }

  #of(cellType: number): CellTypeSums {
    const known = this.#cellTypes.get(cellType);
    if (known !== undefined) return known;
    const made = {
      samples: 0,
      profile: new Float64Array(this.#size),
      zeros: new Float64Array(this.#marks),
      empty: new Float64Array(this.#marks),
      largest: new Float64Array(this.#marks),
    };
    this.#cellTypes.set(cellType, made);
    return made;
  }

  /** The summary of a mark in a cell type; `undefined` if it has no samples. */
  summarise(
    { cellType, mark }: { readonly cellType: number; readonly mark: number },
    names: Pick<TrackSummary, "cellType" | "mark">,
  ): TrackSummary | undefined {
    const sums = this.#cellTypes.get(cellType);
    if (sums === undefined) return undefined;
    const { samples } = sums;
    const bins = this.#size / this.#marks;
    const profile = Float64Array.from(
      { length: bins },
      (_, bin) => sums.profile[bin * this.#marks + mark]! / samples,
    );
    const height = profile.reduce((sum, value) => sum + value, 0);
    return {
      ...names,
      samples,
      total: height * samples,
      mean: height / bins,
      largest: sums.largest[mark]!,
      emptyShare: sums.empty[mark]! / samples,
      zeroShare: sums.zeros[mark]! / (samples * bins),
      profile,
    };
  }
}
