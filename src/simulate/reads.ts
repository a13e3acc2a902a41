/**
 * From the expected counts of a sample to counts of reads.
 *
 * Roadmap's reads are cut to 36 bases and bins have 100, and a read counts in each bin that it overlaps (`bedtools
 * multicov`): 35 of 100 reads that start in a bin also reach into the next. This is why counts of neighbouring bins are
 * alike even where the signal is flat.
 *
 * @module
 */

import type { RandomStream } from "../random.ts";
import { drawPoisson, type NegativeBinomial, SEARCH_LIMIT } from "./distributions.ts";

/** The share of reads that also overlap the next bin. */
export const OVERLAP = (36 - 1) / 100;

/** How counts are drawn. */
export interface ReadOptions {
  /** The source of randomness. */
  readonly stream: RandomStream;
  /** Number of marks. */
  readonly marks: number;
  /** The distributions of the number of reads that start in a bin. */
  readonly starts: NegativeBinomial;
}

/**
 * Draws the counts of one sample.
 *
 * @param rates Expected counts, `[bin, mark]`.
 * @param counts Receives the counts, `[bin, mark]`.
 * @param options The random stream, and how to draw.
 */
export function drawCounts(
  rates: Float64Array,
  counts: Uint32Array,
  { stream, marks, starts }: ReadOptions,
): void {
  const reads = { starting: 0, reaching: 0 };
  for (let mark = 0; mark < marks; mark++) {
    // Reads that start before the window reach into its first bin too.
    drawReads(reads, rates[mark]! / (1 + OVERLAP), { stream, starts });
    for (let i = mark; i < rates.length; i += marks) {
      const fromPrevious = reads.reaching;
      drawReads(reads, rates[i]! / (1 + OVERLAP), { stream, starts });
      counts[i] = reads.starting + fromPrevious;
    }
  }
}

/** Reads that start in a bin, and how many of these reach into the next. */
interface Reads {
  starting: number;
  reaching: number;
}

/**
 * Draws the reads that start in a bin: a negative binomial number with the given mean, of which each reaches into the
 * next bin with probability {@linkcode OVERLAP}. If the mean is large, these and the others are independent Poisson
 * numbers of the same gamma rate, which is the same distribution.
 */
function drawReads(
  reads: Reads,
  mean: number,
  { stream, starts }: Pick<ReadOptions, "stream" | "starts">,
): void {
  if (mean > SEARCH_LIMIT) {
    const rate = starts.drawRate(stream, mean);
    reads.reaching = drawPoisson(stream, OVERLAP * rate);
    reads.starting = reads.reaching + drawPoisson(stream, (1 - OVERLAP) * rate);
    return;
  }
  reads.starting = starts.draw(stream, mean);
  reads.reaching = drawReaching(stream, reads.starting);
}

/** The most reads that are drawn together; the probability that none of more reaches would lose digits. */
const MOST_TOGETHER = 32;

/** The probability that none of n reads reaches into the next bin, `[n]`. */
const NONE_REACHES = Float64Array.from({ length: MOST_TOGETHER + 1 }, (_, n) => (1 - OVERLAP) ** n);

/** Draws how many of some reads reach into the next bin: a binomial number, by sequential search. */
export function drawReaching(stream: RandomStream, reads: number): number {
  let reaching = 0;
  for (let left = reads; left > 0; left -= MOST_TOGETHER) {
    const together = Math.min(left, MOST_TOGETHER);
    let probability = NONE_REACHES[together]!;
    let rest = stream.uniform() - probability;
    let drawn = 0;
    while (rest > 0 && drawn < together) {
      probability *= (together - drawn) / (drawn + 1) * (OVERLAP / (1 - OVERLAP));
      drawn++;
      rest -= probability;
    }
    reaching += drawn;
  }
  return reaching;
}
