/** Numbers the distinct references of a batch. */
export class EntryFinder {
  /** Number of entries so far. */
  entries = 0;
  /** For each gene and cell type the batch in which it was last found, with which marks hidden, and its entry there. */
  readonly #batchOf: Uint32Array;
  readonly #keyOf: Uint32Array;
  readonly #entryOf: Uint32Array;
  #batch = 0;

  constructor(pairs: number) {
    this.#batchOf = new Uint32Array(pairs);
    this.#keyOf = new Uint32Array(pairs);
    this.#entryOf = new Uint32Array(pairs);
  }

  /** Begins a batch. */
  start(): void {
    this.entries = 0;
    this.#batch++;
    if (this.#batch < 2 ** 32) return;
    this.#batchOf.fill(0);
    this.#batch = 1;
  }

  /** The entry of a pair with some marks hidden: a new one, unless the pair was last found with the same ones. */
  find(pair: number, key: number): number {
    if (this.#batchOf[pair] === this.#batch && this.#keyOf[pair] === key) {
      return this.#entryOf[pair]!;
    }
    this.#batchOf[pair] = this.#batch;
    this.#keyOf[pair] = key;
    this.#entryOf[pair] = this.entries;
    return this.entries++;
  }
}
