/**
 * A compact encoding of the chromosomes of a list of genes: a letter for each gene, `A` for chromosome 1.
 *
 * @module
 */

import { FormatError } from "../errors.ts";

/** The human chromosomes that have protein-coding genes in the nucleus, without `chr`, in the order of their letters. */
export const CHROMOSOMES: readonly string[] = [
  ...Array.from({ length: 22 }, (_, i) => String(i + 1)),
  "X",
  "Y",
];

const FIRST_LETTER = "A".charCodeAt(0);

/** Encodes the places of genes' chromosomes in {@linkcode CHROMOSOMES}, `[gene]`. */
export function encodeChromosomes(places: readonly number[]): string {
  return places.map((place) => String.fromCharCode(FIRST_LETTER + place)).join("");
}

/**
 * Decodes what {@linkcode encodeChromosomes} encoded; line ends are skipped.
 *
 * @returns Names such as `chr8`, `[gene]`.
 * @throws {FormatError} If a letter stands for no chromosome.
 */
export function decodeChromosomes(letters: string): string[] {
  return Array.from(letters.replaceAll("\n", ""), (letter) => {
    const name = CHROMOSOMES[letter.charCodeAt(0) - FIRST_LETTER];
    if (name === undefined) {
      throw new FormatError(
        `Cannot decode chromosomes: found the letter "${letter}", expected A to X`,
      );
    }
    return `chr${name}`;
  });
}
