/** The genes of one cell type, and which of them are most like a sample. */

import { findFirst } from "../../base/search.ts";
import type { EditScope } from "./_scope.ts";
import { type ProfileFeatures, ScaledFeatures } from "./_profile_features.ts";
import type { SampleValues } from "./_sample_values.ts";

/** What the genes of a cell type are described by. */
export interface DescribedGenes {
  readonly scope: EditScope;
  readonly values: SampleValues;
  readonly features: ProfileFeatures;
}

/** Samples of one cell type, by their places in the list of its positions. */
export class CellTypeGenes {
  /** Positions of the samples, ascending. */
  readonly positions: Uint32Array;
  /** Features of each sample, in units of their standard deviations over the samples, `[place, feature]`. */
  readonly features: Float32Array;
  /** What gives other samples their features in the same units. */
  readonly scaled: ScaledFeatures;
  readonly #described: DescribedGenes;
  readonly #distances: Float64Array;

  /** Computes the features. */
  constructor(cellType: number, described: DescribedGenes) {
    const { scope, values, features } = described;
    this.#described = described;
    this.positions = scope.index.ofCellType(cellType);
    const { size } = features;
    this.features = new Float32Array(this.positions.length * size);
    for (const [place, position] of this.positions.entries()) {
      features.write(values.of(position), {
        into: this.features,
        start: place * size,
        isTurned: scope.directions[scope.geneAt(position)] === -1,
      });
    }
    this.scaled = new ScaledFeatures(features, this.features);
    this.#distances = new Float64Array(this.positions.length);
  }

  /** The place of a position in the list. */
  placeOf(position: number): number {
    return findFirst(this.positions.length, (place) => this.positions[place]! >= position);
  }

  /** Whether a sample is of another gene than the one at a position. */
  isOther(place: number, position: number): boolean {
    const { groups } = this.#described.scope;
    return groups[this.positions[place]!] !== groups[position];
  }

  /**
   * The samples of other genes whose marks are most like those of a sample.
   *
   * @param position The sample.
   * @param options How many; among which places, all by default; and marks that are not compared.
   * @returns Their places, the nearest first; of samples that are equally near those that come first.
   */
  nearest(
    position: number,
    { most, among, without }: {
      readonly most: number;
      readonly among?: Uint32Array | undefined;
      readonly without: readonly number[];
    },
  ): Uint32Array {
    const { features: { size, parts } } = this.#described;
    const compared = Uint32Array.from({ length: size }, (_, feature) => feature)
      .filter((feature) => !without.includes(Math.floor(feature / parts)));
    const own = this.placeOf(position) * size;
    const heap = new NearestPlaces(most, this.#distances);
    const count = among?.length ?? this.positions.length;
    for (let i = 0; i < count; i++) {
      const place = among?.[i] ?? i;
      if (!this.isOther(place, position)) continue;
      let distance = 0;
      for (const feature of compared) {
        const difference = this.features[place * size + feature]! - this.features[own + feature]!;
        distance += difference * difference;
      }
      heap.offer(place, distance);
    }
    return heap.sorted();
  }
}

/** Keeps the nearest of the places that are offered. */
class NearestPlaces {
  readonly #most: number;
  /** `[place]`: distances of those that are kept. */
  readonly #distances: Float64Array;
  /** A heap whose first place is the farthest. */
  readonly #heap: number[] = [];

  constructor(most: number, distances: Float64Array) {
    this.#most = most;
    this.#distances = distances;
  }

  offer(place: number, distance: number): void {
    const heap = this.#heap;
    if (heap.length === this.#most && !(distance < this.#distances[heap[0]!]!)) return;
    this.#distances[place] = distance;
    if (heap.length < this.#most) {
      heap.push(place);
      this.#rise(heap.length - 1);
    } else if (this.#most > 0) {
      heap[0] = place;
      this.#sink();
    }
  }

  sorted(): Uint32Array {
    return Uint32Array.from(this.#heap).sort((a, b) =>
      this.#distances[a]! - this.#distances[b]! || a - b
    );
  }

  /** Whether the place at one node of the heap is farther than that at another; of equals, the later one is. */
  #isFarther(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one]!, this.#heap[other]!];
    return (this.#distances[a]! - this.#distances[b]! || a - b) > 0;
  }

  #exchange(one: number, other: number): void {
    const held = this.#heap[one]!;
    this.#heap[one] = this.#heap[other]!;
    this.#heap[other] = held;
  }

  #rise(node: number): void {
    while (node > 0) {
      const parent = (node - 1) >>> 1;
      if (!this.#isFarther(node, parent)) return;
      this.#exchange(node, parent);
      node = parent;
    }
  }

  #sink(): void {
    for (let node = 0;;) {
      const [left, right] = [2 * node + 1, 2 * node + 2];
      let farthest = node;
      if (left < this.#heap.length && this.#isFarther(left, farthest)) farthest = left;
      if (right < this.#heap.length && this.#isFarther(right, farthest)) farthest = right;
      if (farthest === node) return;
      this.#exchange(node, farthest);
      node = farthest;
    }
  }
}
