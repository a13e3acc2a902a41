/** A search tries this many numbers one by one before it becomes a binary search. */
const LONGEST_WALK = 8;

/**
 * Finds the first of some ascending numbers that is past a position. It is fastest near where the last search ended, as
 * the places of a sorted file follow each other.
 *
 * @param numbers The numbers, ascending.
 * @param position What the number must be greater than.
 * @param near Index that the last search for these numbers returned; 0 for the first search.
 * @returns Its index; the length of `numbers` if no number is past the position.
 */
export function firstPast(numbers: Int32Array, position: number, near: number): number {
  let low = near;
  if (low > 0 && numbers[low - 1]! > position) low = 0;
  for (const stop = low + LONGEST_WALK; low < stop; low++) {
    if (low === numbers.length || numbers[low]! > position) return low;
  }
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
