/** Pairs of numbers, such as a cell type and a gene, numbered in the order in which they are first seen. */

/** More places than this for each sample are not kept as a table. */
const PLACES_OF_SAMPLE = 8;

/** Sizes of {@linkcode PairNumbers}. */
export interface PairSizes {
  /** The first number of a pair is below it. */
  readonly firsts: number;
  /** The second number of a pair is below it. */
  readonly seconds: number;
  /** How many pairs will be asked for, about. */
  readonly samples: number;
}

/**
 * Numbers pairs. Data have most of their genes in most of their cell types, so that a table of all pairs is small; it takes
 * tens of millions of them, where a `Map` ends at 2^24 keys. Where it would be large, a `Map` is taken.
 */
export class PairNumbers {
  readonly #seconds: number;
  /** The number of each pair, plus 1; 0 for those that were not seen. */
  readonly #table: Uint32Array | undefined;
  readonly #places = new Map<number, number>();
  #count = 0;

  /** Knows no pair yet. */
  constructor({ firsts, seconds, samples }: PairSizes) {
    this.#seconds = seconds;
    const pairs = firsts * seconds;
    if (pairs <= PLACES_OF_SAMPLE * samples) this.#table = new Uint32Array(pairs);
  }

  /** How many pairs there are. */
  get count(): number {
    return this.#count;
  }

  /** The number of a pair, from 0: that of the same pair before, or the next one. */
  numberOf(first: number, second: number): number {
    const pair = first * this.#seconds + second;
    const known = this.#table === undefined ? this.#places.get(pair) ?? 0 : this.#table[pair]!;
    if (known > 0) return known - 1;
    const number = ++this.#count;
    if (this.#table === undefined) this.#places.set(pair, number);
    else this.#table[pair] = number;
    return number - 1;
  }
}
