/** Finds the samples of a data set by gene and cell type. */

import type { Dataset } from "../../data/dataset.ts";

/** Positions of samples, by the places of their genes and cell types in the columns. */
export class SampleIndex {
  readonly #cellTypes: Uint32Array;
  /** Positions, gene by gene, ascending within each. */
  readonly #byGene: Uint32Array;
  /** `[gene]`: the place in `#byGene` of its first position. */
  readonly #starts: Uint32Array;
  readonly #byCellType = new Map<number, Uint32Array>();

  /** Sorts the positions of a data set. */
  constructor(data: Dataset) {
    const genes = data.geneIndices();
    this.#cellTypes = data.cellTypeIndices();
    this.#starts = new Uint32Array(data.columns.genes.length + 1);
    for (const gene of genes) this.#starts[gene + 1]!++;
    for (let gene = 1; gene < this.#starts.length; gene++) {
      this.#starts[gene]! += this.#starts[gene - 1]!;
    }
    const next = this.#starts.slice();
    this.#byGene = new Uint32Array(genes.length);
    for (const [position, gene] of genes.entries()) this.#byGene[next[gene]!++] = position;
  }

  /** The positions of a gene, ascending. */
  ofGene(gene: number): Uint32Array {
    return this.#byGene.subarray(this.#starts[gene], this.#starts[gene + 1]);
  }

  /** The positions of a cell type, ascending. */
  ofCellType(cellType: number): Uint32Array {
    const known = this.#byCellType.get(cellType);
    if (known !== undefined) return known;
    const positions = [...this.#cellTypes.keys()].filter((position) =>
      this.#cellTypes[position] === cellType
    );
    const made = Uint32Array.from(positions);
    this.#byCellType.set(cellType, made);
    return made;
  }

  /** The first position of a gene in a cell type, −1 if it has none. */
  find(gene: number, cellType: number): number {
    return this.ofGene(gene).find((position) => this.#cellTypes[position] === cellType) ?? -1;
  }
}
