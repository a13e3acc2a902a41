/** How long the rows of a file are and whether they overlap, which tells reads from regions. */

const LONGEST_READ_BP = 1000;
/** The human genome; in smaller ones reads overlap more often. */
const GENOME_BP = 3.1e9;
/** Where so many overlaps are expected of reads, there is hardly ever none. */
const CERTAIN_OVERLAPS = 10;

/** What all rows of a file have in common. Takes them one by one: files of reads have tens of millions of them. */
export class RowShapes {
  #rows = 0;
  #bases = 0;
  #longRows = 0;
  #overlaps = 0;

  /** Takes a row; `isApart` tells that it is on another sequence than the last one, or starts after it. */
  add(length: number, isApart: boolean): void {
    this.#rows++;
    this.#bases += length;
    if (length > LONGEST_READ_BP) this.#longRows++;
    if (!isApart) this.#overlaps++;
  }

  /**
   * Why the rows are hardly reads, or `undefined` if they may be. Most of them, not their mean, are to be long: a
   * few pairs whose mates are far apart make the mean of sound fragments large.
   */
  describe(): string | undefined {
    const why = this.#describeLength() ?? this.#describeOverlaps();
    return why &&
      `${why}: it may hold peaks or other regions, of which each is counted as one read. If so, give ` +
        "the reads or the signal instead";
  }

  #describeLength(): string | undefined {
    if (this.#longRows <= this.#rows / 2) return undefined;
    const length = Math.round(this.#bases / this.#rows).toLocaleString("en-US");
    return `has rows much longer than reads or fragments, ${length} bp on average`;
  }

  /** Reads at random places overlap the one before them, in order, as often as they cover the genome. */
  #describeOverlaps(): string | undefined {
    const expected = this.#rows * this.#bases / GENOME_BP;
    if (this.#overlaps > 0 || expected < CERTAIN_OVERLAPS) return undefined;
    const rows = this.#rows.toLocaleString("en-US");
    return `has ${rows} rows in order of which no two overlap, as reads do`;
  }
}
