/** Folds of any scheme: data get what some of them need, chromosomes and groups. */

import { placeGenes } from "../../src/data/chromosomes.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { type Fold, type FoldOptions, kFold } from "../../src/data/kfold.ts";

/** The same samples with genes on chromosomes 1 to 7, in turn. */
export function placeInTurn(data: Dataset): Dataset {
  const places = new Map(data.columns.genes.map((id, i) => [id, `chr${1 + i % 7}`]));
  return placeGenes(data, (id) => ({ chromosome: places.get(id)! }));
}

/** The group of each sample: its cell type's, one of six in turn. */
export function groupsInTurn(data: Dataset): string[] {
  return Array.from(data.cellTypeIndices(), (cellType) => `donor ${cellType % 6}`);
}

/** Splits data by any scheme. */
export function foldAnyhow(data: Dataset, options: FoldOptions): Fold[] {
  const placed = options.scheme.startsWith("by-chromosome") ? placeInTurn(data) : data;
  const groups = options.scheme === "by-group" ? groupsInTurn(data) : undefined;
  return kFold(placed, { ...options, groups });
}
