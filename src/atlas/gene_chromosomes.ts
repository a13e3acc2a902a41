/**
 * On which chromosome a human gene lies, for data sets whose files do not say, such as the competition's.
 *
 * @module
 */

import { ensemblGeneNumber } from "../gene_id.ts";
import { CHROMOSOME_LETTERS, OTHER_GENE_LIST } from "./_gene_chromosomes.ts";
import { decodeChromosomes } from "./chromosome_list.ts";
import { competitionGenes } from "./competition_genes.ts";
import { decodeGeneList } from "./gene_list.ts";

let chromosomes: ReadonlyMap<number, string> | undefined;

/**
 * Names the chromosome of a human gene. It knows the 19,795 protein-coding genes of Roadmap Epigenomics' table of
 * expression (Ensembl 65, hg19), the competition's 17,447 among them.
 *
 * @param id Identifier of the gene; its version does not matter.
 * @returns A name such as `chr8`; `undefined` for any other gene.
 *
 * @example TSPAN6, with a version and without
 * ```ts
 * import { humanGeneChromosome } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(humanGeneChromosome("ENSG00000000003"), "chrX");
 * strictEqual(humanGeneChromosome("ENSG00000000003.15"), "chrX");
 * strictEqual(humanGeneChromosome("ENSMUSG00000000003"), undefined);
 * ```
 */
export function humanGeneChromosome(id: string): string | undefined {
  const number = ensemblGeneNumber(id);
  if (number === undefined) return undefined;
  chromosomes ??= decodeAll();
  return chromosomes.get(number);
}

function decodeAll(): ReadonlyMap<number, string> {
  const others = decodeGeneList(
    Uint8Array.fromBase64(OTHER_GENE_LIST),
  );
  const numbers = [...competitionGenes(), ...others].map(({ number }) => number)
    .sort((a, b) => a - b);
  const names = decodeChromosomes(CHROMOSOME_LETTERS);
  return new Map(numbers.map((number, place) => [number, names[place]!]));
}
