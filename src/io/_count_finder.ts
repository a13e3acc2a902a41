/** Recovers counts from values of ln(1 + count), as the competition's files hold them. */

import { isLogarithmOf, LARGEST_ENCODED_COUNT } from "./logarithms.ts";

const LARGEST_VALUE = Math.log1p(LARGEST_ENCODED_COUNT);
/** Cells of equal width that each remember one count. Up to about this count no two counts share a cell. */
const CELLS_PER_UNIT = 4096;

/** Pairs of a count and the value by which a file has its logarithm. */
export interface LearnedValues {
  /** The counts. */
  readonly counts: Uint16Array<ArrayBuffer>;
  /** The value of each, in the same order. */
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * Finds the count of which a value is the logarithm.
 *
 * Programs round the last bits of ln(1 + count) in different ways: numpy's float32 functions differ from the correctly
 * rounded value for 3% of all counts, by one unit in the last place. So the value of each count is learned from the
 * file: a count has one value, and a file with a second value for the same count holds something else. Since values are
 * learned and never rounded, each is exactly recovered from its count.
 */
export class CountFinder {
  /** The value of each count, `[count]`; NaN until it is learned. */
  readonly #values = new Float64Array(LARGEST_ENCODED_COUNT + 1).fill(NaN);
  /** The count that was last found in each cell of values. */
  readonly #cells = new Uint16Array(Math.ceil(LARGEST_VALUE * CELLS_PER_UNIT) + 1);
  #learned: number[] = [];

  constructor() {
    this.#values[0] = 0;
  }

  /**
   * Copies the counts of a block of rows.
   *
   * @param block Values, `[bin, column]`, whose columns are id, marks and perhaps label.
   * @param columns Number of columns, and number of marks.
   * @param counts Receives the counts, `[bin, mark]`, from its start.
   * @returns Whether every value is the logarithm of a count; if not, the content of `counts` has no meaning.
   */
  copyCounts(
    block: Float64Array,
    { columns, marks }: { readonly columns: number; readonly marks: number },
    counts: Uint32Array,
  ): boolean {
    const values = this.#values;
    const cells = this.#cells;
    let out = 0;
    for (let bin = 1; bin < block.length; bin += columns) {
      for (let i = bin; i < bin + marks; i++) {
        const value = block[i]!;
        let count = cells[(value * CELLS_PER_UNIT) | 0]!;
        // A value outside the cells gives `undefined`, which equals no value either.
        if (values[count] !== value) count = this.#learn(value);
        if (count < 0) return false;
        counts[out++] = count;
      }
    }
    return true;
  }

  /** The count of which a value is the logarithm; −1 if there is no count, or the count is known to have another value. */
  find(value: number): number {
    const count = this.#cells[(value * CELLS_PER_UNIT) | 0]!;
    return this.#values[count] === value ? count : this.#learn(value);
  }

  /** The values that were learned since the last call. */
  takeLearned(): LearnedValues | undefined {
    if (this.#learned.length === 0) return undefined;
    const counts = Uint16Array.from(this.#learned);
    this.#learned = [];
    return { counts, values: Float64Array.from(counts, (count) => this.#values[count]!) };
  }

  /** The count of a value; −1 if it is the logarithm of none, or another value is already known for that count. */
  #learn(value: number): number {
    if (!(value >= 0 && value <= LARGEST_VALUE + 1)) return -1;
    const count = Math.round(Math.expm1(value));
    if (count > LARGEST_ENCODED_COUNT || !isLogarithmOf(value, count)) return -1;
    const known = this.#values[count]!;
    if (Number.isNaN(known)) {
      this.#values[count] = value;
      this.#learned.push(count);
    } else if (known !== value) return -1;
    this.#cells[(value * CELLS_PER_UNIT) | 0] = count;
    return count;
  }
}
