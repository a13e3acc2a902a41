/**
 * The letters between motifs: chains of letters in which each depends on the one before it, inside and outside CpG
 * islands, and copies of repeats.
 *
 * @module
 */

import { deriveKey, RandomStream } from "../../random.ts";

/** Some neighbouring bases of a sequence; 0-based half-open. */
export interface Span {
  /** The first. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** Steps of the probabilities: two letters are drawn of one random word. */
const STEPS = 2 ** 16;

/**
 * Probabilities of A, C, G and T after each of them, in human DNA inside and outside CpG islands (Durbin, Eddy, Krogh and
 * Mitchison 1998, Biological Sequence Analysis, chapter 3): outside, G seldom follows C.
 */
const INSIDE = chainOf([
  [0.180, 0.274, 0.426, 0.120],
  [0.171, 0.368, 0.274, 0.187],
  [0.161, 0.339, 0.375, 0.125],
  [0.079, 0.355, 0.384, 0.182],
]);
const OUTSIDE = chainOf([
  [0.300, 0.205, 0.285, 0.210],
  [0.322, 0.298, 0.078, 0.302],
  [0.248, 0.246, 0.298, 0.208],
  [0.177, 0.239, 0.292, 0.292],
]);

/** Makes the bounds between letters for each former letter. */
function chainOf(rows: readonly (readonly number[])[]): Uint32Array {
  // [former letter, 3]: the numbers from which C, G and T begin.
  return Uint32Array.from(
    rows.flatMap(([a = 0, c = 0, g = 0]) =>
      [a, a + c, a + c + g].map((value) => Math.round(value * STEPS))
    ),
  );
}

/** Fills an array with letters, as codes 0 to 3 of A, C, G and T. */
export function fillBackground(codes: Uint8Array, island: Span, stream: RandomStream): void {
  let letter = stream.below(4);
  let word = 0;
  for (let i = 0; i < codes.length; i++) {
    word = i % 2 === 0 ? stream.uint32() : word >>> 16;
    const draw = word & (STEPS - 1);
    const chain = i >= island.start && i < island.end ? INSIDE : OUTSIDE;
    const row = 3 * letter;
    letter = (draw >= chain[row]! ? 1 : 0) + (draw >= chain[row + 1]! ? 1 : 0) +
      (draw >= chain[row + 2]! ? 1 : 0);
    codes[i] = letter;
  }
}

/** The share of promoters in CpG islands; see `PROMOTERS`. */
const ISLAND_SHARE = 0.57;

/** Draws whether there is a CpG island at a gene, without regard to its activity. */
export function drawIsland(seed: number, index: number): boolean {
  return new RandomStream(deriveKey(seed, "island", index)).uniform() < ISLAND_SHARE;
}

/** Lengths of the repeats' consensus sequences in bp, about those of Alu, MIR and the end of L1. */
const REPEAT_LENGTHS_BP = [300, 150, 500];
/** A repeat begins about every so many bases. */
const REPEAT_DISTANCE_BP = 1500;
/** No repeat is nearer to the TSS. */
const FREE_OF_REPEATS_BP = 500;
/** The share of a copy's letters that differ from the consensus. */
const DIVERGENCE = 0.12;

/** Makes the consensus sequences of the repeats, which the seed determines. */
export function makeRepeats(seed: number): Uint8Array[] {
  return REPEAT_LENGTHS_BP.map((length, i) => {
    const codes = new Uint8Array(length);
    const island = { start: 0, end: 0 };
    fillBackground(codes, island, new RandomStream(deriveKey(seed, "repeat", i)));
    return codes;
  });
}

/**
 * Copies repeats into a sequence away from its middle: each copy on either strand, without some of its beginning, and with
 * some letters changed.
 *
 * @returns Where they are, in ascending order.
 */
export function insertRepeats(
  codes: Uint8Array,
  repeats: readonly Uint8Array[],
  stream: RandomStream,
): Span[] {
  const middle = codes.length / 2;
  const spans: Span[] = [];
  let start = 0;
  while (true) {
    start += Math.round(-Math.log(stream.uniform()) * REPEAT_DISTANCE_BP);
    const repeat = repeats[stream.below(repeats.length)]!;
    const kept = Math.ceil(repeat.length * (0.3 + 0.7 * stream.uniform()));
    const reversed = stream.uniform() < 0.5;
    // Copies that reach into the middle begin after it.
    if (start < middle + FREE_OF_REPEATS_BP && start + kept > middle - FREE_OF_REPEATS_BP) {
      start = middle + FREE_OF_REPEATS_BP;
      continue;
    }
    const end = Math.min(start + kept, codes.length);
    if (start >= end) return spans;
    copyRepeat(codes.subarray(start, end), { repeat, kept, reversed, stream });
    spans.push({ start, end });
    start = end;
  }
}

function copyRepeat(
  target: Uint8Array,
  { repeat, kept, reversed, stream }: {
    readonly repeat: Uint8Array;
    readonly kept: number;
    readonly reversed: boolean;
    readonly stream: RandomStream;
  },
): void {
  const first = repeat.length - kept;
  for (let i = 0; i < target.length; i++) {
    const letter = reversed ? 3 - repeat[repeat.length - 1 - i]! : repeat[first + i]!;
    const changed = stream.uniform() < DIVERGENCE;
    target[i] = changed ? (letter + 1 + stream.below(3)) % 4 : letter;
  }
}
