import type { Dataset } from "../data/dataset.ts";
import { geneGroupKey, geneKey } from "../gene_id.ts";

/** The genes, or the cell types, that have samples in a data set. */
export interface Axis {
  /** Cell types, or keys of genes (see `geneKey`), in the order of the data's columns. */
  readonly names: readonly string[];
  /** Place of each name in `names`. */
  readonly places: ReadonlyMap<string, number>;
  /** The place of each sample in `names`, `[position]`. */
  readonly placeOfRow: Uint32Array<ArrayBuffer>;
}

/** Makes the axis of a data set's genes. */
export function geneAxis(data: Dataset): Axis {
  return makeAxis(data.columns.genes.map(geneKey), data.geneIndices());
}

/**
 * Makes the axis of a data set's genes, on which the transcripts and windows of one gene have one place. Whether a gene
 * is new goes by this axis.
 */
export function geneGroupAxis(data: Dataset): Axis {
  return makeAxis(geneGroupKeys(data), data.geneIndices());
}

/** Makes the axis of a data set's cell types. */
export function cellTypeAxis(data: Dataset): Axis {
  return makeAxis(data.columns.cellTypes, data.cellTypeIndices());
}

function geneGroupKeys({ columns: { genes, geneDetails } }: Dataset): string[] {
  return genes.map((id, gene) => geneGroupKey(id, geneDetails?.[gene]));
}

function makeAxis(allNames: readonly string[], indices: Uint32Array<ArrayBuffer>): Axis {
  const present = new Uint8Array(allNames.length);
  for (const index of indices) present[index] = 1;
  const names = [...new Set(allNames.filter((_, index) => present[index] === 1))];
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOfIndex = Uint32Array.from(allNames, (name) => places.get(name) ?? 0);
  return { names, places, placeOfRow: indices.map((index) => placeOfIndex[index]!) };
}

/** Finds the place of each sample's gene on another data set's axis; −1 if the axis lacks it. */
export function placeGenes(axis: Axis, data: Dataset): Int32Array<ArrayBuffer> {
  return placeRows(axis, data.columns.genes.map(geneKey), data.geneIndices());
}

/** Finds the place of each sample's gene on another data set's {@linkcode geneGroupAxis}; −1 if the axis lacks it. */
export function placeGeneGroups(axis: Axis, data: Dataset): Int32Array<ArrayBuffer> {
  return placeRows(axis, geneGroupKeys(data), data.geneIndices());
}

/** Finds the place of each sample's cell type on another data set's axis; −1 if the axis lacks it. */
export function placeCellTypes(axis: Axis, data: Dataset): Int32Array<ArrayBuffer> {
  return placeRows(axis, data.columns.cellTypes, data.cellTypeIndices());
}

function placeRows(
  axis: Axis,
  names: readonly string[],
  indices: Uint32Array,
): Int32Array<ArrayBuffer> {
  const placeOfIndex = Int32Array.from(names, (name) => axis.places.get(name) ?? -1);
  return Int32Array.from(indices, (index) => placeOfIndex[index]!);
}
