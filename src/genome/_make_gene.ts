/** What all formats of genes share: a gene's line, checks of coordinates, and the TSS by strand. */

import { failLine, type Line } from "../text/lines.ts";
import type { Gene } from "./gene.ts";

/** The longest chromosome that BAM and tabix can hold. */
export const LARGEST_POSITION = 2 ** 31 - 1;

/** Transcripts or parts of one gene that are farther apart are taken for copies of it. */
export const LARGEST_GAP_BP = 100_000;

/** What a line says of a gene, whether or not the gene can be used. */
export interface GeneRow extends Partial<Pick<Gene, "symbol" | "entrezId" | "type" | "aliases">> {
  /** The gene's id; `undefined` or empty where the line has none. */
  readonly id: string | undefined;
  readonly chromosome: string;
  readonly chromosomeAlias?: string;
  /** 0-based half-open. */
  readonly start: number;
  readonly end: number;
  /** As the file has it. */
  readonly strand: string;
  readonly line: number;
  /** Whether lines with the same id are parts of one gene, as in GFF3. */
  readonly isPart?: boolean;
  /** Whether the gene's transcripts are joined from several places. */
  readonly isTransSpliced?: boolean;
}

/** Strands as BioMart writes them; others stand as they are. */
export function readStrand(text: string): string {
  const strand = text.trim();
  if (strand === "-1") return "-";
  return strand === "1" || strand === "+1" ? "+" : strand;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/**
 * Makes a gene of its extent; the TSS is the first base on the plus strand, the last on the minus
 * strand. What the line does not tell the gene lacks.
 */
export function makeGene(id: string, row: GeneRow): Gene {
  const { chromosome, start, end, line } = row;
  const strand = row.strand === "-" ? "-" : "+";
  const tss = strand === "+" ? start : end - 1;
  const gene: Mutable<Gene> = { id, chromosome, tss, strand, line };
  for (const name of ["symbol", "entrezId", "type", "chromosomeAlias"] as const) {
    if (row[name] !== undefined) gene[name] = row[name];
  }
  if (row.aliases !== undefined && row.aliases.length > 0) gene.aliases = row.aliases;
  return gene;
}

/** Where a position stands, and how small it may be. */
export interface PositionPlace {
  readonly line: Line;
  readonly file: string;
  readonly least: 0 | 1;
}

/** Parses a coordinate, written as digits only. */
export function parsePosition(text: string, what: string, place: PositionPlace): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= place.least && value <= LARGEST_POSITION) return value;
  return failLine(
    place.file,
    place.line,
    `Cannot read gene: ${what} is "${text}", ` +
      `expected an integer from ${place.least} to ${LARGEST_POSITION}`,
  );
}
