/** What all formats of genes share: checks of a line's fields, and the TSS by strand. */

import type { Line } from "../io/_lines.ts";
import { failLine } from "./_text_lines.ts";
import type { Gene } from "./gene.ts";

/** The longest chromosome that BAM and tabix can hold. */
export const LARGEST_POSITION = 2 ** 31 - 1;

interface GeneFields {
  readonly id: string;
  readonly chromosome: string;
  /** 0-based half-open. */
  readonly start: number;
  readonly end: number;
  readonly strand: string;
}

/**
 * Makes a gene of its extent; the TSS is the first base on the plus strand, the last on the minus
 * strand.
 */
export function makeGene(fields: GeneFields, line: Line, file: string): Gene {
  const { id, chromosome, start, end, strand } = fields;
  if (id === "") failLine(file, line, "Cannot read gene: the id is empty");
  if (chromosome === "") failLine(file, line, `Cannot read gene "${id}": the chromosome is empty`);
  if (start >= end) {
    failLine(file, line, `Cannot read gene "${id}": it ends before it starts`);
  }
  if (strand !== "+" && strand !== "-") {
    failLine(
      file,
      line,
      `Cannot read gene "${id}": strand is "${strand}", expected + or -. The start of ` +
        "transcription depends on it: take the gene out of the file or give its strand",
    );
  }
  return { id, chromosome, tss: strand === "+" ? start : end - 1, strand, line: line.number };
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
