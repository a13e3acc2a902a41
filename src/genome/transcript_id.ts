/**
 * Identifiers of transcripts.
 *
 * @module
 */

/**
 * An id of Ensembl or RefSeq with its version, the number of GENCODE's mapping to GRCh37, and the mark of the copy on
 * chromosome Y. In other names, such as `MSTRG.1.1`, what follows a dot is not a version.
 */
const TRANSCRIPT =
  /^(ENS(?:[A-Z]*T\d{11}|TR\d{10})|[NX][MR]_\d+)(?:\.\d+)?(?:_\d+)?(_PAR_Y)?(?:_\d+)?$/;

/** Leaves out the number that UCSC's Table Browser gives further copies of a transcript, as in `NM_003859_dup1`. */
export function stripCopyNumber(id: string): string {
  return id.replace(/_dup\d+$/, "");
}

/** Whether a text is a transcript identifier of Ensembl or RefSeq, with or without a version. */
export function isTranscriptId(text: string): boolean {
  return TRANSCRIPT.test(text);
}

/**
 * Reduces a transcript's identifier to what all its spellings have in common: an identifier of Ensembl or RefSeq loses
 * its version, and the mapping number that GENCODE's files for GRCh37 add. Any other identifier is unchanged.
 *
 * @param id Identifier of a transcript in an annotation or in a table of expression.
 * @returns The key by which transcripts are joined.
 *
 * @example Three spellings
 * ```ts
 * import { transcriptKey } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(transcriptKey("ENST00000373020.9"), "ENST00000373020");
 * strictEqual(transcriptKey("NM_003859.3"), "NM_003859");
 * strictEqual(transcriptKey("MSTRG.1.2"), "MSTRG.1.2");
 * ```
 */
export function transcriptKey(id: string): string {
  const match = TRANSCRIPT.exec(id);
  return match === null ? id : `${match[1]}${match[2] ?? ""}`;
}
