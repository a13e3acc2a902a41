/** Mean signal by bin, while files are counted. */

/** How many bins the window has that the page counts in: ± 5,000 bp in bins of 100 bp. */
const PAGE_BINS = 100;

/** Adds up what is counted of each mark in each cell type. */
export class ProfileSums {
  readonly #sums = new Map<string, { readonly bins: Float64Array; genes: number }>();

  /**
   * Adds the values of a file.
   *
   * @param mark Name of the mark.
   * @param cellType Name of the cell type.
   * @param values `[gene, bin]`
   * @returns The mean by bin of all that was counted of the mark in the cell type so far.
   */
  add(mark: string, cellType: string, values: Float64Array): number[] {
    const key = JSON.stringify([mark, cellType]);
    const sums = this.#sums.get(key) ?? { bins: new Float64Array(PAGE_BINS), genes: 0 };
    this.#sums.set(key, sums);
    const { bins } = sums;
    for (let i = 0; i < values.length; i++) bins[i % PAGE_BINS]! += values[i]!;
    sums.genes += values.length / PAGE_BINS;
    return Array.from(bins, (sum) => sum / sums.genes);
  }
}
