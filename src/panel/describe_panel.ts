import { formatCountOf } from "../base/count.ts";
import { LABEL_STATISTICS, type ReferencePanel } from "./panel.ts";

/**
 * Describes a panel in words.
 *
 * @param panel The panel.
 * @returns Such as `17,447 genes in 50 cell types, 16,000 with labels`, or `label statistics of 17,447 genes over 8 cell
 * types`.
 *
 * @example
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, describePanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 3, newGenes: 1 }).train);
 * strictEqual(describePanel(await buildPanel(data)), "3 genes in 2 cell types, 3 with labels");
 * ```
 */
export function describePanel(panel: ReferencePanel): string {
  const { genes, cellTypes, statistics } = panel;
  const summarised = statistics?.cellTypes.length ?? 0;
  if (cellTypes.length === 0) {
    const known = formatCountOf(countGenes(panel, hasStatistics), "gene");
    return `label statistics of ${known} over ${formatCountOf(summarised, "cell type")}`;
  }
  const known = countGenes(panel, hasLabel).toLocaleString("en-US");
  const listed = `${formatCountOf(genes.length, "gene")} in ${
    formatCountOf(cellTypes.length, "cell type")
  }, ${known} with labels`;
  return statistics === undefined
    ? listed
    : `${listed}; label statistics over ${formatCountOf(summarised, "more cell type")}`;
}

/**
 * Whether a label of a gene is known, in a cell type that the panel lists or in those of its statistics.
 *
 * @param panel The panel.
 * @param gene Its place in the panel.
 */
export function knowsLabel(panel: KnownLabels, gene: number): boolean {
  return hasLabel(panel, gene) || hasStatistics(panel, gene);
}

type KnownLabels = Pick<ReferencePanel, "cellTypes" | "labels" | "statistics">;

function hasLabel({ cellTypes: { length: size }, labels }: KnownLabels, gene: number): boolean {
  return labels.subarray(gene * size, (gene + 1) * size).some((label) => !Number.isNaN(label));
}

function hasStatistics({ statistics }: KnownLabels, gene: number): boolean {
  return statistics !== undefined && statistics.values[gene * LABEL_STATISTICS]! > 0;
}

function countGenes(
  panel: ReferencePanel,
  isCounted: (panel: KnownLabels, gene: number) => boolean,
): number {
  return panel.genes.filter((_, gene) => isCounted(panel, gene)).length;
}
