/** Reads off the name of a file which mark of which cell type it may be. What it finds is only a suggestion. */

/** What the name of a file says. */
export interface Suggestion {
  readonly mark?: string;
  readonly cellType?: string;
}

/** Marks as laboratories write them, with any capitals. */
const MARK =
  /(?<![A-Za-z0-9])(H[1-4](?:[AB](?:\.?[XZ])?)?(?:K\d{1,3}(?:me[123]|ac|ub1?|cr|bhb)|R\d{1,3}me2[as]?|S\d{1,3}ph)|H2A\.?Z|CTCF|POLR2A|RNAPII|DNase|ATAC|H3\.3|EP300|p300)(?![A-Za-z0-9])/i;

const ENDING =
  /\.(bam|cram|bw|bigwig|bed|bedpe|tagalign|bedgraph|bdg|bg|narrowpeak|broadpeak)(\.b?gz)?$/i;

/** Words of names that say how a file was made, not of what. */
const MADE =
  /^(rep\d*|replicate\d*|r\d|sorted|sort|filt(ered)?|nodup|dedup|rmdup|markdup(licates)?|mlib|clib|mrklib|final|merged?|pooled|aligned|alignments?|hg\d+|grch\d+|mm\d+|grcm\d+|t2t|chm13|pval|fc|signal|peaks?|reads|treat|pileup|unconsolidated|consolidated|chip(-?seq)?|cut(&|and)?(run|tag)|seq|gene|genes|expression|rpkm|fpkm|tpm|counts?)$/i;

/**
 * Reads off a name which mark of which cell type a file may be.
 *
 * @param name Such as `E003-H3K4me3.tagAlign.gz`.
 * @returns What was found, with the mark in its usual capitals.
 */
export function suggestAssignment(name: string): Suggestion {
  const stem = name.replace(ENDING, "").replace(/\.(tsv|csv|txt|sf)(\.gz)?$/i, "");
  const found = MARK.exec(stem)?.[0];
  const rest = found === undefined ? stem : stem.replace(found, " ");
  const words = rest.split(/[\s_.-]+/).filter((word) => word !== "" && !MADE.test(word));
  const cellType = words.join("_");
  return {
    ...(found !== undefined && { mark: usualCapitals(found) }),
    ...(cellType !== "" && { cellType }),
  };
}

function usualCapitals(mark: string): string {
  const histone = /^(H[1-4][AB]?)([KRS]\d+)([a-z]+\d?[as]?)$/i.exec(mark);
  if (histone !== null) {
    const [, protein = "", residue = "", change = ""] = histone;
    return `${protein.toUpperCase()}${residue.toUpperCase()}${change.toLowerCase()}`;
  }
  const known = ["DNase", "p300", "ATAC", "CTCF"].find((word) =>
    word.toLowerCase() === mark.toLowerCase()
  );
  return known ?? mark.toUpperCase().replace("H2AZ", "H2A.Z");
}
