/**
 * Which samples of a data set belong together. Splits, statistics and baselines ask here, so that replicates of a cell
 * type, and transcripts of a gene, are nowhere taken for independent cell types and genes.
 */

import { cellTypeGroupsOf, geneGroupsOf, hasGroups } from "../io/item_groups.ts";
import { PairNumbers } from "./_pair_numbers.ts";
import type { Dataset } from "./dataset.ts";

/** The number of the group of each sample's cell type, `[position]`; without groups, the cell type's own number. */
export function cellTypeGroupIndices(data: Dataset): Uint32Array<ArrayBuffer> {
  const { ofItem } = cellTypeGroupsOf(data.columns);
  return placeInGroups(data.cellTypeIndices(), ofItem);
}

/** The number of the gene to which each sample belongs, `[position]`; without groups, the gene's own number. */
export function geneGroupIndices(data: Dataset): Uint32Array<ArrayBuffer> {
  const { ofItem } = geneGroupsOf(data.columns);
  return placeInGroups(data.geneIndices(), ofItem);
}

/** Puts the groups of items in their places: a second array of millions of samples would be in memory as well. */
function placeInGroups(
  items: Uint32Array<ArrayBuffer>,
  ofItem: Uint32Array,
): Uint32Array<ArrayBuffer> {
  for (let i = 0; i < items.length; i++) items[i] = ofItem[items[i]!]!;
  return items;
}

/** Whether several cell types are in one group. */
export function hasCellTypeGroups(data: Dataset): boolean {
  return hasGroups(cellTypeGroupsOf(data.columns));
}

/** Whether several genes of the data belong to one. */
export function hasGeneGroups(data: Dataset): boolean {
  return hasGroups(geneGroupsOf(data.columns));
}

/** Samples of which replicates were joined to one. */
export interface JoinedSamples {
  /** Position of the first sample of each, `[joined]`. */
  readonly positions: Uint32Array<ArrayBuffer>;
  /** The values, each column `[joined]`: means over replicates. */
  readonly columns: readonly Float64Array[];
}

/**
 * Joins the samples of a gene in the replicates of a cell type to one, since they are not independent: its values are the
 * means of theirs.
 *
 * @param data The samples.
 * @param columns Values of the samples, each column `[position]`. Without groups they are returned as they are.
 */
export function joinReplicates(
  data: Dataset,
  columns: readonly Float64Array[],
): JoinedSamples {
  if (!hasCellTypeGroups(data)) {
    return { positions: Uint32Array.from({ length: data.length }, (_, i) => i), columns };
  }
  const [cellTypes, genes] = [cellTypeGroupIndices(data), data.geneIndices()];
  const numbers = new PairNumbers({
    firsts: cellTypeGroupsOf(data.columns).names.length,
    seconds: data.columns.genes.length,
    samples: data.length,
  });
  const placeOfRow = genes.map((gene, position) => numbers.numberOf(cellTypes[position]!, gene));
  const positions = new Uint32Array(numbers.count);
  // From the last to the first, which stays.
  for (let position = placeOfRow.length - 1; position >= 0; position--) {
    positions[placeOfRow[position]!] = position;
  }
  return {
    positions,
    columns: columns.map((values) => meanByPlace(values, placeOfRow, numbers.count)),
  };
}

function meanByPlace(values: Float64Array, placeOfRow: Uint32Array, places: number): Float64Array {
  const [means, counts] = [new Float64Array(places), new Uint32Array(places)];
  for (const [row, value] of values.entries()) {
    const place = placeOfRow[row]!;
    means[place]! += (value - means[place]!) / ++counts[place]!;
  }
  return means;
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
  const numbers = new PairNumbers({
    firsts: cellTypeGroupsOf(data.columns).names.length,
    seconds: geneGroupsOf(data.columns).names.length,
    samples: data.length,
  });
  return geneGroupIndices(data).map((gene, position) =>
    numbers.numberOf(cellTypes[position]!, gene)
  );
}
