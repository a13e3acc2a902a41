/** Recognises the tags with which annotations mark one transcript of a gene as its representative. */

import { ContractError } from "../errors.ts";
import type { Attributes } from "./_attributes.ts";

/**
 * The tags, the most telling first. MANE Select is the transcript on which Ensembl and RefSeq agree, and is Ensembl's
 * canonical one wherever there is one; Ensembl and GENCODE write underscores, RefSeq writes blanks. MANE Plus Clinical
 * marks further transcripts of a gene, not its representative.
 */
const TAGS: readonly string[] = ["mane_select", "ensembl_canonical", "refseq_select"];

/** The tags as files write them, for messages. */
export const CANONICAL_TAGS = "MANE_Select, Ensembl_canonical or RefSeq Select";

/** Finds how telling a transcript's best tag is: 0 for the most telling; `undefined` if it has none of the tags. */
export function canonicalRank(attributes: Attributes): number | undefined {
  const ranks = attributes.all("tag").map((tag) =>
    TAGS.indexOf(tag.trim().toLowerCase().replace(/[\s-]+/g, "_"))
  ).filter((rank) => rank >= 0);
  return ranks.length === 0 ? undefined : Math.min(...ranks);
}

/** Throws an error about a format that cannot say which transcripts are canonical. */
export function failWithoutTags(file: string, format: string): never {
  throw new ContractError(
    `Cannot take the TSS of canonical transcripts from ${file}: ${format} does not say which transcripts are ` +
      `canonical, expected a GTF or GFF3 whose transcripts are tagged ${CANONICAL_TAGS}`,
  );
}
