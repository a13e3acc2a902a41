/** The readers of what changes are compared with: fold changes and sets of genes. */

import { ContractError } from "../../../src/errors.ts";
import { readFoldChanges } from "../../../src/genome/expression/fold_changes.ts";
import { readGeneSets } from "../../../src/genome/expression/gene_sets.ts";
import {
  matchFoldChanges,
  matchGeneSets,
} from "../../../src/genome/expression/match_fold_changes.ts";
import { expectSound, type Target } from "../seed.ts";
import { TABLE_GENES, threeWays } from "./tables.ts";

const FOLD_CHANGES = '"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"\n' +
  '"ENSG00000000003.15",12.5,-1.25,0.5,-2.5,0.01,0.04\n"ENSG00000000005",0,NA,NA,NA,NA,NA\n';
const TOP_TAGS = "logFC\tlogCPM\tF\tPValue\tFDR\nENSG00000000003\t1\t2\t3\t0.1\t0.2\n" +
  "S1\t-1e-3\t2\t3\t0.5\t1\n";

const FOLD_CHANGE_TABLE: Target = {
  name: "fold-changes",
  // Genes that the table does not have, or has several times.
  allowed: [ContractError],
  seeds: () => [...threeWays("deseq2.csv", FOLD_CHANGES), ...threeWays("edger.tsv", TOP_TAGS)],
  async read([file]) {
    const table = await readFoldChanges(file);
    const { log2FoldChanges, qValues, lines, names } = table;
    expectSound(log2FoldChanges.length === lines.length, "rows have no fold change");
    expectSound(log2FoldChanges.every((value) => Math.abs(value) !== Infinity), "one is infinite");
    expectSound(names.every(({ length }) => length === lines.length), "names are missing");
    expectSound(!qValues?.some((value) => value < 0 || value > 1), "a q-value is impossible");
    const matched = matchFoldChanges(table, TABLE_GENES);
    expectSound(!matched.log2FoldChanges.every(Number.isNaN), "no gene has a fold change");
  },
};

const GENE_SETS: Target = {
  name: "gene-sets",
  allowed: [ContractError],
  seeds: () => threeWays("sets.gmt", "A\tan address\tS0\tS1\tS1\nB\t\tENSG00000000005\tS9\n"),
  async read([file]) {
    const sets = await readGeneSets(file);
    expectSound(new Set(sets.map(({ name }) => name)).size === sets.length, "a name is twice");
    expectSound(sets.every(({ name, genes }) => name !== "" && genes.length > 0), "a set is empty");
    const matched = matchGeneSets(sets, TABLE_GENES, { file: file.name });
    for (const { listed, places } of matched.sets) {
      expectSound(places.length <= listed * TABLE_GENES.length, "a set has too many genes");
      expectSound(places.every((place) => place in TABLE_GENES), "a gene is not there");
    }
  },
};

/** Readers of fold changes and of gene sets. */
export const CHANGE_TARGETS: readonly Target[] = [FOLD_CHANGE_TABLE, GENE_SETS];
