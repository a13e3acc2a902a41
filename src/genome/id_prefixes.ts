/** The prefixes that GFF3 puts before ids. */

/** Strips the prefix that Ensembl (`gene:`) and NCBI (`gene-`) put before the id of a gene in GFF3. */
export function stripGenePrefix(id: string): string {
  return id.replace(/^gene[:-](?=.)/i, "");
}

/** Strips the prefix that Ensembl (`transcript:`) and NCBI (`rna-`) put before the id of a transcript in GFF3. */
export function stripTranscriptPrefix(id: string): string {
  return id.replace(/^(?:transcript:|rna-)(?=.)/i, "");
}
