/** Reads names of genes in tables: ids, symbols, Entrez numbers, and several of these in one cell. */

import { isEnsemblGeneId, splitEnsemblGeneId } from "../../gene_id.ts";
import { stripGenePrefix, stripTranscriptPrefix } from "../id_prefixes.ts";
import { isTranscriptId, transcriptKey } from "../transcript_id.ts";

/** The names of a row's gene in a cell. */
export interface GeneNames {
  /** The gene's id; in a plain cell the whole text. */
  readonly id: string;
  /** The gene's symbol; in a plain cell the whole text. */
  readonly symbol: string;
  /** The gene's number at NCBI, if the cell holds digits. */
  readonly entrez?: string | undefined;
  /** The transcript, if the row is a transcript. */
  readonly transcript?: string | undefined;
  /** All names of a cell that has several: names of one gene, or of several genes. */
  readonly parts?: readonly string[] | undefined;
  /** Whether the cell has the Ensembl ids of several genes of one species, so that its value is no gene's own. */
  readonly isOfSeveral?: boolean | undefined;
}

/** A number as it is, or as pandas writes it in a column with missing values: `8813.0`. */
const NUMBER = /^(\d+)(?:\.0)?$/;

/** Splits a cell into names: `ENSG00000000003.15|TSPAN6`, `TSPAN6|7105`, GENCODE's `ENST…|ENSG…|…|TSPAN6|…`. */
export function parseGeneNames(cell: string): GeneNames {
  const names = parseCell(cell);
  return hasSeveralEnsemblGenes(cell) ? { ...names, isOfSeveral: true } : names;
}

/** Shorter texts do not hold two Ensembl ids. */
const LENGTH_OF_TWO_IDS = 2 * "ENSG00000000000".length;
const ENSEMBL_IDS = /ENS([A-Z]*)G(R\d{10}|\d{11})(?!\d)/g;

/** Whether a text has the Ensembl ids of several genes of one species; a gene's copy on Y is the same gene. */
function hasSeveralEnsemblGenes(text: string): boolean {
  if (text.length < LENGTH_OF_TWO_IDS) return false;
  const digitsOf = new Map<string, string>();
  for (const [, species = "", number = ""] of text.matchAll(ENSEMBL_IDS)) {
    const digits = number.replace("R", "0");
    if ((digitsOf.get(species) ?? digits) !== digits) return true;
    digitsOf.set(species, digits);
  }
  return false;
}

function parseCell(cell: string): GeneNames {
  const name = stripTranscriptPrefix(stripGenePrefix(cell));
  if (name.includes("|")) return parseParts(name.split("|"));
  const [, symbol, within] = WITH_BRACKETS.exec(name) ?? [];
  if (symbol !== undefined && within !== undefined) return parsePair(symbol, within);
  const joined = splitEnsemblGeneId(name);
  if (joined !== undefined) return { id: joined.id, symbol: joined.other };
  const number = readNumber(name);
  return {
    id: number ?? name,
    symbol: name,
    entrez: number,
    transcript: isTranscriptId(name) ? name : undefined,
  };
}

/** `TSPAN6 (7105)` or `TSPAN6 (ENSG00000000003)`, as DepMap writes them, or R's form of it: `TSPAN6..7105.`. */
const WITH_BRACKETS = /^(.+?)(?: \(|\.\.)(\d+|ENS[A-Z]*G\d{11}(?:\.\d+)?)(?:\)|\.)$/;

function parsePair(symbol: string, within: string): GeneNames {
  const entrez = readNumber(within);
  return entrez === undefined ? { id: within, symbol } : { id: symbol, symbol, entrez };
}

function parseParts(parts: readonly string[]): GeneNames {
  const id = parts.find(isEnsemblGeneId);
  const transcripts = parts.filter(isTranscriptId);
  const isOfOne = new Set(transcripts.map(transcriptKey)).size === 1;
  const transcript = isOfOne ? transcripts[0] : undefined;
  // GENCODE's names of sequences have: transcript, gene, Havana's ids of both, the transcript's name, the symbol.
  const isGencode = transcript !== undefined && id !== undefined && parts.length >= 6;
  const symbol = isGencode ? parts[5] : parts.find((part) => part !== id && part !== transcript);
  const [first = "", second = ""] = parts;
  const entrez = parts.length === 2 ? readNumber(second) : undefined;
  return { id: id ?? first, symbol: symbol ?? first, entrez, transcript, parts };
}

