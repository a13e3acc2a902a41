/** Names of genes as tables have them: ids, symbols, Entrez numbers, and several of these in one. */

import { isEnsemblGeneId, splitEnsemblGeneId } from "../../gene_id.ts";
import { stripGenePrefix, stripTranscriptPrefix } from "../id_prefixes.ts";
import { isTranscriptId } from "../transcript_id.ts";

/** What a cell says of which gene its row is. */
export interface GeneNames {
  /** The gene's id; of a plain cell the whole cell. */
  readonly id: string;
  /** Its symbol; of a plain cell the whole cell. */
  readonly symbol: string;
  /** Its number at NCBI, if the cell holds digits. */
  readonly entrez?: string;
  /** The transcript, if the row is one. */
  readonly transcript?: string;
}

/** A number as it is, and as pandas writes it where another is missing: `8813.0`. */
const NUMBER = /^(\d+)(?:\.0)?$/;

/** Takes a cell apart: `ENSG00000000003.15|TSPAN6`, `TSPAN6|7105`, GENCODE's `ENST…|ENSG…|…|TSPAN6|…`. */
export function parseGeneNames(cell: string): GeneNames {
  const name = stripTranscriptPrefix(stripGenePrefix(cell));
  if (name.includes("|")) return parseParts(name.split("|"));
  const pair = WITH_BRACKETS.exec(name);
  if (pair !== null) return parsePair(pair[1], pair[2]);
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

/** `TSPAN6 (7105)` or `TSPAN6 (ENSG00000000003)`, as DepMap writes, and what R makes of it: `TSPAN6..7105.`. */
const WITH_BRACKETS = /^(.+?)(?: \(|\.\.)(\d+|ENS[A-Z]*G\d{11}(?:\.\d+)?)(?:\)|\.)$/;

function parsePair(symbol: string, within: string): GeneNames {
  const entrez = readNumber(within);
  return entrez === undefined ? { id: within, symbol } : { id: symbol, symbol, entrez };
}

function parseParts(parts: readonly string[]): GeneNames {
  const id = parts.find(isEnsemblGeneId);
  const transcript = parts.find(isTranscriptId);
  // GENCODE's names of sequences: transcript, gene, Havana's ids of both, the transcript's name, the gene's symbol.
  const isGencode = transcript !== undefined && id !== undefined && parts.length >= 6;
  const symbol = isGencode ? parts[5] : parts.find((part) => part !== id && part !== transcript);
  const entrez = parts.length === 2 ? readNumber(parts[1]) : undefined;
  return { id: id ?? parts[0], symbol: symbol ?? parts[0], entrez, transcript };
}

function readNumber(name: string): string | undefined {
  return NUMBER.exec(name)?.[1];
}

/** Whether a name is a number and no more, as Entrez numbers and those of rows are. */
export function isBareNumber(name: string): boolean {
  return NUMBER.test(name);
}

/** What names look like, for messages. */
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

/** Ids of flies, worms, cress and yeast. */
const MODEL_ORGANISMS = /^(?:FBgn\d{7}|WBGene\d{8}|AT[1-5CM]G\d{5}|Y[A-P][LR]\d{3}[CW])\b/;

/** Whether a name is an id, which nobody calls a column. */
export function looksLikeId(name: string): boolean {
  return isEnsemblGeneId(parseGeneNames(name).id) || MODEL_ORGANISMS.test(name) ||
    LOOKS.some(([pattern]) => pattern.test(name));
}

/** What most of some names are. */
export function describeNames(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names.slice(0, 10_000)) {
    const kind = LOOKS.find(([pattern]) => pattern.test(name))?.[1] ?? "symbols or other names";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "nothing";
}

/** Whether most of some names can be those of genes only. */
export function areGenes(names: readonly string[]): boolean {
  return /Ensembl|symbols with/.test(describeNames(names));
}

/** The part of Ensembl's ids that tells the species: `ENSMUSG`; `undefined` of other names. */
export function ensemblPrefix(names: readonly string[]): string | undefined {
  const prefixes = names.slice(0, 10_000).map((name) => /^(ENS[A-Z]*G)\d{11}/.exec(name)?.[1]);
  const most = prefixes[Math.floor(prefixes.length / 2)];
  const share = prefixes.filter((prefix) => prefix === most).length / prefixes.length;
  return share > 0.5 ? most : undefined;
}

/** Names that count the rows, 0, 1, 2 or 1, 2, 3 in any order, as R and pandas write them: they name no genes. */
export function areRowNumbers(names: readonly string[]): boolean {
  const count = names.length;
  const numbers = new Set(names.map((name) => Number(readNumber(name) ?? NaN)));
  // So many different numbers from 0 to their count are all but one.
  return count > 1 && numbers.size === count && [...numbers].every((number) => number <= count) &&
    !(numbers.has(0) && numbers.has(count));
}

const MONTHS = "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|déc";
const DATE = new RegExp(
  `^(?:\\d{1,2}[-. /]+(?:${MONTHS})[a-z]*\\.?|(?:${MONTHS})[a-z]*\\.?[-. /]+\\d{1,2}|` +
    "\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}|4\\d{4}|\\d\\.\\d+E\\+\\d+)$",
  "i",
);

/** Whether a symbol is what spreadsheets make of `MARCH1`, `SEPT2` or `2310009E13`: `1-Mar`, `44256`, `2.31E+19`. */
export function isDamagedSymbol(symbol: string): boolean {
  return DATE.test(symbol);
}
