/** Values of an entry that its place in the table is computed from: enough to tell most apart. */
const HASHED_VALUES = 16;
/** Places that are tried for an entry. Where all of them are taken, it is not noted, and later copies of it are taken for new. */
const TRIES = 4;
const LEAST_SLOTS = 64;
const FREE = -1;
/** Factor of a multiplicative hash: 2³² divided by the golden ratio. */
const GOLDEN = 0x9e3779b1;

/** Where the values of a chain's entries are. */
export interface EntryBits {
  /** The values of each input, as bits, `[input][entry, value]`. */
  readonly arrays: readonly Int32Array[];
  /** `[entry]` of the chain: its input, and its number there. */
  readonly inputOf: Uint8Array;
  readonly entryOf: Uint32Array;
}

/** Finds entries whose values are the same, bit for bit, such as those of a sample that is a reference of another. */
export class TwinTable {
  readonly #size: number;
  readonly #bits: EntryBits;
  #slots = new Int32Array(LEAST_SLOTS);
  #mask = LEAST_SLOTS - 1;

  /** `size` is the number of an entry's values. */
  constructor(size: number, bits: EntryBits) {
    this.#size = size;
    this.#bits = bits;
  }

  /** Forgets all entries; at most `entries` will be added. */
  start(entries: number): void {
    let slots = LEAST_SLOTS;
    while (slots < 2 * entries) slots *= 2;
    if (slots > this.#slots.length) this.#slots = new Int32Array(slots);
    this.#slots.fill(FREE, 0, slots);
    this.#mask = slots - 1;
  }

  /**
   * Adds an entry, whose place is noted in the bits already.
   *
   * @returns The first entry with the same values; the same number if there is none.
   */
  add(entry: number): number {
    let slot = this.#hash(entry) & this.#mask;
    for (let tried = 0; tried < TRIES; tried++) {
      const other = this.#slots[slot]!;
      if (other === FREE) {
        this.#slots[slot] = entry;
        return entry;
      }
      if (this.#areSame(entry, other)) return other;
      slot = (slot + 1) & this.#mask;
    }
    return entry;
  }

  #hash(entry: number): number {
    const size = this.#size;
    const { arrays, inputOf, entryOf } = this.#bits;
    const values = arrays[inputOf[entry]!]!;
    const start = entryOf[entry]! * size;
    const hashed = Math.min(HASHED_VALUES, size);
    let hash = 0;
    for (let i = 0; i < hashed; i++) {
      hash = Math.imul(hash ^ values[start + Math.floor(i * size / hashed)]!, GOLDEN);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #areSame(entry: number, other: number): boolean {
    const size = this.#size;
    const { arrays, inputOf, entryOf } = this.#bits;
    const values = arrays[inputOf[entry]!]!;
    const others = arrays[inputOf[other]!]!;
    const start = entryOf[entry]! * size;
    const otherStart = entryOf[other]! * size;
    for (let i = 0; i < size; i++) {
      if (values[start + i] !== others[otherStart + i]) return false;
    }
    return true;
  }
}
