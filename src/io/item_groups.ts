/**
 * Groups of cell types and of genes. Replicates of one cell type that were kept apart, and transcripts of one gene, are
 * items of a data set whose samples belong together: no split of the data separates them.
 *
 * Whatever must know what belongs together asks here.
 */

import { listSome } from "../base/wording.ts";
import { geneGroupKey, geneKey } from "../gene_id.ts";
import type { SampleColumns } from "./columns.ts";
import { faultOfName, isReservedName } from "./names.ts";

/** Items of a data set in groups. An item without a group of its own name is in the group that has its name. */
export interface ItemGroups {
  /** Names of the items: of cell types, or keys of genes, in the order of the columns. */
  readonly items: readonly string[];
  /** Names of the groups, in order of their first items. */
  readonly names: readonly string[];
  /** The place in `names` of each item's group, `[item]`. */
  readonly ofItem: Uint32Array<ArrayBuffer>;
}

/** Groups that were worked out already. */
const known = new WeakMap<SampleColumns, Readonly<Record<"cellTypes" | "genes", ItemGroups>>>();

/** The groups of a data set's cell types: replicates of one cell type are in one group. */
export function cellTypeGroupsOf(columns: SampleColumns): ItemGroups {
  return groupsOf(columns).cellTypes;
}

/** The groups of a data set's genes: transcripts of one gene are in one group, which has the gene's key as its name. */
export function geneGroupsOf(columns: SampleColumns): ItemGroups {
  return groupsOf(columns).genes;
}

/** Whether some group has several items. */
export function hasGroups({ items, names }: ItemGroups): boolean {
  return names.length < items.length;
}

function groupsOf(columns: SampleColumns): Readonly<Record<"cellTypes" | "genes", ItemGroups>> {
  const found = known.get(columns);
  if (found !== undefined) return found;
  const { cellTypes, cellTypeGroups, genes, geneDetails } = columns;
  const made = {
    cellTypes: groupItems(cellTypes, cellTypeGroups ?? cellTypes),
    genes: groupItems(
      genes.map(geneKey),
      genes.map((id, gene) => geneGroupKey(id, geneDetails?.[gene])),
    ),
  };
  known.set(columns, made);
  return made;
}

function groupItems(items: readonly string[], groups: readonly string[]): ItemGroups {
  const places = new Map<string, number>();
  const ofItem = Uint32Array.from(groups, (group) => {
    const place = places.get(group) ?? places.size;
    places.set(group, place);
    return place;
  });
  return { items, names: [...places.keys()], ofItem };
}

/** Places of groups among those of another data set. */
export interface PlacedGroups {
  /** The place of each group, `[group]`; −1 for one that the other data set lacks. */
  readonly places: Int32Array<ArrayBuffer>;
  /** The first group that is several in the other data set, and two of those; absent if each is one. */
  readonly conflict?: { readonly name: string; readonly places: readonly [number, number] };
}

/**
 * Finds groups among those of another data set by their names and by the names of their members: replicates of one cell
 * type may be spread over two files, of which only one says that they are.
 *
 * @param groups The groups to find.
 * @param known The places of the other data set's groups, by their names and by the names of their members.
 */
export function placeGroups(groups: ItemGroups, known: ReadonlyMap<string, number>): PlacedGroups {
  const places = new Int32Array(groups.names.length).fill(-1);
  let conflict: PlacedGroups["conflict"];
  const match = (name: string, group: number) => {
    const place = known.get(name) ?? -1;
    if (place < 0 || place === places[group]) return;
    if (places[group]! < 0) places[group] = place;
    else conflict ??= { name: groups.names[group]!, places: [places[group]!, place] };
  };
  for (const [group, name] of groups.names.entries()) match(name, group);
  for (const [item, name] of groups.items.entries()) match(name, groups.ofItem[item]!);
  return { places, ...(conflict && { conflict }) };
}

/** The places of groups by their names and by the names of their members. */
export function placesByName({ items, names, ofItem }: ItemGroups): Map<string, number> {
  return new Map([
    ...items.map((name, item): [string, number] => [name, ofItem[item]!]),
    // A group's name is that of no other group's member.
    ...names.map((name, group): [string, number] => [name, group]),
  ]);
}

/**
 * Makes the column of groups, `[cellType]`.
 *
 * @returns `undefined` if there are no groups.
 * @throws {RangeError} If a cell type is not among those of the data, or a group's name is impossible.
 */
export function makeCellTypeGroups(
  cellTypes: readonly string[],
  groups: ReadonlyMap<string, string> | undefined,
): readonly string[] | undefined {
  if (groups === undefined || groups.size === 0) return undefined;
  const unknown = [...groups.keys()].find((cellType) => !cellTypes.includes(cellType));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot group cell types: "${unknown}" is not one of the data's, ${listSome(cellTypes)}`,
    );
  }
  const column = cellTypes.map((cellType) => groups.get(cellType) ?? cellType);
  const fault = faultOfCellTypeGroups(cellTypes, column);
  if (fault !== undefined) throw new RangeError(`Cannot group cell types: ${fault}`);
  return column;
}

/**
 * Why groups of cell types are impossible: a name that cannot be that of a cell type, or a group that has the name of a
 * cell type of another group, since data sets are compared by both. `undefined` if they are possible.
 */
export function faultOfCellTypeGroups(
  cellTypes: readonly string[],
  groups: readonly string[],
): string | undefined {
  for (const [place, group] of groups.entries()) {
    const fault = isReservedName(group)
      ? `"${group}" starts with "__", which no name of a cell type does`
      : faultOfName(group);
    if (fault !== undefined) return `the group of cell type "${cellTypes[place]}": ${fault}`;
  }
  return faultOfGroups({ what: "cell type", items: cellTypes, groups });
}

/** Why a gene cannot be of the gene that its details name; `undefined` if all can. */
export function faultOfGeneGroups(columns: SampleColumns): string | undefined {
  const { items, names, ofItem } = geneGroupsOf(columns);
  const groups = Array.from(ofItem, (place) => names[place]!);
  return faultOfGroups({ what: "gene", items, groups });
}

function faultOfGroups({ what, items, groups }: {
  readonly what: string;
  readonly items: readonly string[];
  readonly groups: readonly string[];
}): string | undefined {
  const groupOf = new Map(items.map((item, place) => [item, groups[place]!]));
  const bad = groups.findIndex((group) => (groupOf.get(group) ?? group) !== group);
  if (bad < 0) return undefined;
  const group = groups[bad]!;
  return `${what} "${items[bad]}" is in group "${group}", but ${what} "${group}" is in group ` +
    `"${groupOf.get(group)}", expected it in the group that has its name`;
}
