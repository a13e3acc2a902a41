/** Measures the lengths of a file's rows and whether they overlap, which distinguishes reads from regions. */

const LONGEST_READ_BP = 1000;
/** Size of the human genome; in smaller genomes reads overlap more often. */
const GENOME_BP = 3.1e9;
/** Reads from which this many overlaps are expected practically never have none at all. */
const CERTAIN_OVERLAPS = 10;

/** Summarises the rows of a file. It takes them one by one, since files of reads have tens of millions of rows. */
export class RowShapes {
  #rows = 0;
  #bases = 0;
  #longRows = 0;
  #overlaps = 0;

  /** Takes a row. `isApart` says that it is on another sequence than the last row, or starts after its end. */
  add(length: number, isApart: boolean): void {
    this.#rows++;
    this.#bases += length;
    if (length > LONGEST_READ_BP) this.#longRows++;
    if (!isApart) this.#overlaps++;
  }

  /**
   * Says why the rows are probably not reads, or returns `undefined` if they may be. Rows count as long if most of them
   * are. The mean is not used, since a few pairs with distant mates make it large in sound fragments.
   */
  describe(): string | undefined {
    const why = this.#describeLength() ?? this.#describeOverlaps();
    return why &&
      `${why}: it may hold peaks or other regions, each of which is counted as one read. If so, give ` +
        "the reads or the signal instead";
  }

  #describeLength(): string | undefined {
    if (this.#longRows <= this.#rows / 2) return undefined;
    const length = Math.round(this.#bases / this.#rows).toLocaleString("en-US");
    return `has rows much longer than reads or fragments, ${length} bp on average`;
  }

  /** In sorted order, reads at random places overlap the read before them as often as they cover the genome. */
  #describeOverlaps(): string | undefined {
    const expected = this.#rows * this.#bases / GENOME_BP;
    if (this.#overlaps > 0 || expected < CERTAIN_OVERLAPS) return undefined;
    const rows = this.#rows.toLocaleString("en-US");
    return `has ${rows} rows in order, no two of which overlap, as reads would`;
  }
}
