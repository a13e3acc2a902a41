/**
 * Throws unless two columns have the same length.
 *
 * @throws {TypeError} If they do not; the message names the metric and both lengths.
 */
export function checkSameLength(
  metric: string,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): void {
  if (a.length !== b.length) {
    throw new TypeError(
      `Cannot compute ${metric}: the columns have ${a.length} and ${b.length} values, ` +
        `expected the same number in both`,
    );
  }
}

/** Whether any value is NaN. */
export function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return true;
  }
  return false;
}
