/** Names of samples, each made of a cell type and a gene, that differ from each other. */

const SEPARATOR = ":";

/** The name of a sample, such as `E003:ENSG00000000003`. */
export function sampleName(cellType: string, gene: string): string {
  return `${cellType}${SEPARATOR}${gene}`;
}

/**
 * Refuses cell types of which samples of different genes would have the same name: the gene `1:x` in `liver` and the
 * gene `x` in `liver:1`.
 */
export class SampleNames {
  readonly #genes = new Map<string, readonly string[]>();

  /** The cell types that were taken. */
  get cellTypes(): readonly string[] {
    return [...this.#genes.keys()];
  }

  /**
   * Takes the samples of a cell type.
   *
   * @param cellType Name of the cell type.
   * @param genes Its genes, not changed from now on.
   * @throws {RangeError} If it was taken before, or one of its samples has the name of a former one.
   */
  add(cellType: string, genes: readonly string[]): void {
    if (this.#genes.has(cellType)) {
      throw new RangeError(`Cannot write cell type "${cellType}": it appears twice`);
    }
    for (const [other, othersGenes] of this.#genes) {
      const shared = findShared([cellType, genes], [other, othersGenes]) ??
        findShared([other, othersGenes], [cellType, genes]);
      if (shared === undefined) continue;
      throw new RangeError(
        `Cannot write cell type "${cellType}": a sample of it and one of "${other}" would both be named ` +
          `"${shared}". Rename one of the cell types`,
      );
    }
    this.#genes.set(cellType, genes);
  }
}

type Samples = readonly [cellType: string, genes: readonly string[]];

/** A name that samples of a cell type share with those of one whose name is longer. */
function findShared(
  [shorter, genes]: Samples,
  [longer, genesOfLonger]: Samples,
): string | undefined {
  const start = `${shorter}${SEPARATOR}`;
  if (!longer.startsWith(start)) return undefined;
  const names = new Set(genes.map((gene) => sampleName(shorter, gene)));
  return genesOfLonger.map((gene) => sampleName(longer, gene)).find((name) => names.has(name));
}
