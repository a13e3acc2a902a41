/** The samples of a null that are of one cell type, arranged so that comparing thousands of others with them is quick. */

import { findFirst } from "../../base/search.ts";
import type { Dataset } from "../../data/dataset.ts";
import { sizeOf } from "../../model/layer_shapes.ts";
import type { InputName } from "../../model/spec.ts";
import { totalSignal } from "../matched_samples.ts";
import { ranksByDistance } from "../ranks_by_distance.ts";
import type { NullAttributions } from "./null_attributions.ts";

/** Letters of a base, of which the null's largest counts. */
const LETTERS = 4;

/** Bits that stand for a value that is not there: as an integer, below those of any size. */
const MISSING = -1;

/** Samples of a null by rank: all from one rank to another, but for some. */
interface Neighbours {
  readonly first: number;
  readonly end: number;
  /** Ranks between these that are left out. */
  readonly without: readonly number[];
}

/** Sizes of one input's attributions, as the bits of float32: those of numbers from 0 on rise as the numbers do. */
interface Sizes {
  /** `[value, rank]`: the size of each, {@linkcode MISSING} where it is NaN. */
  readonly bits: Int32Array;
  /** `[value]`: whether it is missing in any sample. */
  readonly hasGaps: Uint8Array;
}

/** Samples of one cell type, in the order of their total signal: their ranks. */
export class CellTypeNull {
  readonly #null: NullAttributions;
  /** `[rank]`, rising. */
  readonly #totals: Float64Array;
  /** `[rank]`: the number of the gene. */
  readonly #genes: Uint32Array;
  /** `[rank]`: the place in the null. */
  readonly #places: Uint32Array;
  readonly #sizes = new Map<InputName, Sizes>();

  /** Sorts the samples at some places of a null. */
  constructor(
    nullAttributions: NullAttributions,
    { places, data, genes }: {
      readonly places: readonly number[];
      readonly data: Dataset;
      /** `[position]`: the number of the gene to which each sample of the data belongs. */
      readonly genes: Uint32Array;
    },
  ) {
    const { rows } = nullAttributions.attributions;
    const totals = Float64Array.from(places, (place) => totalSignal(data, rows[place]!));
    const order = Uint32Array.from(places.keys()).sort((a, b) => totals[a]! - totals[b]! || a - b);
    this.#null = nullAttributions;
    this.#totals = Float64Array.from(order, (i) => totals[i]!);
    this.#genes = order.map((i) => genes[rows[places[i]!]!]!);
    this.#places = order.map((i) => places[i]!);
  }

  /** The samples with the nearest total signal, but those of a gene. */
  neighbours({ total, gene, count }: {
    readonly total: number;
    readonly gene: number | undefined;
    readonly count: number;
  }): Neighbours {
    const totals = this.#totals;
    const above = findFirst(totals.length, (rank) => totals[rank]! >= total);
    let [first, end] = [above, above];
    const without: number[] = [];
    for (const rank of ranksByDistance(totals, total, above)) {
      if (end - first - without.length === count) break;
      first = Math.min(first, rank);
      end = Math.max(end, rank + 1);
      if (this.#genes[rank] === gene) without.push(rank);
    }
    return { first, end, without };
  }

  /** Writes the p-values of a sample's values of an input; leaves those that cannot be tested as they are. */
  compare(
    name: InputName,
    { first, end, without }: Neighbours,
    { values, found }: { readonly values: Float32Array; readonly found: Float64Array },
  ): void {
    const ranks = this.#totals.length;
    const { bits: sizes, hasGaps } = this.#sizesOf(name);
    const ownBits = bitsOf(values.map(Math.abs));
    for (const [i, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      const own = ownBits[i]!;
      const [from, to] = [i * ranks + first, i * ranks + end];
      let larger = countAtLeast(sizes, own, { from, to });
      let compared = hasGaps[i] === 1 ? countAtLeast(sizes, 0, { from, to }) : end - first;
      for (const rank of without) {
        if (sizes[i * ranks + rank]! >= own) larger--;
        if (sizes[i * ranks + rank]! >= 0) compared--;
      }
      if (compared > 0) found[i] = (1 + larger) / (1 + compared);
    }
  }

  #sizesOf(name: InputName): Sizes {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    const { values, shape } = this.#null.attributions.inputs[name]!;
    const size = sizeOf(shape);
    const ranks = this.#places.length;
    const bits = new Int32Array(size * ranks);
    const hasGaps = new Uint8Array(size);
    for (const [rank, place] of this.#places.entries()) {
      const own = values.slice(place * size, (place + 1) * size).map(Math.abs);
      if (name === "sequence") spreadLargest(own);
      const ownBits = bitsOf(own);
      for (let i = 0; i < size; i++) {
        const isMissing = Number.isNaN(own[i]!);
        if (isMissing) hasGaps[i] = 1;
        bits[i * ranks + rank] = isMissing ? MISSING : ownBits[i]!;
      }
    }
    const made = { bits, hasGaps };
    this.#sizes.set(name, made);
    return made;
  }
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

/**
 * Number of sizes from one place to another that are at least as large as a bound. Whether one is, is as good as random, so a
 * branch would be guessed wrongly half of the time: the sign of a difference is added up instead.
 */
function countAtLeast(
  bits: Int32Array,
  bound: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const below = bound - 1 | 0;
  let count = 0;
  for (let at = from; at < to; at++) count = count + (below - bits[at]! >>> 31) | 0;
  return count;
}

/** Sets the values of a base's letters to the largest of them. */
function spreadLargest(sizes: Float32Array): void {
  for (let first = 0; first < sizes.length; first += LETTERS) {
    const letters = sizes.subarray(first, first + LETTERS);
    letters.fill(Math.max(...letters));
  }
}
