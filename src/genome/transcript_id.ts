/**
 * What names a transcript.
 *
 * @module
 */

/**
 * An id of Ensembl or RefSeq with its version, the number of GENCODE's mapping to GRCh37, and the mark of the copy on
 * chromosome Y. Of other names, such as `MSTRG.1.1`, what follows a dot is no version.
 */
const TRANSCRIPT =
  /^(ENS(?:[A-Z]*T\d{11}|TR\d{10})|[NX][MR]_\d+)(?:\.\d+)?(?:_\d+)?(_PAR_Y)?(?:_\d+)?$/;

/** Whether a text is a transcript's identifier at Ensembl or in RefSeq, whatever its version. */
export function isTranscriptId(text: string): boolean {
  return TRANSCRIPT.test(text);
}

/**
 * What all spellings of one transcript's identifier have in common: that of Ensembl or RefSeq without its version, and
 * without the mapping number of GENCODE's files for GRCh37. Any other stands as it is.
 *
 * @example
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
  return match === null ? id : match[1] + (match[2] ?? "");
}
