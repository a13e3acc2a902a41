/** Medians, of samples and of the ratios of pairs. */

/** One sample of ours and one of theirs, taken one right after the other, in samples per second. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

/** Middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take a median: there are no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Medians of both sides and of the pairwise ratios. A busy machine slows both samples of a pair about
 * alike, so that their ratio is steadier than either side.
 */
export function summarizePairs(pairs: readonly Pair[]): Pair & { readonly ratio: number } {
  return {
    ours: median(pairs.map(({ ours }) => ours)),
    theirs: median(pairs.map(({ theirs }) => theirs)),
    ratio: median(pairs.map(({ ours, theirs }) => ours / theirs)),
  };
}
