/**
 * Gene ids as the competition's layout holds them: numbers.
 *
 * @module
 */

import { formatCountOf } from "../_count.ts";
import { ContractError } from "../errors.ts";
import { deriveKey } from "../random.ts";
import { type Gene, geneKey } from "./gene.ts";

/** Genes and their numbers. */
export interface NumberedGenes {
  /** The genes that have a number, as they were. */
  readonly genes: readonly Gene[];
  /** The decimal digits of each gene's number, by its id. */
  readonly numbers: ReadonlyMap<string, string>;
  /** Whether no id holds a number, so that each number was made from the gene's name. */
  readonly fromNames: boolean;
  /** One if genes had to be left out: how many, and the first with its line. */
  readonly warnings: readonly string[];
}

/**
 * Gives every gene the number that the competition's layout calls it by: that of its Ensembl id
 * (`ENSG00000000003.15` is 3). Where only some ids have a number, the others are left out with a warning: in
 * GENCODE these are the copies on chromosome Y of genes that chromosome X has too. Where none has, a number of 13 to 16
 * digits is made from each name: the same gene has the same one in every data set, and no Ensembl id has so many.
 *
 * @param genes Genes, no two with the same {@linkcode geneKey}.
 * @throws {ContractError} If two names have the same number, which is as good as impossible.
 *
 * @example
 * ```ts
 * import { numberGenes } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const gene = { chromosome: "chr1", tss: 1000, strand: "+", line: 1 } as const;
 * const ensembl = numberGenes([{ ...gene, id: "ENSG00000000003.15" }]);
 * deepStrictEqual([...ensembl.numbers], [["ENSG00000000003.15", "3"]]);
 * const [first, second] = ["TP53", "MYC"].map((id) => ({ ...gene, id }));
 * const { numbers } = numberGenes([first, second]);
 * deepStrictEqual(numberGenes([second]).numbers.get("MYC"), numbers.get("MYC"));
 * ```
 */
export function numberGenes(genes: readonly Gene[]): NumberedGenes {
  const kept = genes.filter(({ id }) => isNumber(geneKey(id)));
  const fromNames = kept.length === 0;
  if (fromNames) return { genes, numbers: numbersFromNames(genes), fromNames, warnings: [] };
  const numbers = new Map(kept.map(({ id }) => [id, geneKey(id)]));
  const first = genes.find(({ id }) => !numbers.has(id));
  const warnings = first === undefined ? [] : [
    `${genes.length - kept.length} of ${genes.length} genes have no Ensembl id, such as ` +
    `"${first.id}" (line ${first.line} of the genes): they are left out, which leaves ` +
    formatCountOf(kept.length, "gene"),
  ];
  return { genes: kept, numbers, fromNames, warnings };
}

/** The range of numbers that stand for names: integers that a float64 holds, beyond those of Ensembl ids. */
const LEAST = 10 ** 12;
const COUNT = 8 * 10 ** 15;

function numbersFromNames(genes: readonly Gene[]): Map<string, string> {
  const owners = new Map<number, string>();
  return new Map(genes.map(({ id }) => {
    const [low, high] = deriveKey(0, "gene", id);
    const number = LEAST + (high * 2 ** 21 + (low >>> 11)) % COUNT;
    const owner = owners.get(number) ?? id;
    if (owner !== id) {
      throw new ContractError(`Cannot number genes: "${owner}" and "${id}" have the same number`);
    }
    owners.set(number, id);
    return [id, String(number)];
  }));
}

function isNumber(id: string): boolean {
  return /^\d+$/.test(id) && Number.isSafeInteger(Number(id));
}
