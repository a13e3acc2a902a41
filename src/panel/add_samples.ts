import { groupBy } from "../base/group_by.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import { cellTypeGroupsOf } from "../io/item_groups.ts";
import type { ReconcileOptions } from "../record.ts";
import { fillLabels, fillMarks } from "./fill_pairs.ts";
import { PairRows } from "./pair_rows.ts";
import { LABEL_STATISTICS, type PanelCellType, type ReferencePanel } from "./panel.ts";
import { placeGenes } from "./place_genes.ts";
import { sameCellTypes } from "./references.ts";
import { SummarisedSamples } from "./summarised_samples.ts";

/** How samples are added. */
export interface AddOptions extends ReconcileOptions {
  /** Whether their labels are added too, and cell types that the panel lacks. */
  readonly kind: "marks" | "marks and labels";
}

/**
 * Adds the samples of a data set to a panel, where it does not have them yet.
 *
 * @param known The panel; it is not changed.
 * @param data The samples.
 * @param options What is added and accepted.
 * @returns The panel with them, whose digest is not its own; the same panel if nothing was added.
 * @throws {ContractError} As `extendPanel` does.
 */
export async function addSamples(
  known: ReferencePanel,
  data: Dataset,
  { kind, ...options }: AddOptions,
): Promise<ReferencePanel> {
  const withLabels = kind === "marks and labels";
  const panel = withLabels ? addCellTypes(known, data) : known;
  const { turnedInPanel } = await import("./turned_genes.ts");
  const turned = turnedInPanel(panel, data.columns);
  const samples = new SummarisedSamples(data.columns, panel, {
    ...options,
    ignoreLabels: !withLabels,
    turned,
  });
  const places = placeCellTypes(panel.cellTypes, data);
  const genes = joinGenes(panel, data, places);
  const placeOfGene = placeGenes(genes, data.columns.genes);
  const pairs = pairRows(data, { places, placeOfGene, cellTypes: panel.cellTypes.length });
  const widened = widen({ ...panel, genes });
  const labelled = withLabels && fillLabels(widened.labels, pairs, data.columns.labels);
  const marked = fillMarks(widened, pairs, samples);
  if (!labelled && !marked) return known;
  for (const [gene, place] of placeOfGene.entries()) {
    if (place >= panel.genes.length) widened.turned[place] = turned[gene]!;
  }
  return { ...panel, ...widened, genes, cellTypes: nameMembers(panel.cellTypes, data, places) };
}

/** The panel with places for cell types that it lacks. */
function addCellTypes(panel: ReferencePanel, data: Dataset): ReferencePanel {
  const { items, names, ofItem } = cellTypeGroupsOf(data.columns);
  // Labels of cell types in the statistics are known already; as references they would count twice.
  const known = [...panel.cellTypes, ...panel.statistics?.cellTypes ?? []];
  const same = sameCellTypes(known, data.columns);
  const present = new Set(data.cellTypeIndices());
  const added = names.flatMap((name, group) => {
    const members = items.filter((_, item) => ofItem[item] === group && present.has(item));
    const isNew = items.every((_, item) => ofItem[item] !== group || same[item]!.size === 0);
    return isNew && members.length > 0 ? [{ name, members }] : [];
  });
  if (added.length === 0) return panel;
  const [size, more] = [panel.cellTypes.length, panel.cellTypes.length + added.length];
  const pairs = panel.genes.length * more;
  const wide = {
    values: new Uint8Array(panel.values.length === 0 ? 0 : pairs * panel.scales.length),
    present: new Uint8Array(pairs),
    labels: new Float32Array(pairs).fill(NaN),
  };
  for (let gene = 0; gene < panel.genes.length; gene++) {
    for (const name of ["values", "present", "labels"] as const) {
      const step = name !== "values" ? 1 : panel.values.length === 0 ? 0 : panel.scales.length;
      const row = panel[name].subarray(gene * size * step, (gene + 1) * size * step);
      wide[name].set(row, gene * more * step);
    }
  }
  return { ...panel, ...wide, cellTypes: [...panel.cellTypes, ...added] };
}

/** The panel's genes, and after them those that the data have in one of its cell types. */
function joinGenes({ genes }: ReferencePanel, data: Dataset, places: Int32Array): string[] {
  const { geneIndex, cellTypeIndex, genes: ids } = data.columns;
  const found = new Set<number>();
  for (const row of data.rows) if (places[cellTypeIndex[row]!]! >= 0) found.add(geneIndex[row]!);
  return [...new Set([...genes, ...ids.filter((_, gene) => found.has(gene)).map(geneKey)])];
}

/** The rows of the data for each gene and cell type of the panel. */
function pairRows(
  { columns: { geneIndex, cellTypeIndex }, rows }: Dataset,
  { places, placeOfGene, cellTypes }: {
    readonly places: Int32Array;
    readonly placeOfGene: Int32Array;
    readonly cellTypes: number;
  },
): PairRows {
  const pairs = new PairRows((1 + placeOfGene.reduce((a, b) => Math.max(a, b), -1)) * cellTypes);
  for (const row of rows) {
    const [gene, cellType] = [placeOfGene[geneIndex[row]!]!, places[cellTypeIndex[row]!]!];
    if (gene >= 0 && cellType >= 0) pairs.add(gene * cellTypes + cellType, row);
  }
  return pairs;
}

type Arrays = Pick<
  ReferencePanel,
  "values" | "scales" | "present" | "labels" | "turned" | "statistics"
>;

/** Copies of a panel's arrays with room for all of its genes, and for marks. */
function widen(
  { values, scales, present, labels, turned, genes, cellTypes, statistics }: ReferencePanel,
): Arrays {
  const pairs = genes.length * cellTypes.length;
  const widened = {
    values: new Uint8Array(pairs * scales.length),
    scales,
    present: new Uint8Array(pairs),
    labels: new Float32Array(pairs).fill(NaN),
    turned: new Uint8Array(genes.length),
  };
  widened.values.set(values);
  widened.present.set(present);
  widened.labels.set(labels);
  widened.turned.set(turned);
  if (statistics === undefined) return widened;
  const wide = new Float32Array(genes.length * LABEL_STATISTICS);
  wide.set(statistics.values);
  return { ...widened, statistics: { ...statistics, values: wide } };
}

/** The cell types of a panel with the names that the data have for them, by which they are found again. */
function nameMembers(
  cellTypes: readonly PanelCellType[],
  data: Dataset,
  places: Int32Array,
): PanelCellType[] {
  const present = new Set(data.cellTypeIndices());
  const names = groupBy(present, (cellType) => places[cellType]!);
  return cellTypes.map(({ name, members }, place) => {
    const others = (names.get(place) ?? []).map((cellType) => data.columns.cellTypes[cellType]!);
    return { name, members: [...new Set([...members, ...others])] };
  });
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
