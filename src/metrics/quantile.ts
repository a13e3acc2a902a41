/**
 * Computes a quantile of sorted values by linear interpolation, definition 7 of Hyndman and Fan (1996, The American
 * Statistician 50:361), which is numpy's default.
 *
 * @param sorted Values in ascending order.
 * @param share Which quantile, from 0 for the least value to 1 for the greatest.
 * @returns The value; NaN if there are no values.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Finds the middle one of some values, or the mean of the two in the middle if their number is even.
 *
 * @param values Values in any order, none of them NaN; not changed.
 * @returns The value; NaN if there are no values.
 */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = upperMedian(sorted);
  return sorted.length % 2 === 1 ? middle : (sorted[(sorted.length >> 1) - 1]! + middle) / 2;
}

/**
 * Finds the middle one of sorted values, or the greater of the two in the middle if their number is even. The result is
 * always one of the values.
 *
 * @param sorted Values in ascending order.
 * @returns The value; NaN if there are no values.
 */
export function upperMedian(sorted: ArrayLike<number>): number {
  return sorted[sorted.length >> 1] ?? NaN;
}
