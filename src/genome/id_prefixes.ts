/** What GFF3 puts before its ids. */

/** The id of a gene as tables have it: without what Ensembl (`gene:`) and NCBI (`gene-`) put before it in GFF3. */
export function stripGenePrefix(id: string): string {
  return id.replace(/^gene[:-](?=.)/i, "");
}

/** The same of a transcript: `transcript:` of Ensembl, `rna-` of NCBI. */
export function stripTranscriptPrefix(id: string): string {
  return id.replace(/^(?:transcript:|rna-)(?=.)/i, "");
}
