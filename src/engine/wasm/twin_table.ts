/** Values of an entry that its place in the table is computed from: enough to tell most apart. */
const HASHED_VALUES = 16;
/**
 * Places that are tried for an entry. Where all of them are taken, it is not noted, and later copies of it are taken for
 * new.
 */
const TRIES = 8;
const NONE = -1;
/** Factor of a multiplicative hash: 2³² divided by the golden ratio. */
const GOLDEN = 0x9e3779b1;

/** Finds entries whose values are the same, bit for bit, such as those of a sample that is a reference of another. */
export class TwinTable {
  /** Number of an entry's values. */
  readonly size: number;
  /** Which of an entry's values are hashed. */
  readonly #hashed: Int32Array;
  readonly #slots: Int32Array;
  /** `[entry]`: where its values are. */
  readonly #arrays: Int32Array[] = [];
  readonly #starts: Uint32Array;
  /** The place for what was looked for last and not found; −1 if no place was free. */
  #free = NONE;

  /** Has room for `capacity` entries of `size` values. */
  constructor(size: number, capacity: number) {
    this.size = size;
    const hashed = Math.min(HASHED_VALUES, size);
    this.#hashed = Int32Array.from({ length: hashed }, (_, i) => Math.floor(i * size / hashed));
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * capacity)));
    this.#starts = new Uint32Array(capacity);
    this.clear();
  }

  /** Removes all entries. */
  clear(): void {
    this.#slots.fill(NONE);
    this.#arrays.length = 0;
  }

  /**
   * Adds an entry.
   *
   * @param entry Its number: that of the last one that was new, and 1.
   * @param values Holds its values, as bits, from `start` on, for as long as they are not moved.
   * @returns The first entry with the same values; the same number if the table has none.
   */
  add(entry: number, values: Int32Array, start: number): number {
    const found = this.find(values, start);
    if (found !== NONE) return found;
    this.move(entry, values, start);
    if (this.#free !== NONE) this.#slots[this.#free] = entry;
    return entry;
  }

  /**
   * Finds an entry.
   *
   * @param values Holds the values, as bits, from `start` on.
   * @returns The first entry with the same values; −1 if the table has none.
   */
  find(values: Int32Array, start: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#hash(values, start) & mask;
    this.#free = NONE;
    for (let tried = 0; tried < TRIES; tried++) {
      const other = slots[slot]!;
      if (other === NONE) {
        this.#free = slot;
        return NONE;
      }
      if (this.#areSame(other, values, start)) return other;
      slot = (slot + 1) & mask;
    }
    return NONE;
  }

  /** Says that the values of an entry are elsewhere now. */
  move(entry: number, values: Int32Array, start: number): void {
    this.#arrays[entry] = values;
    this.#starts[entry] = start;
  }

  #hash(values: Int32Array, start: number): number {
    const hashed = this.#hashed;
    let hash = 0;
    for (let i = 0; i < hashed.length; i++) {
      hash = Math.imul(hash ^ values[start + hashed[i]!]!, GOLDEN);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #areSame(entry: number, others: Int32Array, otherStart: number): boolean {
    const { size } = this;
    const values = this.#arrays[entry]!;
    const start = this.#starts[entry]!;
    for (let i = 0; i < size; i++) {
      if (values[start + i] !== others[otherStart + i]) return false;
    }
    return true;
  }
}
