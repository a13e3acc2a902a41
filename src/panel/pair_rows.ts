/** The rows of a data set's columns for each gene in each cell type of a panel: several where there are replicates. */
export class PairRows {
  /** The first row of each pair, −1 for a pair without rows. */
  readonly #first: Int32Array;
  /** The other rows of pairs that have several. */
  readonly #others = new Map<number, number[]>();

  /** Makes room for pairs, numbered gene · cell types + cell type. */
  constructor(count: number) {
    this.#first = new Int32Array(count).fill(-1);
  }

  /** Adds a row to a pair, unless it has that row already. */
  add(pair: number, row: number): void {
    const first = this.#first[pair]!;
    if (first === row) return;
    if (first < 0) {
      this.#first[pair] = row;
      return;
    }
    const others = this.#others.get(pair);
    if (others === undefined) this.#others.set(pair, [row]);
    else if (!others.includes(row)) others.push(row);
  }

  /** The pairs that have rows, with these. */
  *pairs(): Generator<[pair: number, rows: readonly number[]]> {
    const rows = [0];
    for (const [pair, first] of this.#first.entries()) {
      if (first < 0) continue;
      const others = this.#others.get(pair);
      rows[0] = first;
      yield [pair, others === undefined ? rows : [first, ...others]];
    }
  }
}
