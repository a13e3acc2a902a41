/**
 * Which samples of a data set belong together. Splits, statistics and baselines ask here, so that replicates of a cell
 * type, and transcripts of a gene, are nowhere taken for independent cell types and genes.
 */

import { cellTypeGroupsOf, geneGroupsOf, hasGroups } from "../io/item_groups.ts";
import type { Dataset } from "./dataset.ts";

/** The number of the group of each sample's cell type, `[position]`; without groups, the cell type's own number. */
export function cellTypeGroupIndices(data: Dataset): Uint32Array<ArrayBuffer> {
  const { ofItem } = cellTypeGroupsOf(data.columns);
  return data.cellTypeIndices().map((cellType) => ofItem[cellType]!);
}

/** The number of the gene to which each sample belongs, `[position]`; without groups, the gene's own number. */
export function geneGroupIndices(data: Dataset): Uint32Array<ArrayBuffer> {
  const { ofItem } = geneGroupsOf(data.columns);
  return data.geneIndices().map((gene) => ofItem[gene]!);
}

/** Whether several cell types are in one group. */
export function hasCellTypeGroups(data: Dataset): boolean {
  return hasGroups(cellTypeGroupsOf(data.columns));
}

/** Whether several genes of the data belong to one. */
export function hasGeneGroups(data: Dataset): boolean {
  return hasGroups(geneGroupsOf(data.columns));
}

/**
 * Numbers the groups of samples that no split may separate, in order of their first samples: the samples of one gene in
 * the cell types of one group.
 *
 * @returns The number of each sample's group, `[position]`; `undefined` if the data have no groups, so that every sample
 * is by itself.
 */
export function numberSampleGroups(data: Dataset): Uint32Array<ArrayBuffer> | undefined {
  if (!hasCellTypeGroups(data) && !hasGeneGroups(data)) return undefined;
  const cellTypes = cellTypeGroupIndices(data);
  const geneCount = geneGroupsOf(data.columns).names.length;
  const numbers = new Map<number, number>();
  return geneGroupIndices(data).map((gene, position) => {
    const key = cellTypes[position]! * geneCount + gene;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
