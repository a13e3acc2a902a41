/** The chromosomes of the page's files. */

import type { Contig, Gene } from "../../genome/mod.ts";
import type { InputFile } from "./input_list.ts";

/** The chromosomes on which genes lie, with their lengths, as the first file says that knows lengths. */
export function chromosomesOf(
  files: readonly InputFile[],
  genes: readonly Gene[],
): readonly Required<Contig>[] | undefined {
  const plain = (name: string) => name.replace(/^chr/, "");
  const wanted = new Set(genes.map(({ chromosome }) => plain(chromosome)));
  for (const { facts } of files) {
    const known = (facts?.contigs ?? []).flatMap(({ name, length }) =>
      length !== undefined && wanted.has(plain(name)) ? [{ name, length }] : []
    );
    if (known.length > 0) return known;
  }
  return undefined;
}
