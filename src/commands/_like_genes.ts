/** Genes with marks like those of others, in the same cell type. */

import type { Dataset } from "../data/dataset.ts";

/** A sample with marks like another's. */
export interface LikeSample {
  /** Position in the data. */
  readonly position: number;
  /** Pearson's correlation of ln(1 + count) over all bins and marks. */
  readonly similarity: number;
}

/**
 * Finds the samples whose marks are most like those of some samples, among all genes of the same cell type. The measure is
 * Pearson's correlation of ln(1 + count) over all bins and marks; a sample without any signal is like none.
 *
 * @param data All samples.
 * @param positions The samples.
 * @param most How many to find for each.
 * @returns The most like first, by position of the sample.
 */
export function findLikeSamples(
  data: Dataset,
  positions: readonly number[],
  most: number,
): ReadonlyMap<number, readonly LikeSample[]> {
  const cellTypes = data.cellTypeIndices();
  const found = new Map<number, readonly LikeSample[]>();
  const wanted = Map.groupBy(positions, (position) => cellTypes[position]!);
  for (const [cellType, own] of wanted) {
    const all = [...cellTypes.keys()].filter((position) => cellTypes[position] === cellType);
    const profiles = new Profiles(data, all);
    for (const position of own) found.set(position, profiles.nearest(position, most));
  }
  return found;
}

/** Signals of one cell type, each with mean 0 and length 1. */
class Profiles {
  readonly #positions: readonly number[];
  readonly #size: number;
  readonly #values: Float32Array;

  constructor(data: Dataset, positions: readonly number[]) {
    this.#positions = positions;
    this.#size = data.bins * data.marks.length;
    this.#values = new Float32Array(positions.length * this.#size);
    for (const [row, position] of positions.entries()) {
      const target = this.#values.subarray(row * this.#size, (row + 1) * this.#size);
      if (data.hasCounts) {
        const counts = data.countsOf(position);
        for (let i = 0; i < target.length; i++) target[i] = Math.log1p(counts[i]!);
      } else target.set(data.signalOf(position));
      normalise(target);
    }
  }

  nearest(position: number, most: number): readonly LikeSample[] {
    const size = this.#size;
    const own = this.#positions.indexOf(position);
    const wanted = this.#values.subarray(own * size, (own + 1) * size);
    const near: LikeSample[] = [];
    for (const [row, other] of this.#positions.entries()) {
      if (row === own) continue;
      let similarity = 0;
      for (let i = 0, at = row * size; i < size; i++, at++) {
        similarity += wanted[i]! * this.#values[at]!;
      }
      // Samples without signal have no direction.
      if (!(similarity > 0) || near.length === most && similarity <= near.at(-1)!.similarity) {
        continue;
      }
      near.push({ position: other, similarity: Math.min(1, similarity) });
      near.sort((a, b) => b.similarity - a.similarity || a.position - b.position);
      near.length = Math.min(near.length, most);
    }
    return near;
  }
}

function normalise(values: Float32Array): void {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    values[i]! -= mean;
    squares += values[i]! ** 2;
  }
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < values.length; i++) values[i]! *= scale;
}
