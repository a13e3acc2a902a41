/**
 * The DNA around the transcription start site of a simulated gene.
 *
 * @module
 */

import { deriveKey, RandomStream } from "../../random.ts";
import { fillBackground, insertRepeats, type Span } from "./background.ts";
import { LETTERS, SIMULATED_MOTIFS } from "./motifs.ts";
import type { MotifSite } from "./sites.ts";

/** DNA of a gene, in the direction of transcription. */
export interface SimulatedSequence {
  /** Identifier of the gene. */
  readonly gene: string;
  /** Codes of the letters, `[base]`: A, C, G and T are 0, 1, 2 and 3. The TSS is the first base of the second half. */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** Repeats, which files have in small letters, in ascending order. */
  readonly repeats: readonly Span[];
}

/** What the sequence of a gene depends on. */
export interface SequenceOptions {
  /** Seed of the simulation. */
  readonly seed: number;
  /** Bases on each side of the TSS. */
  readonly halfWidthBp: number;
  /** The gene's number. */
  readonly index: number;
  /** Whether the promoter is in a CpG island. */
  readonly cpgIsland: boolean;
  /** The sites to plant. */
  readonly sites: readonly MotifSite[];
  /** Consensus sequences of repeats. */
  readonly repeats: readonly Uint8Array[];
}

/** Median length of a CpG island. */
const ISLAND_BP = 1000;

/** Makes the sequence of a gene: background, repeats, then the sites of motifs. */
export function makeSequence(
  gene: string,
  { seed, halfWidthBp, index, cpgIsland, sites, repeats }: SequenceOptions,
): SimulatedSequence {
  const stream = new RandomStream(deriveKey(seed, "sequence", index));
  const codes = new Uint8Array(2 * halfWidthBp);
  const length = ISLAND_BP * Math.exp(0.4 * stream.normal());
  const start = halfWidthBp - Math.round(length * (0.3 + 0.4 * stream.uniform()));
  const island = cpgIsland ? { start, end: start + Math.round(length) } : { start: 0, end: 0 };
  fillBackground(codes, island, stream);
  const spans = insertRepeats(codes, repeats, stream);
  for (const site of sites) plant(codes, site, { halfWidthBp, stream });
  return { gene, codes, repeats: spans };
}

/** Writes a site, of which each letter is drawn by the motif's probabilities. */
function plant(
  codes: Uint8Array,
  { motif, offsetBp, strand }: MotifSite,
  { halfWidthBp, stream }: { readonly halfWidthBp: number; readonly stream: RandomStream },
): void {
  const { matrix } = SIMULATED_MOTIFS[motif]!;
  const start = halfWidthBp + offsetBp;
  for (const [position, column] of matrix.entries()) {
    const letter = drawLetter(column, stream);
    if (strand === "+") codes[start + position] = letter;
    else codes[start + matrix.length - 1 - position] = 3 - letter;
  }
}

function drawLetter(column: readonly number[], stream: RandomStream): number {
  let rest = stream.uniform();
  for (let letter = 0; letter < 3; letter++) {
    rest -= column[letter]!;
    if (rest < 0) return letter;
  }
  return 3;
}

const ASCII = new TextEncoder().encode(LETTERS);

/** Spells a sequence in ASCII, repeats in lower case, `[base]`. */
export function spellSequence({ codes, repeats }: SimulatedSequence): Uint8Array<ArrayBuffer> {
  const text = codes.map((code) => ASCII[code]!);
  // A letter's lower case has one more bit.
  for (const { start, end } of repeats) {
    for (let i = start; i < end; i++) text[i]! |= 0x20;
  }
  return text;
}
