import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../data/sample_groups.ts";
import { cellTypeGroupsOf, geneGroupsOf, type ItemGroups, placeGroups } from "../io/item_groups.ts";
import type { KnownRegime } from "./intervals.ts";

/** The names that a model was trained on. */
export interface TrainedNames {
  /** Keys of genes, and of the genes that transcripts belong to. */
  readonly genes: Iterable<string>;
  /** Names of cell types, and of their groups. */
  readonly cellTypes: Iterable<string>;
  /**
   * Keys of genes whose marks in the trained cell types are in the model's panel.
   *
   * @default {[]}
   */
  readonly inPanel?: Iterable<string> | undefined;
}

/**
 * Tells what is new about samples from the names that a model was trained on. Replicates of a trained cell type, and
 * transcripts of a trained gene, are not new. `classifyRows` says more where the training samples are at hand.
 *
 * @param trained The names.
 * @param data The samples.
 * @returns The regime of each sample, `[position]`.
 *
 * @example A new gene and a trained one
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { knownRegimes } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 1, genes: 2, newGenes: 1, bins: 2 });
 * const trained = { genes: [train.genes[1]!], cellTypes: train.cellTypes };
 * deepStrictEqual(knownRegimes(trained, new Dataset(train)), ["newGene", "seen"]);
 * ```
 */
export function knownRegimes(
  { genes, cellTypes, inPanel = [] }: TrainedNames,
  data: Dataset,
): KnownRegime[] {
  const isInPanel = findNames(geneGroupsOf(data.columns), inPanel);
  const isTrainedGene = findNames(geneGroupsOf(data.columns), genes);
  const isTrainedCellType = findNames(cellTypeGroupsOf(data.columns), cellTypes);
  const cellTypeOfRow = cellTypeGroupIndices(data);
  return Array.from(geneGroupIndices(data), (gene, row) => {
    const isKnown = isTrainedCellType[cellTypeOfRow[row]!]!;
    if (isTrainedGene[gene]) return isKnown ? "seen" : "newCellType";
    if (isInPanel[gene]) return isKnown ? "newGeneInPanel" : "bothNewInPanel";
    return isKnown ? "newGene" : "bothNew";
  });
}

/** Whether each group, or one of its members, has one of some names, `[group]`. */
function findNames(groups: ItemGroups, names: Iterable<string>): boolean[] {
  const known = new Map(Array.from(names, (name) => [name, 0]));
  return Array.from(placeGroups(groups, known).places, (place) => place === 0);
}
