import { formatCountOf } from "../base/count.ts";
import type { ReferencePanel } from "./panel.ts";

/**
 * Describes a panel in words.
 *
 * @param panel The panel.
 * @returns Such as `17,447 genes in 50 cell types, 16,000 with labels`.
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
export function describePanel({ genes, cellTypes, labels }: ReferencePanel): string {
  const known = countLabelled({ genes, cellTypes, labels });
  return `${formatCountOf(genes.length, "gene")} in ${
    formatCountOf(cellTypes.length, "cell type")
  }, ${known.toLocaleString("en-US")} with labels`;
}

/** Counts the genes of which a panel has a label. */
function countLabelled(
  { genes, cellTypes, labels }: Pick<ReferencePanel, "genes" | "cellTypes" | "labels">,
): number {
  const size = cellTypes.length;
  return genes.keys().filter((gene) =>
    labels.subarray(gene * size, (gene + 1) * size).some((label) => !Number.isNaN(label))
  ).reduce((count) => count + 1, 0);
}
