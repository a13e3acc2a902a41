/** Computes the mean of some values; NaN of an empty list. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Computes the standard deviation of a sample, with n − 1 in the denominator; 0 of a single value. */
export function sampleDeviation(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}
