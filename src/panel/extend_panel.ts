import type { Dataset } from "../data/dataset.ts";
import type { ReconcileOptions } from "../record.ts";
import { addSamples } from "./add_samples.ts";
import { ContractError } from "../errors.ts";
import { sealPanel } from "./digest.ts";
import type { ReferencePanel } from "./panel.ts";

/**
 * Adds the marks of unlabelled samples to a panel: those of genes in its reference cell types that it does not have yet.
 * Labels of the samples, if they have any, are not read; samples of other cell types add nothing.
 *
 * @param panel The panel; it is not changed.
 * @param unlabelled The samples, in one or several data sets. They may lack marks.
 * @param options Whether another build of the genome is accepted, and who is told.
 * @returns A panel with the same cell types, scales and labels; `panel` itself if nothing was added.
 * @throws {ContractError} If the samples contradict the panel's record, one cell type of theirs is several of the panel, or
 * the panel has label statistics alone.
 *
 * @example The marks of new genes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, extendPanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 3 });
 * const panel = await buildPanel(new Dataset(train));
 * const extended = await extendPanel(panel, [new Dataset(test)]);
 * strictEqual(panel.genes.length, 8);
 * strictEqual(extended.genes.length, 11);
 * ```
 */
export async function extendPanel(
  panel: ReferencePanel,
  unlabelled: readonly Dataset[],
  options: ReconcileOptions = {},
): Promise<ReferencePanel> {
  if (unlabelled.length > 0 && panel.cellTypes.length === 0) {
    throw new ContractError(
      "Cannot add marks to the panel: it holds label statistics alone, expected a panel of reference cell types, whose " +
        "marks it keeps",
    );
  }
  let extended = panel;
  for (const data of unlabelled) {
    extended = await addSamples(extended, data, { ...options, kind: "marks" });
  }
  return extended === panel ? panel : await sealPanel(extended);
}

/**
 * Adds labelled samples to the panel of a model that is trained further with them: their cell types become references too,
 * and their labels are known. What the panel has of a gene in a cell type stays as it is, and so do its scales and the mean
 * and spread of its labels, which the network knows.
 *
 * @param panel The panel; it is not changed.
 * @param data The samples.
 * @param options Whether another build of the genome is accepted, and who is told.
 * @returns The larger panel; `panel` itself if nothing was added.
 * @throws {ContractError} If the samples contradict the panel's record, or one cell type of theirs is several of the
 * panel.
 *
 * @example Two more cell types
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, growPanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 4, genes: 8, newGenes: 1 }).train);
 * const [first, second] = data.columns.cellTypes;
 * const isFirst = (row: number) => [first, second].includes(data.cellTypeOf(row));
 * const panel = await buildPanel(data.filter(isFirst));
 * const grown = await growPanel(panel, data.filter((row) => !isFirst(row)));
 * strictEqual(grown.cellTypes.length, 4);
 * strictEqual(grown.labels.findIndex(Number.isNaN), -1);
 * ```
 */
export async function growPanel(
  panel: ReferencePanel,
  data: Dataset,
  options: ReconcileOptions = {},
): Promise<ReferencePanel> {
  const grown = await addSamples(panel, data, { ...options, kind: "marks and labels" });
  return grown === panel ? panel : await sealPanel(grown);
}
