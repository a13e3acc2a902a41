/** Differences between cell types: predicted beside measured changes of genes, and the marks and bins that carry them. */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { awaitHook } from "../../training/hooks.ts";
import { planDifferences } from "./_plan.ts";
import { DifferenceNetworks } from "./_networks.ts";
import { GeneCollector } from "./_collector.ts";
import type { DifferenceOptions, GeneDifferences } from "./difference_types.ts";

/** Genes of which contributions are held at a time. */
const BLOCK_GENES = 128;

/**
 * Explains how the predicted expression of each gene differs between two cell types, or two groups of them such as the
 * replicates of two conditions: by how much, over how many models, and which marks and bins carry it.
 *
 * The contributions are integrated gradients (Sundararajan, Taly and Yan 2017) on the straight path from the gene's marks
 * in one cell type to its marks in the other, after the model's transform: what each value adds to the change. They add up to
 * the predicted change, but for the error of the sum over `steps` points, which is the remainder. With several cell types on
 * a side, a gene's changes and contributions are means over all pairs of them.
 *
 * A model that reads a panel is told other things too that differ between the cell types: each has references and labels of
 * the cell types besides itself. What these add is the context's share: the mean of the change if they alone are exchanged
 * before the marks, and after; marks have the means over both orders. The sequence of a gene is the same everywhere, and its
 * gene effect cancels.
 *
 * @param models The models: one, or the members of an ensemble, over which results are averaged.
 * @param data The samples. Genes with samples on both sides are compared.
 * @param options The cell types, and how to compute.
 * @returns Changes and contributions of each gene; measured changes if the data have labels.
 * @throws {ContractError} If a name is not that of a cell type, or is on both sides; if no gene has samples on both sides,
 * or the data do not fit the models; if the models read no marks.
 * @throws {RangeError} If a setting is out of range.
 * @throws {TypeError} If there are no models, or no names of cell types.
 * @throws {DivergedError} If a prediction is not finite.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example Contributions of marks add up to the predicted change
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { explainDifferences } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { ok, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm", transform: "log1p" });
 * const [from = "", to = ""] = data.columns.cellTypes;
 * const options = { from: [from], to: [to], engine: "wasm" } as const;
 * const { genes, marks, changes, contributions } = await explainDifferences([model], data, options);
 * strictEqual(genes.length, 8);
 * const ofFirst = contributions.subarray(0, marks.length); // [gene, mark]
 * ok(Math.abs(ofFirst.reduce((sum, value) => sum + value, 0) - changes[0]!) < 0.01);
 * ```
 */
export async function explainDifferences(
  models: readonly TrainedModel[],
  data: Dataset,
  options: DifferenceOptions,
): Promise<GeneDifferences> {
  return await withWatchedHooks(options, (watched) => explainGenes(models, data, watched));
}

async function explainGenes(
  models: readonly TrainedModel[],
  data: Dataset,
  options: DifferenceOptions,
): Promise<GeneDifferences> {
  const plan = planDifferences(data, options);
  const { onStart, onProgress, signal } = options;
  signal?.throwIfAborted();
  await using networks = await DifferenceNetworks.open(models, data, { ...options, plan });
  await awaitHook(() => onStart?.({ ...networks.report }), signal);
  const collector = new GeneCollector(plan, networks.layout, models.length);
  const { genes } = plan;
  for (let first = 0; first < genes.length; first += BLOCK_GENES) {
    const block = genes.slice(first, first + BLOCK_GENES);
    const onShare = (share: number) => {
      const done = first + share * block.length;
      onProgress?.({ done, total: genes.length, unit: "genes" });
    };
    collector.add(first, await networks.explain(block, { signal, onShare }));
    onShare(1);
    // A short block may have told of its progress only now.
    signal?.throwIfAborted();
  }
  return collector.finish();
}
