/** Computes the expression of a cell type from its files, which are replicates. */

/** A gene with a value in only some replicates. */
export interface PartialGene {
  /** Index of the gene. */
  readonly gene: number;
  /** Name of a file that has a value of the gene. */
  readonly has: string;
  /** Name of a file that lacks it. */
  readonly lacks: string;
}

/** Adds up the values of replicates. */
export class Replicates {
  readonly #sums: Float64Array<ArrayBuffer>;
  /** Number of files with a value, `[gene]`. */
  readonly #counts: Uint32Array;
  readonly #files: string[] = [];
  /** The first gene that was found in only some files. */
  #example: PartialGene | undefined;

  constructor(genes: number) {
    this.#sums = new Float64Array(genes);
    this.#counts = new Uint32Array(genes);
  }

  /** Number of files. */
  get files(): number {
    return this.#files.length;
  }

  /** A gene with a value in only some files; `undefined` if all files have the same genes. */
  get example(): PartialGene | undefined {
    return this.#example;
  }

  /** Adds the values of a file, `[gene]`; NaN for genes without a value. */
  add(values: Float64Array, file: string): void {
    const [first] = this.#files;
    for (let gene = 0; gene < values.length; gene++) {
      const value = values[gene]!;
      const lacks = Number.isNaN(value);
      if (this.#example === undefined && first !== undefined) {
        // There is no example yet, so the earlier files either all have the gene or all lack it.
        const had = this.has(gene);
        if (had && lacks) this.#example = { gene, has: first, lacks: file };
        if (!had && !lacks) this.#example = { gene, has: file, lacks: first };
      }
      if (lacks) continue;
      this.#sums[gene]! += value;
      this.#counts[gene]!++;
    }
    this.#files.push(file);
  }

  /** Whether any file has a value of a gene. */
  has(gene: number): boolean {
    return this.#counts[gene]! > 0;
  }

  /** Whether only some files have a value of a gene: a mean over fewer files would be a different statistic. */
  isPartial(gene: number): boolean {
    return this.has(gene) && this.#counts[gene]! < this.files;
  }

  /** The means, `[gene]`; NaN for a gene that any file lacks. */
  mean(): Float64Array<ArrayBuffer> {
    return this.#sums.map((sum, gene) =>
      this.#counts[gene] === this.files ? sum / this.files : NaN
    );
  }
}
