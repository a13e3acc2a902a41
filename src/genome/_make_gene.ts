/**
 * Code that all formats of genes share: the contents of a gene's line, checks of coordinates, and the TSS by strand.
 */

import { failLine, type Line } from "../text/lines.ts";
import { adviseDigits } from "../text/numbers.ts";
import type { Gene } from "./gene.ts";
import { LARGEST_POSITION } from "./largest_position.ts";

/** Transcripts or parts of one gene that are farther apart than this are taken for copies of the gene. */
export const LARGEST_GAP_BP = 100_000;

/**
 * Parts of one transcript that are farther apart than this are taken for parts of two copies. The longest introns of
 * human genes have 1.2 million bases.
 */
export const LARGEST_INTRON_BP = 2_000_000;

/** Facts about a gene besides its id and its place, from a line; most fields are those of {@linkcode Gene}. */
export interface GeneFacts {
  readonly symbol?: string | undefined;
  readonly entrezId?: string | undefined;
  readonly type?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** Whether the file says that the gene lies in a pseudoautosomal region, so that the one on Y is a copy. */
  readonly isPseudoautosomal?: boolean;
}

/** The contents of a gene's line, whether or not the gene is usable. */
export interface GeneRow extends GeneFacts {
  /** The gene's id; `undefined` or empty where the line has none. */
  readonly id: string | undefined;
  /** Id of the gene, where the line is that of a transcript that is a sample of its own. */
  readonly gene?: string | undefined;
  readonly chromosome: string;
  readonly chromosomeAlias?: string | undefined;
  /** The gene reaches from `start` to `end`, 0-based half-open. */
  readonly start: number;
  readonly end: number;
  /** The strand as the file has it. */
  readonly strand: string;
  readonly line: number;
  /** Whether lines with the same id are parts of one gene, as in GFF3. */
  readonly isPart?: boolean;
  /** Whether the gene's transcripts are spliced together from several places. */
  readonly isTransSpliced?: boolean;
}

/** Strands as BioMart and NCBI write them. */
const STRANDS: ReadonlyMap<string, string> = new Map([
  ["1", "+"],
  ["+1", "+"],
  ["-1", "-"],
  ["plus", "+"],
  ["minus", "-"],
]);

/** Reads a strand, which BioMart writes as 1 or -1, and NCBI in words. Any other text is returned unchanged. */
export function readStrand(text: string): string {
  const strand = text.trim();
  return STRANDS.get(strand.toLowerCase()) ?? strand;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/**
 * Makes a gene from the contents of its line. The TSS is the first base on the plus strand, and the last base on the
 * minus strand. Facts that the line lacks are absent from the gene.
 */
export function makeGene(id: string, row: GeneRow): Gene {
  const { chromosome, start, end, line } = row;
  const strand = row.strand === "-" ? "-" : "+";
  const tss = strand === "+" ? start : end - 1;
  const gene: Mutable<Gene> = { id, chromosome, tss, strand, line };
  for (const name of ["gene", "symbol", "entrezId", "type", "chromosomeAlias"] as const) {
    const value = row[name];
    if (value !== undefined) gene[name] = value;
  }
  if (row.aliases !== undefined && row.aliases.length > 0) gene.aliases = row.aliases;
  return gene;
}

/** The line of a position, and the smallest allowed position. */
export interface PositionPlace {
  readonly line: Line;
  readonly file: string;
  readonly least: 0 | 1;
}

/**
 * Parses a coordinate, which must be written in digits. Blanks around them, as in old GFF of WormBase, do not matter, and
 * neither does the `.0` that pandas puts after the numbers of a column with missing values.
 */
export function parsePosition(
  text: string | undefined,
  what: string,
  place: PositionPlace,
): number {
  const value = /^ *\d+(?:\.0)? *$/.test(text ?? "") ? Number(text) : NaN;
  if (value >= place.least && value <= LARGEST_POSITION) return value;
  return failLine(
    place.file,
    place.line,
    `Cannot read gene: ${what} is "${text}", ` +
      `expected an integer from ${place.least} to ${LARGEST_POSITION}${adviseDigits(text ?? "")}`,
  );
}
