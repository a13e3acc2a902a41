import { fillArray } from "../base/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import { cellTypeGroupsOf, geneGroupsOf, type ItemGroups, placeGroups } from "../io/item_groups.ts";

/** The genes, or the cell types, that have samples in a data set. */
export interface Axis {
  /**
   * Cell types, or keys of genes (see `geneKey`), in the order of the data's columns. Replicates of one cell type are one
   * cell type here, with the name of their group.
   */
  readonly names: readonly string[];
  /** Place of each name in `names`. Names of a group's members have the place of the group. */
  readonly places: ReadonlyMap<string, number>;
  /** The place of each sample in `names`, `[position]`. */
  readonly placeOfRow: Uint32Array<ArrayBuffer>;
}

/** Makes the axis of a data set's genes, each by itself even if several belong to one. */
export function geneAxis(data: Dataset): Axis {
  const items = data.columns.genes.map(geneKey);
  return makeAxis({ items, names: items, ofItem: items.keys() }, data.geneIndices());
}

/** Makes the axis of the genes to which a data set's samples belong: the transcripts of a gene are one gene. */
export function geneGroupAxis(data: Dataset): Axis {
  return makeAxis(geneGroupsOf(data.columns), geneGroupIndices(data));
}

/** Makes the axis of a data set's cell types. Replicates of one are one cell type. */
export function cellTypeAxis(data: Dataset): Axis {
  return makeAxis(cellTypeGroupsOf(data.columns), cellTypeGroupIndices(data));
}

/** Items in groups, of which the numbers of the groups may come from any list. */
type Grouping = Pick<ItemGroups, "items" | "names"> & { readonly ofItem: Iterable<number> };

function makeAxis(
  { items, names: all, ofItem }: Grouping,
  indices: Uint32Array<ArrayBuffer>,
): Axis {
  const present = new Uint8Array(all.length);
  for (const index of indices) present[index] = 1;
  const names = all.filter((_, index) => present[index] === 1);
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOfIndex = Uint32Array.from(all, (name) => places.get(name) ?? 0);
  let item = 0;
  for (const group of ofItem) {
    // A group has no name of another group's member: see faultOfCellTypeGroups.
    if (present[group] === 1) places.set(items[item]!, placeOfIndex[group]!);
    item++;
  }
  return { names, places, placeOfRow: indices.map((index) => placeOfIndex[index]!) };
}

/** Finds the place of each sample's gene on another data set's axis; −1 if the axis lacks it. */
export function placeGenes(axis: Axis, data: Dataset): Int32Array<ArrayBuffer> {
  const placeOfIndex = data.columns.genes.map((id) => axis.places.get(geneKey(id)) ?? -1);
  return placeRows(data.geneIndices(), placeOfIndex);
}

function placeRows(indices: Uint32Array, places: ArrayLike<number>): Int32Array<ArrayBuffer> {
  return fillArray(new Int32Array(indices.length), (row) => places[indices[row]!]!);
}

/** Finds the place of the gene to which each sample belongs on another data set's axis; −1 if the axis lacks it. */
export function placeGeneGroups(axis: Axis, data: Dataset): Int32Array<ArrayBuffer> {
  const placeOfGroup = matchGroups(axis, geneGroupsOf(data.columns), "gene");
  return placeRows(geneGroupIndices(data), placeOfGroup);
}

/** Finds the place of each sample's cell type on another data set's axis; −1 if the axis lacks it. */
export function placeCellTypes(axis: Axis, data: Dataset): Int32Array<ArrayBuffer> {
  const placeOfGroup = matchGroups(axis, cellTypeGroupsOf(data.columns), "cell type");
  return placeRows(cellTypeGroupIndices(data), placeOfGroup);
}

/**
 * Finds groups on another data set's axis.
 *
 * @throws {ContractError} If one group is several on the axis.
 */
function matchGroups(axis: Axis, groups: ItemGroups, what: string): Int32Array<ArrayBuffer> {
  const { places, conflict } = placeGroups(groups, axis.places);
  if (conflict === undefined) return places;
  const others = conflict.places.map((place) => `"${axis.names[place]}"`).join(" and ");
  throw new ContractError(
    `Cannot compare data sets: ${what} group "${conflict.name}" of one is ${others} in the other, expected one ` +
      "group. Prepare both with the same groups",
  );
}
