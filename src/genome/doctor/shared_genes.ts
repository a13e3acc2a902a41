import type { SampleColumns } from "../../io/columns.ts";
import { geneGroupKey } from "../../gene_id.ts";
import { listSome } from "../wording.ts";
import { describeGenes } from "./_describe.ts";
import type { Finding } from "./finding.ts";

/**
 * Finds samples (a gene in a cell type) and genes that are in both training and test data. Shared samples make a score
 * worthless, and shared genes make it too good, since much of a gene's expression is the same in all cell types
 * (Schreiber et al. 2020, Genome Biology 21:282).
 */
export function checkSharedGenes(train: SampleColumns, test: SampleColumns): Finding[] {
  const trainGenes = new Set(genesOf(train));
  const shared = [...genesOf(test).entries()].filter(([, key]) => trainGenes.has(key))
    .map(([gene]) => gene);
  if (shared.length === 0) return [];
  const trainSamples = new Set(sampleKeys(train));
  const samples = sampleKeys(test).filter((key) => trainSamples.has(key));
  if (samples.length > 0) {
    return [{
      check: "shared-genes",
      severity: "warning",
      where: `sample ${listSome(samples)}`,
      message:
        `${samples.length} of ${test.geneIndex.length} test samples are in the training data too, ` +
        "the same gene in the same cell type",
      advice: "Remove them from one of the two: a score on them means nothing.",
    }];
  }
  return [{
    check: "shared-genes",
    severity: "note",
    where: `gene ${describeGenes(test, shared)}`,
    message:
      `${shared.length} of ${test.genes.length} test genes are in the training data, in other cell types`,
    advice:
      "A score on these genes looks better than one on new genes: compare it with the gene's mean over the " +
      "training cell types, or split with --scheme by-both.",
  }];
}

/** The keys of the genes, `[gene]`; the transcripts of a gene share its key. */
function genesOf({ genes, geneDetails }: SampleColumns): string[] {
  return genes.map((id, gene) => geneGroupKey(id, geneDetails?.[gene]));
}

function sampleKeys(columns: SampleColumns): string[] {
  const { cellTypes, cellTypeIndex, geneIndex } = columns;
  const keys = genesOf(columns);
  return Array.from(geneIndex, (gene, row) => `${cellTypes[cellTypeIndex[row]!]}_${keys[gene]}`);
}
