/**
 * Computes ranks from 1; equal values share the mean of the ranks that they occupy. No value may be NaN.
 *
 * A copy is sorted without a comparator, which is several times faster than sorting positions, and the rank of each
 * value is then found by binary search: O(n log n).
 */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const { distinct, ranks } = distinctRanks(Float64Array.from(values).sort());
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = ranks[lowerBound(distinct, values[i]!)]!;
  return out;
}

/** Lists the distinct values of a sorted column in order, with the rank of each. */
function distinctRanks(
  sorted: Float64Array,
): { distinct: Float64Array; ranks: Float64Array } {
  const distinct = new Float64Array(sorted.length);
  const ranks = new Float64Array(sorted.length);
  let count = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    distinct[count] = sorted[start]!;
    ranks[count] = (start + 1 + end) / 2;
    count++;
    start = end;
  }
  return { distinct: distinct.subarray(0, count), ranks };
}

/** Finds the place of the first value that is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
