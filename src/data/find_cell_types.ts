import { cellTypeGroupsOf } from "../io/item_groups.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Finds the cell types of a name that have samples in a data set: the one of that name, or else the replicates whose group
 * has it.
 *
 * @param data The samples.
 * @param name The name of a cell type, or of a group.
 * @returns Places in the columns' `cellTypes`, ascending; empty if no cell type with samples has that name.
 */
export function findCellTypes(data: Dataset, name: string): number[] {
  const { cellTypes } = data.columns;
  const { names, ofItem } = cellTypeGroupsOf(data.columns);
  const present = presentCellTypes(data);
  const own = present.filter((place) => cellTypes[place] === name);
  return own.length > 0 ? own : present.filter((place) => names[ofItem[place]!] === name);
}

/** The places of the cell types that have samples in a data set, ascending. */
export function presentCellTypes(data: Dataset): number[] {
  return [...new Set(data.cellTypeIndices())].sort((a, b) => a - b);
}
