import { sealPanel } from "./digest.ts";
import { LabelMoments } from "./label_moments.ts";
import { LABEL_STATISTICS, type LabelStatistics, type ReferencePanel } from "./panel.ts";

/**
 * Makes a panel of label statistics alone: for each gene the number of cell types in which its label is known, and the
 * mean, standard deviation, least and most of these labels; no marks, and no label of a single cell type. A model that was
 * trained with `referenceDropout` predicts samples of new cell types with it. A sample of a cell type in the statistics is
 * predicted as if its gene were new, since its own label cannot be taken out of them.
 *
 * The statistics of a gene with a single label are that label.
 *
 * @param panel The panel; it is not changed. Statistics that it has already are joined with those of its labels.
 * @returns A panel of the same genes that lists no cell types.
 *
 * @example The mean of a gene's labels
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, keepStatistics, panelBytes } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 100, newGenes: 1 }).train);
 * const panel = await buildPanel(data);
 * const small = await keepStatistics(panel);
 * const [count, mean] = small.statistics!.values;
 * const labels = panel.labels.subarray(0, 3);
 * deepStrictEqual([count, small.cellTypes, small.labels.length], [3, [], 0]);
 * ok(Math.abs(mean! - (labels[0]! + labels[1]! + labels[2]!) / 3) < 1e-6);
 * ok(panelBytes(small) < panelBytes(panel) / 10);
 * ```
 */
export async function keepStatistics(panel: ReferencePanel): Promise<ReferencePanel> {
  return await sealPanel({
    ...panel,
    cellTypes: [],
    values: new Uint8Array(0),
    present: new Uint8Array(0),
    labels: new Float32Array(0),
    statistics: summariseLabels(panel),
  });
}

function summariseLabels(
  { genes, cellTypes, labels, statistics }: ReferencePanel,
): LabelStatistics {
  const size = cellTypes.length;
  const values = new Float32Array(genes.length * LABEL_STATISTICS);
  for (const gene of genes.keys()) {
    const start = gene * LABEL_STATISTICS;
    const known = statistics?.values.subarray(start, start + LABEL_STATISTICS);
    const moments = new LabelMoments(known);
    for (const label of labels.subarray(gene * size, (gene + 1) * size)) moments.add(label);
    values.set(moments.statistics, start);
  }
  return { cellTypes: [...statistics?.cellTypes ?? [], ...cellTypes], values };
}
