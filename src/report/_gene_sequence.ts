/** The track of DNA of a gene's page. */

import type { GeneWindow } from "./_gene_window.ts";
import { type Html, trustHtml } from "./_html.ts";
import { LETTER_GLYPHS } from "../motifs/logo.ts";
import type { GeneInCellType, GenePageInput } from "./gene_page_input.ts";
import type { SequencePlace } from "./viewer/sequence_values.ts";

const LETTERS = "ACGTN";
const COMPLEMENTS = "TGCAN";

/** The letters in the order of the page. */
export interface SequenceLayout {
  /** The letters and where they lie. */
  readonly place: SequencePlace;
  /** Whether they are the reverse complement of the data's. */
  readonly isTurned: boolean;
}

/** Lays out a gene's letters; `undefined` without any, or where their place or direction is not known. */
export function layOutSequence(
  { letters, record: { sequence }, gene: { position } }: GenePageInput,
  { isInGeneDirection }: GeneWindow,
): SequenceLayout | undefined {
  if (letters === undefined || sequence?.tssBase === undefined) return undefined;
  const { orientation, tssBase } = sequence;
  if (orientation === "unknown") return undefined;
  // Letters by coordinate belong to bins by coordinate, unless the strand says how to turn them.
  const isKnown = orientation === "transcript" ? isInGeneDirection : !isInGeneDirection || position;
  if (!isKnown) return undefined;
  const isTurned = orientation === "genomic" && position?.strand === "-";
  const codes = Array.from(letters);
  const text = isTurned
    ? codes.reverse().map((code) => COMPLEMENTS.charAt(code)).join("")
    : codes.map((code) => LETTERS.charAt(code)).join("");
  const firstBp = isTurned ? tssBase + 1 - letters.length : -tssBase;
  return { place: { letters: text, firstBp }, isTurned };
}

/** What the letters of a cell type add, in the order of the page; NaN where nothing was computed. */
export function arrangeLetters(
  { letters = [], method: { method } }: GenePageInput,
  { cellType: { letterAttributions }, layout: { isTurned } }: {
    readonly cellType: GeneInCellType;
    readonly layout: SequenceLayout;
  },
): Float32Array {
  const values = Float32Array.from({ length: letters.length }, (_, base) => {
    const code = letters[base]!;
    if (letterAttributions === undefined || code > 3) return NaN;
    const of = (letter: number) => letterAttributions[base * 4 + letter]!;
    if (method !== "mutagenesis") return of(code);
    const others = [0, 1, 2, 3].filter((letter) => letter !== code);
    return -others.reduce((sum, letter) => sum + of(letter), 0) / 3;
  });
  return isTurned ? values.reverse() : values;
}

/** The glyphs that the track's letters use, and where the script puts letters. */
export function letterShapes(): Html {
  const glyphs = LETTER_GLYPHS.map((path, code) =>
    `<path id="letter-${LETTERS.charAt(code)}" class="letter-${LETTERS.charAt(code)}" d="${path}"/>`
  );
  return trustHtml(`<defs>${glyphs.join("")}</defs><g class="letters"></g>`);
}
