import { formatCount } from "../../base/count.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { cellTypeGroupsOf, geneGroupsOf, placeGroups, placesByName } from "../../io/item_groups.ts";
import { listSome } from "../wording.ts";
import { describeGenes } from "./_describe.ts";
import type { Finding } from "./finding.ts";

/**
 * Finds samples (a gene in a cell type) and genes that are in both training and test data. Shared samples make a score
 * worthless, and shared genes make it too good, since much of a gene's expression is the same in all cell types
 * (Schreiber et al. 2020, Genome Biology 21:282). Replicates of one cell type are one cell type.
 */
export function checkSharedGenes(train: SampleColumns, test: SampleColumns): Finding[] {
  const [genes, testGenes] = [geneGroupsOf(train), geneGroupsOf(test)];
  const geneOf = placeGroups(testGenes, placesByName(genes)).places;
  const shared = [...test.genes.keys()].filter((gene) => geneOf[testGenes.ofItem[gene]!]! >= 0);
  if (shared.length === 0) return [];
  const samples = sharedSamples(train, test);
  if (samples.length > 0) {
    return [{
      check: "shared-genes",
      severity: "warning",
      where: `sample ${listSome(samples)}`,
      message:
        `${formatCount(samples.length)} of ${
          formatCount(test.geneIndex.length)
        } test samples are in the training data too, ` +
        "the same gene in the same cell type or in a replicate of it",
      advice: "Remove them from one of the two: a score on them means nothing.",
    }];
  }
  return [{
    check: "shared-genes",
    severity: "note",
    where: `gene ${describeGenes(test, shared)}`,
    message: `${formatCount(shared.length)} of ${
      formatCount(test.genes.length)
    } test genes are in the training data, in other cell types`,
    advice:
      "A score on these genes looks better than one on new genes: compare it with the gene's mean over the " +
      "training cell types, or split with --scheme by-both.",
  }];
}

/** Names the test samples whose gene and cell type, or a replicate of it, are in the training data together. */
function sharedSamples(train: SampleColumns, test: SampleColumns): string[] {
  const [cellTypes, genes] = [cellTypeGroupsOf(train), geneGroupsOf(train)];
  const keyOf = (cellType: number, gene: number) => cellType * genes.names.length + gene;
  const trained = new Set(
    [...train.geneIndex.values()].map((gene, row) =>
      keyOf(cellTypes.ofItem[train.cellTypeIndex[row]!]!, genes.ofItem[gene]!)
    ),
  );
  const [testCellTypes, testGenes] = [cellTypeGroupsOf(test), geneGroupsOf(test)];
  const cellTypeOf = placeGroups(testCellTypes, placesByName(cellTypes)).places;
  const geneOf = placeGroups(testGenes, placesByName(genes)).places;
  const found: string[] = [];
  for (const [row, gene] of test.geneIndex.entries()) {
    const cellType = test.cellTypeIndex[row]!;
    const places = [cellTypeOf[testCellTypes.ofItem[cellType]!]!, geneOf[testGenes.ofItem[gene]!]!];
    const [ownCellType = -1, ownGene = -1] = places;
    if (ownCellType < 0 || ownGene < 0 || !trained.has(keyOf(ownCellType, ownGene))) continue;
    found.push(`${test.cellTypes[cellType]}_${testGenes.items[gene]}`);
  }
  return found;
}
