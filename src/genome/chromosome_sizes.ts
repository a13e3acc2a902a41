/** Lengths of the chromosomes of human and mouse assemblies, for files that lack the lengths. */

import { CHROMOSOMES } from "./_accessions.ts";
import { KNOWN_ASSEMBLIES } from "./_known_assemblies.ts";
import { chromosomeMatcher, type Contig } from "./chromosomes.ts";

/**
 * Lengths of the mitochondrial genome in base pairs at UCSC. In hg18 and hg19 it has 16,571 bp at UCSC and 16,569 bp
 * elsewhere: the larger length is used, so that no read is lost.
 */
const MITOCHONDRIAL: Readonly<Record<string, number>> = {
  hg18: 16_571,
  hg19: 16_571,
  hg38: 16_569,
  hs1: 16_569,
  mm9: 16_299,
  mm10: 16_299,
  mm39: 16_299,
};

/** UCSC's names of the assemblies whose chromosomes are known. */
export const ASSEMBLIES_WITH_SIZES: readonly string[] = KNOWN_ASSEMBLIES.map(({ name }) => name);

/** Lists the chromosomes of an assembly, given by UCSC's name. The list of an unknown assembly is empty. */
export function knownChromosomes(assembly: string): Required<Contig>[] {
  const known = KNOWN_ASSEMBLIES.find(({ name }) => name === assembly);
  if (known === undefined) return [];
  const names = CHROMOSOMES[known.species];
  const nuclear = known.lengths.map((length, i) => ({ name: `chr${names[i]}`, length }));
  const mitochondrial = MITOCHONDRIAL[assembly];
  return mitochondrial === undefined
    ? nuclear
    : [...nuclear, { name: "chrM", length: mitochondrial }];
}

/** The sources of lengths for {@linkcode collectChromosomes}. */
export interface ChromosomeSources {
  /** Sequences of all files that name their sequences, with or without lengths. */
  readonly contigs: Iterable<Contig>;
  /** UCSC's name of the assembly. */
  readonly assembly: string;
}

/**
 * Collects the chromosomes whose lengths are known. A length is the largest in any file, or else that of the assembly.
 */
export function collectChromosomes(
  { contigs, assembly }: ChromosomeSources,
): Required<Contig>[] {
  const lengths = new Map<string, number>();
  for (const { name, length } of contigs) {
    if (length !== undefined) lengths.set(name, Math.max(length, lengths.get(name) ?? 0));
  }
  const match = chromosomeMatcher(lengths.keys());
  for (const { name, length } of knownChromosomes(assembly)) {
    if (match(name) === undefined) lengths.set(name, length);
  }
  return Array.from(lengths, ([name, length]) => ({ name, length }));
}
