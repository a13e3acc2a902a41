/** Samples of the same cell type that are like a sample in one number: its total signal, or its label. */

import type { Dataset } from "../data/dataset.ts";
import { geneGroupIndices } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import type { MatchBy } from "./attribute_options.ts";
import { ranksByDistance } from "./ranks_by_distance.ts";
import { storedSignal } from "./stored_signal.ts";

/** The samples of one cell type in the order of their numbers. */
interface SortedSamples {
  /** `[rank]`: positions in the data set. */
  readonly positions: Uint32Array;
  /** `[rank]`, rising. */
  readonly keys: Float64Array;
  /** Rank of each position. */
  readonly rankOf: ReadonlyMap<number, number>;
}

/** Finds samples that are like others. */
export class MatchedSamples {
  readonly #data: Dataset;
  readonly #cellTypes: Uint32Array;
  readonly #genes: Uint32Array;
  readonly #keyOf: (position: number) => number;
  readonly #sorted = new Map<number, SortedSamples>();

  /**
   * Prepares to compare samples.
   *
   * @throws {ContractError} If samples are to be matched by labels that they do not have.
   */
  constructor(data: Dataset, by: MatchBy) {
    this.#data = data;
    this.#cellTypes = data.cellTypeIndices();
    // Windows of transcripts of one gene overlap, so that they would be matched with each other.
    this.#genes = geneGroupIndices(data);
    if (by === "signal") this.#keyOf = (position) => totalSignal(data, position);
    else {
      if (!data.hasLabels) {
        throw new ContractError("Cannot match samples by label: the data have no labels");
      }
      const labels = data.labels();
      this.#keyOf = (position) => labels[position]!;
    }
  }

  /** The number by which a sample is matched. */
  keyOf(position: number): number {
    return this.#keyOf(position);
  }

  /** The positions of a cell type's samples, in the order of their numbers. */
  sortedIn(cellType: number): SortedSamples {
    const known = this.#sorted.get(cellType);
    if (known !== undefined) return known;
    const own = Uint32Array.from(this.#cellTypes.keys())
      .filter((position) => this.#cellTypes[position] === cellType);
    const ownKeys = Float64Array.from(own, (position) => this.#keyOf(position));
    const order = Uint32Array.from(own.keys()).sort((a, b) => ownKeys[a]! - ownKeys[b]! || a - b);
    const positions = order.map((place) => own[place]!);
    const sorted = {
      positions,
      keys: Float64Array.from(order, (place) => ownKeys[place]!),
      rankOf: new Map(Array.from(positions, (position, rank) => [position, rank])),
    };
    this.#sorted.set(cellType, sorted);
    return sorted;
  }

  /**
   * The samples of other genes in the same cell type that are nearest to a sample, nearest first.
   *
   * @throws {ContractError} If the cell type has no other gene.
   */
  nearest(position: number, count: number): number[] {
    const gene = this.#genes[position]!;
    const { positions, keys, rankOf } = this.sortedIn(this.#cellTypes[position]!);
    const rank = rankOf.get(position)!;
    const key = keys[rank]!;
    const found: number[] = [];
    for (const near of ranksByDistance(keys, key, rank + 1)) {
      const other = positions[near]!;
      if (this.#genes[other] !== gene) found.push(other);
      if (found.length === count) break;
    }
    if (found.length > 0) return found;
    throw new ContractError(
      `Cannot match samples: ${this.#data.cellTypeOf(position)} has no gene besides ` +
        `${this.#data.describeGene(position)}, expected some that it can be compared with`,
    );
  }
}

/** Sum over bins and marks of ln(1 + count), or of the values where these are logarithms already. */
export function totalSignal(data: Dataset, position: number): number {
  const values = storedSignal(data, position);
  let total = 0;
  if (data.hasCounts) {
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== 0) total += Math.log1p(values[i]!);
    }
  } else for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
