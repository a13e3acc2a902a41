/** A motif: which letters of DNA stand at each of some consecutive positions, and how often. */
export interface Motif {
  /** Its name, without spaces. */
  readonly name: string;
  /** Probabilities of A, C, G and T, `[position, letter]`; each row adds up to 1. */
  readonly matrix: readonly (readonly number[])[];
  /** Number of sites that the probabilities were counted at; absent if they were not counted. */
  readonly sites?: number | undefined;
}

/** The letters in the order of a motif's columns. */
export const MOTIF_LETTERS = "ACGT";

/** Probabilities of A, C, G and T where nothing is known of them. */
export const UNIFORM_BACKGROUND: readonly number[] = [0.25, 0.25, 0.25, 0.25];

/**
 * Computes how much a motif says: the relative entropy of its positions to the background (Schneider and Stephens 1990,
 * Nucleic Acids Research 18:6097), in bits. A position with one letter has 2 bits where all letters are equally frequent.
 *
 * @param motif The motif.
 * @param background Probabilities of A, C, G and T elsewhere, `[letter]`, above 0; equal ones by default.
 * @returns Bits of each position, `[position]`.
 *
 * @example A position that is always G, and one that says nothing
 * ```ts
 * import { informationBits } from "@waka/histone/motifs";
 * import { deepStrictEqual } from "node:assert";
 *
 * const matrix = [[0, 0, 1, 0], [0.25, 0.25, 0.25, 0.25]];
 * deepStrictEqual(informationBits({ matrix }), [2, 0]);
 * ```
 */
export function informationBits(
  { matrix }: Pick<Motif, "matrix">,
  background: readonly number[] = UNIFORM_BACKGROUND,
): number[] {
  return matrix.map((column) =>
    column.reduce(
      (sum, share, letter) =>
        sum + (share > 0 ? share * Math.log2(share / background[letter]!) : 0),
      0,
    )
  );
}

/**
 * Turns a motif round: what is read on the other strand.
 *
 * @param motif The motif.
 * @returns Its reverse complement, of the same name.
 *
 * @example
 * ```ts
 * import { consensusOf, reverseComplement } from "@waka/histone/motifs";
 * import { strictEqual } from "node:assert";
 *
 * const matrix = [[0.9, 0.1, 0, 0], [0, 0, 1, 0]];
 * strictEqual(consensusOf({ matrix }), "AG");
 * strictEqual(consensusOf(reverseComplement({ name: "ag", matrix })), "CT");
 * ```
 */
export function reverseComplement(motif: Motif): Motif {
  // A and T are at both ends of a row, C and G between them.
  return { ...motif, matrix: motif.matrix.map((column) => column.toReversed()).reverse() };
}

/** Two letters, as IUPAC writes them, in alphabetical order. */
const PAIRS: Readonly<Record<string, string>> = {
  AC: "M",
  AG: "R",
  AT: "W",
  CG: "S",
  CT: "Y",
  GT: "K",
};

/**
 * Spells a motif: at each position the letter of probability 0.5 or more, the code of two letters that have 0.75
 * together, or N (after Cavener 1987, Nucleic Acids Research 15:1353).
 *
 * @param motif The motif.
 * @returns A letter of IUPAC for each position.
 *
 * @example
 * ```ts
 * import { consensusOf } from "@waka/histone/motifs";
 * import { strictEqual } from "node:assert";
 *
 * const matrix = [[0.9, 0.1, 0, 0], [0.45, 0, 0.45, 0.1], [0.25, 0.25, 0.25, 0.25]];
 * strictEqual(consensusOf({ matrix }), "ARN");
 * ```
 */
export function consensusOf({ matrix }: Pick<Motif, "matrix">): string {
  return matrix.map((column) => {
    const order = [0, 1, 2, 3].sort((a, b) => column[b]! - column[a]!);
    const [first, second] = [order[0]!, order[1]!];
    if (column[first]! >= 0.5) return MOTIF_LETTERS[first]!;
    if (column[first]! + column[second]! < 0.75) return "N";
    const pair = [first, second].sort().map((letter) => MOTIF_LETTERS[letter]).join("");
    return PAIRS[pair]!;
  }).join("");
}
