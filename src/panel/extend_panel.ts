import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { ReconcileOptions } from "../record.ts";
import { Averager } from "./averager.ts";
import { sealPanel } from "./digest.ts";
import { PairRows } from "./pair_rows.ts";
import type { PanelCellType, ReferencePanel } from "./panel.ts";
import { sameCellTypes, turnedInPanel } from "./references.ts";
import { SummarisedSamples } from "./summarised_samples.ts";
import { toByte } from "./summary.ts";

/**
 * Adds the marks of unlabelled samples to a panel: those of genes in its reference cell types that it does not have yet.
 * Labels of the samples, if they have any, are not read; samples of other cell types add nothing.
 *
 * @param panel The panel; it is not changed.
 * @param unlabelled The samples, in one or several data sets. They may lack marks.
 * @param options Whether another build of the genome is accepted, and who is told.
 * @returns A panel with the same cell types, scales and labels; `panel` itself if nothing was added.
 * @throws {ContractError} If the samples contradict the panel's record, or one cell type of theirs is several of the
 * panel.
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
  let extended = panel;
  for (const data of unlabelled) extended = addSamples(extended, data, options);
  if (extended === panel) return panel;
  const { digest: _, ...content } = extended;
  return await sealPanel(content);
}

/** Adds the samples of one data set; the digest of the result is not its own. */
function addSamples(
  panel: ReferencePanel,
  data: Dataset,
  options: ReconcileOptions,
): ReferencePanel {
  const own = turnedInPanel(panel, data.columns);
  const samples = new SummarisedSamples(data.columns, panel, {
    ...options,
    ignoreLabels: true,
    turned: own,
  });
  const places = placeCellTypes(panel.cellTypes, data);
  const { genes, added } = joinGenes(panel, data, places);
  const size = panel.cellTypes.length;
  const geneAt = new Map(genes.map((gene, place) => [gene, place]));
  const placeOfGene = data.columns.genes.map((gene) => geneAt.get(geneKey(gene)) ?? -1);
  const pairs = new PairRows(genes.length * size);
  let count = 0;
  const { geneIndex, cellTypeIndex } = data.columns;
  for (const row of data.rows) {
    const [gene, cellType] = [placeOfGene[geneIndex[row]!]!, places[cellTypeIndex[row]!]!];
    if (gene < 0 || cellType < 0 || panel.present[gene * size + cellType] === 1) continue;
    pairs.add(gene * size + cellType, row);
    count++;
  }
  if (count === 0) return panel;
  const { values, scales, present, labels } = widen(panel, added);
  const averager = new Averager(samples);
  for (const [pair, rows] of pairs.pairs()) {
    const mean = averager.mean(rows);
    const start = pair * mean.length;
    for (let i = 0; i < mean.length; i++) values[start + i] = toByte(mean[i]!, scales[i]!);
    present[pair] = 1;
  }
  const turned = new Uint8Array(genes.length);
  for (const [gene, place] of placeOfGene.entries()) if (place >= 0) turned[place] = own[gene]!;
  turned.set(panel.turned);
  return { ...panel, genes, turned, values, present, labels };
}

/** The panel's genes, and after them those that the data have in one of its cell types. */
function joinGenes(
  { genes }: ReferencePanel,
  data: Dataset,
  places: Int32Array,
): { readonly genes: readonly string[]; readonly added: number } {
  const { geneIndex, cellTypeIndex, genes: ids } = data.columns;
  const known = new Set(genes);
  const found = new Set<number>();
  for (const row of data.rows) if (places[cellTypeIndex[row]!]! >= 0) found.add(geneIndex[row]!);
  const added = ids.filter((_, gene) => found.has(gene)).map(geneKey)
    .filter((gene) => !known.has(gene));
  return { genes: [...genes, ...added], added: added.length };
}

/** Copies of a panel's arrays with room for more genes. */
function widen(
  { values, scales, present, labels, genes, cellTypes }: ReferencePanel,
  added: number,
): Pick<ReferencePanel, "values" | "scales" | "present" | "labels"> {
  const pairs = (genes.length + added) * cellTypes.length;
  const widened = {
    values: new Uint8Array(pairs * scales.length),
    scales,
    present: new Uint8Array(pairs),
    labels: new Float32Array(pairs).fill(NaN),
  };
  widened.values.set(values);
  widened.present.set(present);
  widened.labels.set(labels);
  return widened;
}

/** The place in a panel of each cell type of some data; −1 where the panel lacks it. */
function placeCellTypes(
  cellTypes: readonly PanelCellType[],
  { columns }: Dataset,
): Int32Array<ArrayBuffer> {
  return Int32Array.from(sameCellTypes(cellTypes, columns), (same, cellType) => {
    const [first = -1, ...others] = same;
    if (others.length === 0) return first;
    const names = [...same].map((place) => `"${cellTypes[place]!.name}"`).join(" and ");
    throw new ContractError(
      `Cannot add to the panel: cell type "${
        columns.cellTypes[cellType]
      }" is ${names} there, expected one. ` +
        "Prepare both data sets with the same groups",
    );
  });
}
