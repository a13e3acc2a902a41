/**
 * Recognises logarithms of counts.
 *
 * @module
 */

/** Counts above this are not kept for their logarithms: they would take as many bytes as these. */
export const LARGEST_ENCODED_COUNT = 2 ** 16 - 1;

/** Of ln(1 + count), four to eight units in the last place of float32. Correct programs are off by less than four. */
const RELATIVE_TOLERANCE = 2 ** -21;

/**
 * Whether a value is ln(1 + count), however its last bits were rounded.
 *
 * @param value The value.
 * @param count An integer >= 0.
 * @returns Whether it is.
 */
export function isLogarithmOf(value: number, count: number): boolean {
  const exact = Math.log1p(count);
  // The logarithms of large counts are close together: a quarter of their distance belongs to each.
  const tolerance = Math.min(exact * RELATIVE_TOLERANCE, 1 / (4 * (count + 1)));
  return Math.abs(value - exact) <= tolerance;
}

/** The logarithms of larger counts are so close together that some arbitrary numbers look like one. */
const LARGEST_TELLING_COUNT = 1000;

/**
 * Whether values are logarithms of counts, and not counts themselves.
 *
 * @param values Numbers.
 * @returns Whether each is ln(1 + count) of an integer up to 65,535, and some are of small integers above 0.
 */
export function areLogarithms(values: ArrayLike<number>): boolean {
  return (countTelling(values) ?? 0) > 0;
}

/**
 * Counts the values that tell logarithms of counts from other numbers.
 *
 * @param values Numbers.
 * @returns How many are logarithms of small integers above 0; `undefined` if one is not the logarithm of any integer up to
 * 65,535.
 */
export function countTelling(values: ArrayLike<number>): number | undefined {
  let telling = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0) continue;
    const count = Math.round(Math.expm1(value));
    if (!(count > 0 && count <= LARGEST_ENCODED_COUNT && isLogarithmOf(value, count))) {
      return undefined;
    }
    if (count <= LARGEST_TELLING_COUNT) telling++;
  }
  return telling;
}
