/** Names of samples that programs make from names of files: `results/liver.sorted.bam` is the sample `liver`. */

/** Endings of files, steps of pipelines and kinds of values that may follow a sample's name. */
const ENDINGS = [
  String.raw`\.(?:gz|bz2|zip|bam|sam|cram|tsv|txt|csv|tab|sf|out|results|genes?|isoforms|bai)`,
  "[._-](?:sort(?:ed)?|sortedByCoord|coordSorted|md|mdups?|mark(?:ed)?_?dup(?:s|licates)?|mkdup|" +
  "dupmarked|(?:umi_?)?dedup(?:ped|licated)?|rmdup|" +
  "nodup|uniq(?:ue)?|filtered|umi|htseq|featureCounts|quant|salmon|kallisto|rsem|" +
  "star|hisat2?|tophat2?|tpm|fpkm|rpkm|counts?|numreads|expression|abundance)",
  "[._-]?(?:Aligned|ReadsPerGene|toTranscriptome|accepted_hits|gene_abund(?:ances?)?)",
];
const ENDING = new RegExp(`(?:${ENDINGS.join("|")})$`, "i");

/** What HOMER writes after the directory of a sample, as in `liver/ FPKM`. */
const AFTER_DIRECTORY =
  / (?:[FR]PKM|TPM|reads normalized to \d+ (?:mapped reads|per column) \([\d.]+\))$/;

/** Names that programs give to the files of every sample: the directory shows which sample it is. */
const ANY_SAMPLE =
  /^(?:|accepted_hits|aligned|quant|abundance|genes?|isoforms|gene_abund|transcripts|t_data|rsem|counts?|star)$/i;

/** Strips directories, endings of files and steps of pipelines from a sample's name. */
export function plainSampleName(name: string): string {
  const segments = name.replace(AFTER_DIRECTORY, "").split(/[/\\]/).filter((segment) =>
    segment !== "" && segment !== "."
  );
  for (const segment of segments.reverse()) {
    const plain = stripEndings(segment);
    if (!ANY_SAMPLE.test(plain)) return plain;
  }
  return name;
}

function stripEndings(name: string): string {
  // Names are short. A longer text is not a name, and must not take long.
  if (name.length > 500) return name;
  const shorter = name.replace(ENDING, "");
  return shorter === name ? name : stripEndings(shorter);
}

/** Changes a name as R's `make.names` does: `T cell` becomes `T.cell`, `5637` becomes `X5637`. */
export function syntacticName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._]/g, ".");
  return /^(?:[A-Za-z]|\.(?!\d))/.test(plain) ? plain : `X${plain}`;
}
