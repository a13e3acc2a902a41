import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import { cellTypeGroupsOf } from "../io/item_groups.ts";
import { parseRecord } from "../record.ts";
import { Averager } from "./averager.ts";
import { sealPanel } from "./digest.ts";
import { fillLabels, fillMarks } from "./fill_pairs.ts";
import { LabelMoments } from "./label_moments.ts";
import { PairRows } from "./pair_rows.ts";
import type { PanelCellType, ReferencePanel } from "./panel.ts";
import { placeGenes } from "./place_genes.ts";
import { SummarisedSamples } from "./summarised_samples.ts";
import { chooseScales } from "./summary.ts";

/**
 * Builds the reference panel of a model from the samples that it is trained on.
 *
 * @param data The training samples; those of the view alone, not of all its columns. Without labels the panel has marks
 * only.
 * @returns The panel. Replicates of a cell type are one reference with the mean of their summaries and labels.
 * @throws {ContractError} If the data have no samples.
 *
 * @example Three genes in two cell types
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 3, newGenes: 1 }).train);
 * const panel = await buildPanel(data);
 * strictEqual(panel.genes.length, 3);
 * strictEqual(panel.cellTypes[1]!.name, data.columns.cellTypes[1]);
 * strictEqual(panel.labels[0], Math.fround(data.labels()[0]!));
 * ```
 */
export async function buildPanel(data: Dataset): Promise<ReferencePanel> {
  if (data.length === 0) throw new ContractError("Cannot build a panel: the data have no samples");
  const { columns, record, bins } = data;
  // With its known fields in their order, so that the digest is that of the same panel from a file.
  const counts = parseRecord({ ...record, transform: "none" });
  const { turnedGenes } = await import("./turned_genes.ts");
  const turned = turnedGenes(columns);
  const samples = new SummarisedSamples(columns, { bins, record: counts }, { turned });
  const cellTypes = cellTypesOf(data);
  const genes = genesOf(data);
  const pairs = pairRows(data, { genes, cellTypes });
  const count = genes.length * cellTypes.length;
  const marks = {
    values: new Uint8Array(count * samples.shape.values),
    scales: findScales(samples, pairs),
    present: new Uint8Array(count),
  };
  fillMarks(marks, pairs, samples);
  const labels = new Float32Array(count).fill(NaN);
  fillLabels(labels, pairs, columns.labels);
  return await sealPanel({
    genes,
    cellTypes,
    turned: turnedIn(data, turned),
    bins,
    record: counts,
    ...marks,
    labels,
    ...momentsOf(labels),
  });
}

/** The groups of cell types that have samples, in the order of the columns. */
function cellTypesOf(data: Dataset): PanelCellType[] {
  const { items, names, ofItem } = cellTypeGroupsOf(data.columns);
  const present = new Set(data.cellTypeIndices());
  const groups = new Set(cellTypeGroupIndices(data));
  return names.flatMap((name, group) => {
    const members = items.filter((_, item) => ofItem[item] === group && present.has(item));
    return groups.has(group) ? [{ name, members }] : [];
  });
}

/** Keys of the genes that have samples, in the order of the columns. */
function genesOf(data: Dataset): string[] {
  const present = new Set(data.geneIndices());
  return data.columns.genes.filter((_, gene) => present.has(gene)).map(geneKey);
}

/** Whether each gene that has samples is turned, in the order of the columns. */
function turnedIn(data: Dataset, turned: Uint8Array): Uint8Array<ArrayBuffer> {
  const present = new Set(data.geneIndices());
  return Uint8Array.from(turned.filter((_, gene) => present.has(gene)));
}

/** The rows of each gene in each cell type. */
function pairRows(
  data: Dataset,
  { genes, cellTypes }: Pick<ReferencePanel, "genes" | "cellTypes">,
): PairRows {
  const placeOfGene = placeGenes(genes, data.columns.genes);
  const cellTypeAt = new Map(cellTypes.map(({ name }, place) => [name, place]));
  const placeOfGroup = cellTypeGroupsOf(data.columns).names.map((name) => cellTypeAt.get(name));
  const groups = cellTypeGroupIndices(data);
  const genesOfRows = data.geneIndices();
  const pairs = new PairRows(genes.length * cellTypes.length);
  for (const [position, row] of data.rows.entries()) {
    const gene = placeOfGene[genesOfRows[position]!]!;
    pairs.add(gene * cellTypes.length + placeOfGroup[groups[position]!]!, row);
  }
  return pairs;
}

/** Finds the scales of the values, in a pass of its own, since they depend on the largest values. */
function findScales(samples: SummarisedSamples, pairs: PairRows): Float32Array<ArrayBuffer> {
  const { shape } = samples;
  const size = shape.values;
  const largest = new Float64Array(size);
  const averager = new Averager(samples);
  for (const [, rows] of pairs.pairs()) {
    const mean = averager.mean(rows);
    for (let i = 0; i < size; i++) if (mean[i]! > largest[i]!) largest[i] = mean[i]!;
  }
  for (let at = 0; at < size; at += shape.valuesOfMark) spreadLargest(largest, at, shape.windows);
  return chooseScales(largest, shape);
}

/** Sees to it that the largest window has room for each window: means of replicates can be larger than their largest. */
function spreadLargest(largest: Float64Array, start: number, windows: number): void {
  for (let window = 0; window < windows; window++) {
    largest[start + windows] = Math.max(largest[start + windows]!, largest[start + window]!);
  }
}

/** Mean and standard deviation of the known labels. */
function momentsOf(labels: Float32Array): Pick<ReferencePanel, "labelMean" | "labelSd"> {
  const moments = new LabelMoments();
  for (const label of labels) moments.add(label);
  return { labelMean: moments.mean, labelSd: moments.sd > 0 ? moments.sd : 1 };
}
