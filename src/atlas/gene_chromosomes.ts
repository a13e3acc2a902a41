/**
 * On which chromosome and strand a human gene lies, for data sets whose files do not say, such as the competition's.
 *
 * @module
 */

import { fromBase64 } from "../base/platform.ts";
import { ensemblGeneNumber } from "../gene_id.ts";
import type { Strand } from "../genome/gene.ts";
import { OTHER_GENE_LIST, PLACE_LETTERS } from "./_gene_chromosomes.ts";
import { decodePlaces, type ListedPlace } from "./chromosome_list.ts";
import { competitionGenes } from "./competition_genes.ts";
import { decodeGeneList } from "./gene_list.ts";

let places: ReadonlyMap<number, ListedPlace> | undefined;

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
  return findPlace(id)?.chromosome;
}

/**
 * Names the strand of a human gene, of the same genes as {@linkcode humanGeneChromosome}.
 *
 * @param id Identifier of the gene; its version does not matter.
 * @returns The strand that is transcribed; `undefined` for any other gene.
 *
 * @example BRCA1 lies on the minus strand
 * ```ts
 * import { humanGeneStrand } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(humanGeneStrand("ENSG00000012048"), "-");
 * strictEqual(humanGeneStrand("BRCA1"), undefined);
 * ```
 */
export function humanGeneStrand(id: string): Strand | undefined {
  return findPlace(id)?.strand;
}

function findPlace(id: string): ListedPlace | undefined {
  const number = ensemblGeneNumber(id);
  if (number === undefined) return undefined;
  places ??= decodeAll();
  return places.get(number);
}

function decodeAll(): ReadonlyMap<number, ListedPlace> {
  const others = decodeGeneList(fromBase64(OTHER_GENE_LIST));
  const numbers = [...competitionGenes(), ...others].map(({ number }) => number)
    .sort((a, b) => a - b);
  const decoded = decodePlaces(PLACE_LETTERS);
  return new Map(numbers.map((number, index) => [number, decoded[index]!]));
}
