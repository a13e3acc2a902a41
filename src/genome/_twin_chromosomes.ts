/** Finds chromosomes that a file has under two names, as one that was joined from files of UCSC's and of Ensembl's names has. */

import { listSome } from "./wording.ts";

/**
 * Warns of sequences on which genes lie and that the file has a second time, with or without `chr`: only those of one name are
 * counted. UCSC's hg19 has two mitochondrial genomes, chrM and chrMT, which differ.
 *
 * @param used The sequences on which genes lie.
 * @param lengths The length of each sequence, infinite where it is not known. Sequences of two lengths are of two genomes.
 */
export function warnOfTwins(
  used: ReadonlySet<string | undefined>,
  { file, lengths }: { readonly file: string; readonly lengths: ReadonlyMap<string, number> },
): string[] {
  const twins = [...used].flatMap((name) => {
    if (name === undefined) return [];
    const other = /^chr/.test(name) ? name.slice(3) : `chr${name}`;
    return !used.has(other) && lengths.has(other) && lengths.get(other) === lengths.get(name)
      ? [`${name} and ${other}`]
      : [];
  });
  if (twins.length === 0) return [];
  return [
    `${file} has chromosomes under two names: ${
      listSome(twins)
    }. Only what stands under the first name of each is counted: ` +
    "was it joined from files with other names? Give all of it the names of one",
  ];
}
