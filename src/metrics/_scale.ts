/**
 * Finds the power of two by which values must be divided to bring the largest near 1, so that squares and their sums
 * neither overflow nor vanish. A division by a power of two changes no digits. It is 1 if all values are zero, or one
 * is NaN or infinite.
 */
export function powerOfTwoFor(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (!(size < Infinity)) return 1;
    if (size > largest) largest = size;
  }
  if (largest === 0) return 1;
  // Float64 has no larger power of two, and the inverse of a smaller one would be infinite.
  return 2 ** Math.min(1023, Math.max(-1022, Math.floor(Math.log2(largest))));
}
