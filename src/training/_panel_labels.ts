import type { KnownLabels } from "../panel/context.ts";
import { LABEL_STATISTICS, type ReferencePanel } from "../panel/panel.ts";

/** The standard deviation among the statistics of a gene, which has no zero point. */
const SD = 2;

/** What a panel knows of labels, on the scale that networks see: less their mean, in standard deviations. */
export class PanelLabels {
  /** `[gene, cellType]`, NaN where a label is not known. */
  readonly standardised: Float32Array;
  /** `[gene, statistic]` */
  readonly #statistics: Float32Array | undefined;
  readonly #cellTypes: number;

  /** Standardises the labels of a panel. */
  constructor({ labels, statistics, labelMean, labelSd, cellTypes }: ReferencePanel) {
    const standardise = (label: number) => (label - labelMean) / labelSd;
    this.#cellTypes = cellTypes.length;
    this.standardised = labels.map(standardise);
    this.#statistics = statistics?.values.map((value, i) => {
      const statistic = i % LABEL_STATISTICS;
      if (statistic === 0) return value;
      return statistic === SD ? value / labelSd : standardise(value);
    });
  }

  /** The label of a gene in a cell type, both by their places; NaN where it is not known. */
  of(gene: number, cellType: number): number {
    return this.standardised[gene * this.#cellTypes + cellType]!;
  }

  /**
   * What is known of a gene.
   *
   * @param gene Its place in the panel.
   * @param shown Places of the cell types whose labels are shown, and whether statistics are.
   */
  knownOf(
    gene: number,
    { places, statistics }: { readonly places: Uint32Array; readonly statistics: boolean },
  ): KnownLabels {
    const first = gene * LABEL_STATISTICS;
    return {
      labels: this.standardised,
      places,
      offset: gene * this.#cellTypes,
      statistics: statistics
        ? this.#statistics?.subarray(first, first + LABEL_STATISTICS)
        : undefined,
    };
  }
}
