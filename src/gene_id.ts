/**
 * Identifiers of genes. The whole identifier matters: `ENSG00000000419`, the mouse's `ENSMUSG00000000419`, Entrez'
 * `419` and the symbol `DPM1` are different names, which are never exchanged.
 *
 * @module
 */

import { isPlainLine } from "./base/printable.ts";
import { deriveKey } from "./random.ts";

/**
 * An Ensembl gene id with its version (`.14`), the number of GENCODE's mapping to GRCh37 (`_5`), and the suffix
 * `_PAR_Y` of the copy on chromosome Y, for which releases up to 24 had the letter R instead: `ENSGR0000182378`. Seurat
 * puts dashes in place of underscores: `ENSG00000182378-PAR-Y`.
 */
const ENSEMBL_SOURCE = String
  .raw`(ENS(?:[A-Z]*G\d{11}|GR\d{10}))(?:\.\d+)?(?:_\d+)?([_-]PAR[_-]Y)?(?:_\d+)?`;
const ENSEMBL = new RegExp(`^${ENSEMBL_SOURCE}$`);
const ENSEMBL_FIRST = new RegExp(`^(?<id>${ENSEMBL_SOURCE})(?:[_:;,/ ]|-(?!\\d+$))(?<other>.+)$`);
const ENSEMBL_LAST = new RegExp(`^(?<other>.+)[_:;,/ -](?<id>${ENSEMBL_SOURCE})$`);
const HUMAN = /^ENSG\d{11}$/;
const DIGITS_OF_ENSEMBL = 11;

/**
 * Makes a key that all spellings of one gene's identifier share: an Ensembl gene id without its version, and without
 * the mapping number that GENCODE's files for GRCh37 put after it. So `ENSG00000000003.15` and `ENSG00000000003.15_7`
 * are `ENSG00000000003`. The copy of a gene on chromosome Y, `ENSG00000182378.15_PAR_Y`, is another gene. Any other
 * identifier is its own key: in names such as `RP11-34P13.7` the part after the dot is not a version.
 *
 * @param id Identifier of a gene in an annotation, an expression table or a data set.
 * @returns The key.
 * @see GENCODE's FAQ on its identifiers, and Ensembl's stable ids.
 *
 * @example
 * ```ts
 * import { geneKey } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(geneKey("ENSG00000000003.15_7"), "ENSG00000000003");
 * strictEqual(geneKey("ENSMUSG00000000003.16"), "ENSMUSG00000000003");
 * strictEqual(geneKey("RP11-34P13.7"), "RP11-34P13.7");
 * ```
 */
export function geneKey(id: string): string {
  // Most ids are their own keys, and are asked for several times.
  if (HUMAN.test(id)) return id;
  const match = ENSEMBL.exec(id);
  return match === null ? id : `${match[1]}${match[2]?.replaceAll("-", "_") ?? ""}`;
}

/** Whether a text is an Ensembl gene id, with or without a version. */
export function isEnsemblGeneId(text: string): boolean {
  return ENSEMBL.test(text);
}

/**
 * Separates an Ensembl gene id from the text that is joined to it, as in `ENSG00000000003.15_TSPAN6` of RSEM or
 * `TSPAN6_ENSG00000000003`, or `ENSG00000000003-TSPAN6` of Seurat; `undefined` for any other text, including an id alone.
 */
export function splitEnsemblGeneId(
  text: string,
): { readonly id: string; readonly other: string } | undefined {
  if (isEnsemblGeneId(text)) return undefined;
  const { id, other } = (ENSEMBL_FIRST.exec(text) ?? ENSEMBL_LAST.exec(text))?.groups ?? {};
  return id === undefined || other === undefined ? undefined : { id, other };
}

/**
 * Whether an identifier belongs to a pseudoautosomal gene's copy on chromosome Y, which shares its bases, and in most
 * alignments its reads, with the copy on X: `ENSG00000182378.15_PAR_Y`, or `ENSGR0000182378.10` in GENCODE up to
 * release 24.
 *
 * @param id Identifier of a gene.
 * @returns Whether it is the copy on chromosome Y.
 *
 * @example
 * ```ts
 * import { isPseudoautosomalCopy } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(isPseudoautosomalCopy("ENSG00000182378.15_PAR_Y"), true);
 * strictEqual(isPseudoautosomalCopy("ENSG00000182378.15"), false);
 * ```
 */
export function isPseudoautosomalCopy(id: string): boolean {
  return /[_-]PAR[_-]Y(?:_\d+)?$|^ENSGR\d{10}\b/.test(id);
}

/**
 * Returns the identifier for a bare number in the files of the competition and of DeepChrome, whose numbers are those
 * of human Ensembl ids. A number with too many digits for such an id is its own identifier.
 *
 * @param number A gene's number, an integer >= 0.
 * @returns The whole identifier.
 *
 * @example
 * ```ts
 * import { ensemblGeneId } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(ensemblGeneId(115459), "ENSG00000115459");
 * ```
 */
