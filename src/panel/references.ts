/**
 * Which references a sample has. Everything that reads a panel asks here, so that a sample's own cell type, with all its
 * replicates, is nowhere among its references.
 *
 * @module
 */

import type { SampleColumns } from "../io/columns.ts";
import { cellTypeGroupsOf } from "../io/item_groups.ts";
import type { PanelCellType, ReferencePanel } from "./panel.ts";
import { placeGenes } from "./place_genes.ts";

/** With fewer, no training sample has a reference, so a network could not learn what they mean. */
const FEWEST_CELL_TYPES = 2;

/** The genes and the cell types of a data set in a panel. */
export interface PanelPlaces {
  /** `[gene]` of the data: its place in the panel, −1 where the panel lacks it. */
  readonly genes: Int32Array<ArrayBuffer>;
  /** `[cellType]` of the data: the places of the panel's cell types that may be references of its samples. */
  readonly references: readonly Uint32Array<ArrayBuffer>[];
  /**
   * `[cellType]` of the data: whether its samples may be shown the panel's label statistics, which is so unless it is one of
   * the cell types that these are of.
   */
  readonly seesStatistics: readonly boolean[];
}

/**
 * Finds the places of a data set's genes in a panel, and for each of its cell types those of the panel that are not the
 * same one. Cell types are the same if they share a name, be it their own, that of their group or that of a replicate. A
 * panel of a single cell type has no references. Label statistics are of several cell types from which no single one can be
 * taken out, so samples of these do not see them.
 *
 * @param panel The panel.
 * @param columns The data.
 * @returns Places of genes and of references.
 *
 * @example A sample's own cell type is left out
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { buildPanel, placeInPanel } from "@waka/histone/panel";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 8, newGenes: 1 });
 * const { references } = placeInPanel(await buildPanel(new Dataset(train)), train);
 * deepStrictEqual(references.map((places) => [...places]), [[1, 2], [0, 2], [0, 1]]);
 * ```
 */
export function placeInPanel(
  { genes, cellTypes, statistics }: Pick<ReferencePanel, "genes" | "cellTypes" | "statistics">,
  columns: SampleColumns,
): PanelPlaces {
  return {
    genes: placeGenes(genes, columns.genes),
    references: sameCellTypes(cellTypes, columns).map((own) => {
      const others = [...cellTypes.keys()].filter((place) => !own.has(place));
      return Uint32Array.from(cellTypes.length < FEWEST_CELL_TYPES ? [] : others);
    }),
    seesStatistics: sameCellTypes(statistics?.cellTypes ?? [], columns)
      .map(({ size }) => statistics !== undefined && size === 0),
  };
}

/**
 * For each cell type of a data set, the places of those of a panel that are the same one: usually one, or none at all for
 * a new cell type.
 */
export function sameCellTypes(
  cellTypes: readonly PanelCellType[],
  columns: SampleColumns,
): Set<number>[] {
  const byName = new Map<string, Set<number>>();
  for (const [place, { name, members }] of cellTypes.entries()) {
    for (const spelled of new Set([name, ...members])) {
      byName.set(spelled, (byName.get(spelled) ?? new Set()).add(place));
    }
  }
  const { items, names, ofItem } = cellTypeGroupsOf(columns);
  const ofGroup = names.map((name) => new Set(byName.get(name)));
  for (const [item, name] of items.entries()) {
    for (const place of byName.get(name) ?? []) ofGroup[ofItem[item]!]!.add(place);
  }
  return Array.from(ofItem, (group) => ofGroup[group]!);
}
