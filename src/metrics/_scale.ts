/**
 * The power of two that some values are divided by to be of size 1, so that their squares and the sums of these neither overflow
 * nor vanish; being a power of two it changes no digit. 1 if all are zero, or one is NaN or infinite.
 */
export function powerOfTwoFor(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size < Infinity)) return 1;
    if (size > largest) largest = size;
  }
  if (largest === 0) return 1;
  // The smallest whose inverse is finite, and the largest there is.
  return 2 ** Math.min(1023, Math.max(-1022, Math.floor(Math.log2(largest))));
}
