/**
 * A compact encoding of the chromosomes and strands of a list of genes: a letter for each gene, `A` for chromosome 1,
 * a capital for the plus strand and a small letter for the minus strand.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import type { Strand } from "../genome/gene.ts";

/** The human chromosomes that have protein-coding genes in the nucleus, without `chr`, in the order of their letters. */
export const CHROMOSOMES: readonly string[] = [
  ...Array.from({ length: 22 }, (_, i) => String(i + 1)),
  "X",
  "Y",
];

/** Where a gene lies. */
export interface ListedPlace {
  /** Such as `chr8`. */
  readonly chromosome: string;
  /** The strand that is transcribed. */
  readonly strand: Strand;
}

const FIRST_LETTER = "A".charCodeAt(0);

/** Encodes the places of genes, `[gene]`; each chromosome must be one of {@linkcode CHROMOSOMES}, with `chr`. */
export function encodePlaces(places: readonly ListedPlace[]): string {
  return places.map(({ chromosome, strand }) => {
    const index = CHROMOSOMES.findIndex((name) => `chr${name}` === chromosome);
    if (index < 0) {
      throw new RangeError(`Cannot encode places: there is no letter for ${chromosome}`);
    }
    const letter = String.fromCharCode(FIRST_LETTER + index);
    return strand === "+" ? letter : letter.toLowerCase();
  }).join("");
}

/**
 * Decodes what {@linkcode encodePlaces} encoded; line ends are skipped.
 *
 * @returns The place of each gene, `[gene]`.
 * @throws {FormatError} If a letter stands for no chromosome.
 */
export function decodePlaces(letters: string): ListedPlace[] {
  return Array.from(letters.replaceAll("\n", ""), (letter) => {
    const capital = letter.toUpperCase();
    const name = CHROMOSOMES[capital.charCodeAt(0) - FIRST_LETTER];
    if (name === undefined) {
      throw new FormatError(
        `Cannot decode places: found the letter "${letter}", expected A to X or a to x`,
      );
    }
    return { chromosome: `chr${name}`, strand: letter === capital ? "+" : "-" };
  });
}
