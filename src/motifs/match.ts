/**
 * Compares motifs with known ones, much as TOMTOM does (Gupta et al. 2007, Genome Biology 8:R24).
 *
 * @module
 */

import { deriveKey, RandomStream } from "../random.ts";
import { type Motif, reverseComplement } from "./motif.ts";

/** The known motif that a motif is most like. */
export interface MotifMatch {
  /** Name of the known motif. */
  readonly name: string;
  /** Sum of the correlations of positions that lie on each other; each is from −1 to 1. */
  readonly score: number;
  /** Number of positions that lie on each other. */
  readonly overlap: number;
  /** The position of the known motif, as it is read on `strand`, on which the motif's first position lies. */
  readonly offset: number;
  /** `-` where the known motif was turned round. */
  readonly strand: "+" | "-";
  /** How often a motif of shuffled columns is as like the known one, at any offset and on either strand. */
  readonly p: number;
  /** `p` times the number of known motifs, at most 1: how often one of them would be as alike by chance. */
  readonly pOfAll: number;
}

/** Options of {@linkcode matchMotif}. */
export interface MatchMotifOptions {
  /**
   * Number of motifs of shuffled columns.
   *
   * @default {1000}
   */
  readonly shuffles?: number | undefined;
  /**
   * Seed of these.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * The fewest positions that may lie on each other; fewer only where a motif is shorter.
   *
   * @default {5}
   */
  readonly leastOverlap?: number | undefined;
}

/**
 * Finds the known motif that a motif is most like. The score of two motifs at an offset is the sum over the positions
 * that lie on each other of Pearson's correlation of their letters (Pietrokovski 1996, Nucleic Acids Research 24:3836),
 * and the best offset and strand count. Its p-value compares with motifs of as many columns, drawn with replacement from
 * those of all known motifs on both strands.
 *
 * @param motif The motif.
 * @param known Known motifs.
 * @param options The shuffled motifs.
 * @returns The match of the least p-value, of the greatest score among equal ones; `undefined` if no motif is known.
 * @throws {RangeError} If `shuffles` or `leastOverlap` is not an integer of at least 1.
 *
 * @example A filter that found a part of a motif on the other strand
 * ```ts
 * import { matchMotif } from "@waka/histone/motifs";
 * import { ok, strictEqual } from "node:assert";
 *
 * const spell = (word: string) =>
 *   [...word].map((letter) => [..."ACGT"].map((each) => each === letter ? 0.97 : 0.01));
 * const known = [
 *   { name: "one", matrix: spell("GATTGCCA") },
 *   { name: "other", matrix: spell("TTCCGGAA") },
 * ];
 * const match = matchMotif({ name: "filter", matrix: spell("GGCAAT") }, known);
 * strictEqual(match?.name, "one");
 * strictEqual(match?.strand, "-");
 * ok(match.p < 0.01);
 * ```
 */
export function matchMotif(
  motif: Motif,
  known: readonly Motif[],
  { shuffles = 1000, seed = 0, leastOverlap = 5 }: MatchMotifOptions = {},
): MotifMatch | undefined {
  for (const [name, value] of Object.entries({ shuffles, leastOverlap })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Cannot match motifs: ${name} is ${value}, expected an integer >= 1`);
    }
  }
  const pool = known.flatMap((each) => [...each.matrix, ...reverseComplement(each).matrix]);
  // [position of the motif, column of the pool]
  const correlations = motif.matrix.map((column) => pool.map((other) => correlate(column, other)));
  const alignment: Alignment = { correlations, width: motif.matrix.length, leastOverlap };
  const matches: MotifMatch[] = [];
  let first = 0;
  for (const { name, matrix } of known) {
    const columns = Array.from(matrix, (_, i) => first + i);
    first += 2 * matrix.length;
    const turned = columns.map((column) => column + matrix.length);
    const best = alignBest(alignment, [columns, turned]);
    const stream = new RandomStream(deriveKey(seed, "motif columns", matrix.length));
    let asAlike = 0;
    for (let i = 0; i < shuffles; i++) {
      const shuffled = columns.map(() => stream.below(pool.length));
      const both = [shuffled, shuffled.toReversed().map((column) => turnColumn(column, known))];
      if (alignBest(alignment, both).score >= best.score) asAlike++;
    }
    const p = (1 + asAlike) / (1 + shuffles);
    const { strand, ...rest } = best;
    matches.push({
      name,
      ...rest,
      strand: strand === 0 ? "+" : "-",
      p,
      pOfAll: Math.min(1, p * known.length),
    });
  }
  return matches.sort((a, b) => a.p - b.p || b.score - a.score)[0];
}

/** The place in the pool of a column's complement: the motif's other strand has its columns in reverse order. */
function turnColumn(column: number, known: readonly Motif[]): number {
  let first = 0;
  for (const { matrix: { length } } of known) {
    if (column < first + 2 * length) return 2 * first + 2 * length - 1 - column;
    first += 2 * length;
  }
  return column;
}

interface Alignment {
  readonly correlations: readonly (readonly number[])[];
  readonly width: number;
  readonly leastOverlap: number;
}

/** Finds the offset and the strand of the greatest score. */
function alignBest(
  { correlations, width, leastOverlap }: Alignment,
  strands: readonly (readonly number[])[],
): { score: number; overlap: number; offset: number; strand: number } {
  const best = { score: -Infinity, overlap: 0, offset: 0, strand: 0 };
  for (const [strand, columns] of strands.entries()) {
    const { length } = columns;
    const least = Math.min(leastOverlap, width, length);
    for (let offset = least - width; offset <= length - least; offset++) {
      const start = Math.max(0, -offset);
      const end = Math.min(width, length - offset);
      let score = 0;
      for (let i = start; i < end; i++) score += correlations[i]![columns[offset + i]!]!;
      if (score > best.score) Object.assign(best, { score, overlap: end - start, offset, strand });
    }
  }
  return best;
}

/** Pearson's correlation of the letters of two positions; 0 where all letters of one are equally probable. */
function correlate(one: readonly number[], other: readonly number[]): number {
  let [product, ones, others] = [0, 0, 0];
  for (let letter = 0; letter < 4; letter++) {
    const [a, b] = [one[letter]! - 0.25, other[letter]! - 0.25];
    product += a * b;
    ones += a * a;
    others += b * b;
  }
  return ones < 1e-12 || others < 1e-12 ? 0 : product / Math.sqrt(ones * others);
}
