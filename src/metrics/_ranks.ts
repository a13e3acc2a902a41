/**
 * Computes ranks from 1; equal values share the mean of the ranks that they occupy. No value may be NaN.
 *
 * A copy is sorted without a comparator, which is several times faster than sorting positions, and the rank of each
 * value is then found by binary search: O(n log n). It takes the copy and 4 bytes a value beside the result, since
 * millions of samples are ranked where their signal does not fit into memory.
 */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const ordered = Float64Array.from(values).sort();
  const { distinct, ends } = keepDistinct(ordered);
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const place = lowerBound(distinct, values[i]!);
    const start = place === 0 ? 0 : ends[place - 1]!;
    out[i] = (start + 1 + ends[place]!) / 2;
  }
  return out;
}

/** Keeps each value of a sorted column once, in the column's own memory, and says where the span of each ended. */
function keepDistinct(sorted: Float64Array): { distinct: Float64Array; ends: Uint32Array } {
  const ends = new Uint32Array(sorted.length);
  let count = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    // Never after the values that are still to be read.
    sorted[count] = sorted[start]!;
    ends[count++] = end;
    start = end;
  }
  return { distinct: sorted.subarray(0, count), ends };
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