function readNumber(name: string): string | undefined {
  return NUMBER.exec(name)?.[1];
}

/** Whether a name is just a number, as Entrez numbers and numbers of rows are. */
export function isBareNumber(name: string): boolean {
  return NUMBER.test(name);
}

/** Patterns of names and what they are, for messages. */
const LOOKS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^ENSG\d{11}/, "human Ensembl ids"],
  [/^ENSMUSG\d{11}/, "mouse Ensembl ids"],
  [/^ENSRNOG\d{11}/, "rat Ensembl ids"],
  [/^ENS[A-Z]+G\d{11}/, "Ensembl ids of another species"],
  [/^ENS[A-Z]*T\d{11}/, "Ensembl transcripts"],
  [/^[NX][MR]_\d+/, "RefSeq transcripts"],
  [/^ENS[A-Z]*P\d{11}/, "Ensembl proteins"],
  [/^\S+ \(\d+\)$/, "symbols with Entrez numbers"],
  [/^\S+ \(ENS[A-Z]*G\d{11}/, "symbols with Ensembl ids"],
  [NUMBER, "bare numbers (Entrez numbers?)"],
  [/^\d+_(?:[sx]_)?at$|^ILMN_\d+$/, "probes of a microarray"],
];

/** Ids of Drosophila, C. elegans, Arabidopsis and yeast. */
const MODEL_ORGANISMS = /^(?:FBgn\d{7}|WBGene\d{8}|AT[1-5CM]G\d{5}|Y[A-P][LR]\d{3}[CW])\b/;

/** Whether a name is an id, which is never the title of a column. */
export function looksLikeId(name: string): boolean {
  return isEnsemblGeneId(parseGeneNames(name).id) || MODEL_ORGANISMS.test(name) ||
    LOOKS.some(([pattern]) => pattern.test(name));
}

/** Describes what most of the given names are. */
export function describeNames(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names.slice(0, 10_000)) {
    const kind = LOOKS.find(([pattern]) => pattern.test(name))?.[1] ?? "symbols or other names";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "nothing";
}

/** Whether most of the given names can only be those of genes. */
export function areGenes(names: readonly string[]): boolean {
  return /Ensembl|symbols with/.test(describeNames(names));
}

/** Finds the part of Ensembl's ids that shows the species, such as `ENSMUSG`; `undefined` for other names. */
export function ensemblPrefix(names: readonly string[]): string | undefined {
  const prefixes = names.slice(0, 10_000).map((name) => /^(ENS[A-Z]*G)\d{11}/.exec(name)?.[1]);
  const most = prefixes[Math.floor(prefixes.length / 2)];
  const share = prefixes.filter((prefix) => prefix === most).length / prefixes.length;
  return share > 0.5 ? most : undefined;
}

/** Whether names count the rows, 0, 1, 2 or 1, 2, 3 in any order, as R and pandas write them, and so are not genes. */
export function areRowNumbers(names: readonly string[]): boolean {
  const count = names.length;
  const numbers = new Set(names.map((name) => Number(readNumber(name) ?? NaN)));
  // As many different numbers from 0 to their count must be all of these except one.
  return count > 1 && numbers.size === count && [...numbers].every((number) => number <= count) &&
    !(numbers.has(0) && numbers.has(count));
}

const MONTHS = "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|déc";
const DATE = new RegExp(
  `^(?:\\d{1,2}[-. /]+(?:${MONTHS})[a-z]*\\.?|(?:${MONTHS})[a-z]*\\.?[-. /]+\\d{1,2}|` +
    "\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}|4\\d{4}|\\d\\.\\d+E\\+\\d+)$",
  "i",
);

/** Whether a spreadsheet turned a symbol such as `MARCH1`, `SEPT2` or `2310009E13` into a date or a number. */
export function isDamagedSymbol(symbol: string): boolean {
  return DATE.test(symbol);
}
