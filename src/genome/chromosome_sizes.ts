/** Lengths of the chromosomes of human and mouse assemblies, for files that do not tell them. */

import { KNOWN_ASSEMBLIES } from "./_known_assemblies.ts";
import { chromosomeMatcher, type Contig } from "./chromosomes.ts";

/**
 * Lengths of the mitochondrial genome, in base pairs, at UCSC. That of hg18 and hg19 has 16,571 bp there and 16,569
 * elsewhere: the longer, so that no read is lost.
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

/** Names at UCSC of the assemblies whose chromosomes are known. */
export const ASSEMBLIES_WITH_SIZES: readonly string[] = KNOWN_ASSEMBLIES.map(({ name }) => name);

/** The chromosomes of an assembly by its name at UCSC; none of one that is not known. */
export function knownChromosomes(assembly: string): Required<Contig>[] {
  const known = KNOWN_ASSEMBLIES.find(({ name }) => name === assembly);
  if (known === undefined) return [];
  const numbered = known.lengths.length - 2;
  const nuclear = known.lengths.map((length, i) => ({
    name: i < numbered ? `chr${i + 1}` : ["chrX", "chrY"][i - numbered],
    length,
  }));
  return [...nuclear, { name: "chrM", length: MITOCHONDRIAL[assembly] }];
}

/** What {@linkcode collectChromosomes} takes lengths from. */
export interface ChromosomeSources {
  /** Sequences of all files that name any, with or without their lengths. */
  readonly contigs: Iterable<Contig>;
  /** Name of the assembly at UCSC. */
  readonly assembly: string;
}

/**
 * The chromosomes whose lengths are known: from files that tell them, where two differ by the longer, and for the
 * rest from the assembly.
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
