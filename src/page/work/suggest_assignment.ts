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
  /^((bio|tech)?rep(licate)?\d*|r\d|sorted|sort|filt(ered)?|nodup|dedup|rmdup|markdup(licates)?|mlib|clib|mrklib|final|merged?|pooled|aligned|alignments?|hg\d+|grch\d+|mm\d+|grcm\d+|t2t|chm13|pval|fc|signal|peaks?|reads|treat|pileup|unconsolidated|consolidated|chip(-?seq)?|cut(&|and)?(run|tag)|seq|gene|genes|expression|rpkm|fpkm|tpm|counts?)$/i;

/**
 * Reads off names which mark of which cell type each file may be. Files that differ in a number at their ends only, such
 * as `liver_H3K4me3_1.bam` and `liver_H3K4me3_2.bam`, are replicates of one cell type, as those with `rep1` and `rep2`
 * are. Where a number tells no two files of a mark apart, it may as well be that of a donor, and stays.
 *
 * @param names The names of all files, such as `E003-H3K4me3.tagAlign.gz`.
 * @returns What was found by name, with the mark in its usual capitals.
 */
export function suggestAssignments(names: Iterable<string>): Map<string, Suggestion> {
  const read = Array.from(names, (name) => ({ name, ...readName(name) }));
  const replicated = findReplicated(read);
  return new Map(read.map(({ name, mark, words, numbered }) => {
    const own = numbered !== undefined && replicated.has(numbered) ? numbered : words;
    return [name, { ...(mark !== undefined && { mark }), ...(own !== "" && { cellType: own }) }];
  }));
}

/** The parts of a name. */
interface NameParts {
  readonly mark?: string;
  /** All that may name the cell type; empty if nothing does. */
  readonly words: string;
  /** The same without the number at the end, if there is one after the mark and more before it. */
  readonly numbered?: string;
}

function readName(name: string): NameParts {
  const stem = name.replace(ENDING, "").replace(/\.(tsv|csv|txt|sf)(\.gz)?$/i, "")
    .replace(/(?<![A-Za-z])((?:bio|tech)?rep(?:licate)?)[\s_.-]+(?=\d)/gi, "$1");
  const found = MARK.exec(stem);
  if (found === null) return { words: wordsOf(stem).join("_") };
  const [before = [], after = []] = [
    stem.slice(0, found.index),
    stem.slice(found.index + found[0].length),
  ].map(wordsOf);
  const words = [...before, ...after];
  const isNumbered = words.length > 1 && /^\d{1,2}$/.test(after.at(-1) ?? "");
  return {
    mark: usualCapitals(found[0]),
    words: words.join("_"),
    ...(isNumbered && { numbered: words.slice(0, -1).join("_") }),
  };
}

function wordsOf(text: string): string[] {
  return text.split(/[\s_.-]+/).filter((word) => word !== "" && !MADE.test(word));
}

/** The cell types with several files of a mark, at least one of which has a number at its end. */
function findReplicated(read: readonly NameParts[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { mark, words, numbered } of read) {
    const key = JSON.stringify([mark, numbered ?? words]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const replicated = new Set<string>();
  for (const { mark, numbered } of read) {
    const isSeveral = (counts.get(JSON.stringify([mark, numbered])) ?? 0) > 1;
    if (numbered !== undefined && isSeveral) replicated.add(numbered);
  }
  return replicated;
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
