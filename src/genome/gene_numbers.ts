/**
 * Gene ids as the competition's layout holds them: numbers.
 *
 * @module
 */

import { formatCountOf } from "../_count.ts";
import { type Gene, geneKey } from "./gene.ts";

/** Genes and their numbers. */
export interface NumberedGenes {
  /** The genes that have a number, as they were. */
  readonly genes: readonly Gene[];
  /** The decimal digits of each gene's number, by its id. */
  readonly numbers: ReadonlyMap<string, string>;
  /** Whether no id holds a number, so that genes were numbered by their order. */
  readonly byOrder: boolean;
  /** One if genes had to be left out: how many, and the first with its line. */
  readonly warnings: readonly string[];
}

/**
 * Gives every gene the number that the competition's layout calls it by: that of its Ensembl id
 * (`ENSG00000000003.15` is 3). Where only some ids have a number, the others are left out with a warning: in
 * GENCODE these are the copies on chromosome Y of genes that chromosome X has too. Where none has, genes are
 * numbered from 1 in the order of their file, so that data prepared with the same file have the same numbers.
 *
 * @param genes Genes, no two with the same {@linkcode geneKey}.
 *
 * @example
 * ```ts
 * import { numberGenes } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const gene = { chromosome: "chr1", tss: 1000, strand: "+", line: 1 } as const;
 * const ensembl = numberGenes([{ ...gene, id: "ENSG00000000003.15" }]);
 * deepStrictEqual([...ensembl.numbers], [["ENSG00000000003.15", "3"]]);
 * const symbols = numberGenes([{ ...gene, id: "TP53" }, { ...gene, id: "MYC" }]);
 * deepStrictEqual([...symbols.numbers.values()], ["1", "2"]);
 * ```
 */
export function numberGenes(genes: readonly Gene[]): NumberedGenes {
  const kept = genes.filter(({ id }) => isNumber(geneKey(id)));
  const byOrder = kept.length === 0;
  if (byOrder) {
    const numbers = new Map(genes.map(({ id }, i) => [id, String(i + 1)]));
    return { genes, numbers, byOrder, warnings: [] };
  }
  const numbers = new Map(kept.map(({ id }) => [id, geneKey(id)]));
  const first = genes.find(({ id }) => !numbers.has(id));
  const warnings = first === undefined ? [] : [
    `${genes.length - kept.length} of ${genes.length} genes have no Ensembl id, such as ` +
    `"${first.id}" (line ${first.line} of the genes): they are left out, which leaves ` +
    formatCountOf(kept.length, "gene"),
  ];
  return { genes: kept, numbers, byOrder, warnings };
}

function isNumber(id: string): boolean {
  return /^\d+$/.test(id) && Number.isSafeInteger(Number(id));
}