export function ensemblGeneId(number: number): string {
  const digits = String(number);
  if (digits.length > DIGITS_OF_ENSEMBL) return digits;
  return `ENSG${digits.padStart(DIGITS_OF_ENSEMBL, "0")}`;
}

/**
 * Returns the identifier for a text in files whose bare numbers, often with leading zeros, are those of human Ensembl
 * ids: `000003` is `ENSG00000000003`, and so is `3.0`, as pandas writes a column that was of floats. Any other text is an
 * identifier already.
 */
export function readEnsemblDigits(text: string): string {
  // As numpy writes numbers unless it is told otherwise: 1.729360000000000000e+05.
  const whole = /^\d\.\d+e\+\d\d$/.test(text) ? String(Number(text)) : text;
  const digits = /^(\d{1,16})(?:\.0+)?$/.exec(whole)?.[1];
  return digits === undefined ? text : ensemblGeneId(Number(digits));
}

/**
 * Returns the number of a human Ensembl gene id.
 *
 * @param id Identifier of a gene; its version does not matter.
 * @returns The number, or `undefined` for any other identifier.
 *
 * @example
 * ```ts
 * import { ensemblGeneNumber } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(ensemblGeneNumber("ENSG00000115459.6"), 115459);
 * strictEqual(ensemblGeneNumber("ENSMUSG00000115459"), undefined);
 * ```
 */
export function ensemblGeneNumber(id: string): number | undefined {
  const key = geneKey(id);
  return HUMAN.test(key) ? Number(key.slice("ENSG".length)) : undefined;
}

/** The range of numbers that stand for names: integers that float64 holds exactly, longer than those of Ensembl ids. */
const LEAST = 10 ** 12;
const COUNT = 8 * 10 ** 15;

/**
 * Returns the number that stands for a gene in the competition's layout: the number of a human Ensembl id, or else a
 * number of 13 to 16 digits made from the whole identifier, the same in every data set.
 *
 * @param id The gene's identifier; its version does not matter.
 * @returns An integer.
 *
 * @example
 * ```ts
 * import { geneNumber } from "@waka/histone/genome";
 * import { ok, strictEqual } from "node:assert";
 *
 * strictEqual(geneNumber("ENSG00000115459.6"), 115459);
 * ok(geneNumber("ENSMUSG00000115459") > 10 ** 12);
 * ```
 */
export function geneNumber(id: string): number {
  const number = ensemblGeneNumber(id);
  if (number !== undefined) return number;
  const [low, high] = deriveKey(0, "gene", geneKey(id));
  return LEAST + (high * 2 ** 21 + (low >>> 11)) % COUNT;
}

/** Facts about a gene besides its identifier; facts that are not known are missing. */
export interface GeneDetails {
  /**
   * Identifier of the gene, where the sample is of one of its transcripts or windows, each of which has an identifier of
   * its own. No split of the data separates the samples of one gene.
   */
  readonly gene?: string | undefined;
  /** The gene's symbol, such as `DPM1`. */
  readonly symbol?: string | undefined;
  /** Name of its chromosome. */
  readonly chromosome?: string | undefined;
  /** Transcription start site, the 0-based position of the first transcribed base. */
  readonly tss?: number | undefined;
  /** `+` if transcription runs along ascending coordinates, `-` if it runs along descending ones. */
  readonly strand?: "+" | "-" | undefined;
}

/**
 * Makes the key that all samples of one gene share, whether they are of the gene as a whole, of its transcripts, or of
 * several windows. Splits by gene go by this key.
 *
 * @param id Identifier of the sample's gene, transcript or window.
 * @param details What else is known about it: its gene, if `id` is not the gene's own.
 * @returns The `geneKey` of the gene.
 *
 * @example Two transcripts of a gene
 * ```ts
 * import { geneGroupKey } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(geneGroupKey("ENST00000373020.9", { gene: "ENSG00000000003.15" }), "ENSG00000000003");
 * strictEqual(geneGroupKey("ENSG00000000003.15"), "ENSG00000000003");
 * ```
 */
export function geneGroupKey(id: string, { gene }: GeneDetails = {}): string {
  return geneKey(gene ?? id);
}

/** Far longer than any identifier in use. */
export const MAX_CELL_CHARACTERS = 1000;

/** Whether the table of genes of a data set can hold a text as an identifier, a symbol or a chromosome's name. */
export function isGeneCell(text: string): boolean {
  return text.length <= MAX_CELL_CHARACTERS && isPlainLine(text);
}

/**
 * Formats a gene as messages and tables show it: `ENSG00000000419.14 DPM1`, or its identifier alone.
 *
 * @param id Identifier of the gene.
 * @param details Other facts about the gene, of which only the symbol is shown.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { formatGene } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(formatGene("ENSG00000000419.14", { symbol: "DPM1" }), "ENSG00000000419.14 DPM1");
 * ```
 */
export function formatGene(id: string, { symbol }: GeneDetails = {}): string {
  return symbol === undefined || symbol === id ? id : `${id} ${symbol}`;
}
