/** The expression of a cell type from its files, which are replicates. */

/** A gene that has a value in some replicates only. */
export interface PartialGene {
  /** Its place. */
  readonly gene: number;
  /** Names of a file that has a value of it, and of one that lacks it. */
  readonly has: string;
  readonly lacks: string;
}

/** Adds up the values of replicates. */
export class Replicates {
  readonly #sums: Float64Array<ArrayBuffer>;
  /** How many files have a value, `[gene]`. */
  readonly #counts: Uint32Array;
  readonly #files: string[] = [];
  /** The gene that was the first to be found in some files only. */
  #example: PartialGene | undefined;

  constructor(genes: number) {
    this.#sums = new Float64Array(genes);
    this.#counts = new Uint32Array(genes);
  }

  /** Number of files. */
  get files(): number {
    return this.#files.length;
  }

  /** A gene that has a value in some files only; `undefined` if there is none. */
  get example(): PartialGene | undefined {
    return this.#example;
  }

  /** Adds the values of a file, `[gene]`; NaN where it has none. */
  add(values: Float64Array, file: string): void {
    const earlier = this.#files.length;
    for (let gene = 0; gene < values.length; gene++) {
      const value = values[gene];
      const lacks = Number.isNaN(value);
      if (this.#example === undefined && earlier > 0) {
        // There is no example yet, so either all of the earlier files have the gene or none has.
        const had = this.#counts[gene] > 0;
        if (had && lacks) this.#example = { gene, has: this.#files[0], lacks: file };
        if (!had && !lacks) this.#example = { gene, has: file, lacks: this.#files[0] };
      }
      if (lacks) continue;
      this.#sums[gene] += value;
      this.#counts[gene]++;
    }
    this.#files.push(file);
  }

  /** Whether a file has a value of a gene. */
  has(gene: number): boolean {
    return this.#counts[gene] > 0;
  }

  /** Whether some files have a value of a gene and others lack it: a mean over fewer of them is another statistic. */
  isPartial(gene: number): boolean {
    return this.has(gene) && this.#counts[gene] < this.files;
  }

  /** The means, `[gene]`; NaN of a gene that a file lacks. */
  mean(): Float64Array<ArrayBuffer> {
    return this.#sums.map((sum, gene) =>
      this.#counts[gene] === this.files ? sum / this.files : NaN
    );
  }
}
