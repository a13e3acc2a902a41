/** What values may be that are taken for ln(1 + count) since nothing says what they are. */

/** Values that are looked at: the first ones that are not 0. */
const MOST_VALUES = 10_000;
/** Fewer say nothing. */
const FEWEST_VALUES = 20;
/** Only small counts tell: the logarithms of large ones lie close together. */
const LARGEST_COUNT = 5;
/** Logarithms that were rounded to two decimals, or kept in 16 bits, give counts as near to integers as this. */
const TOLERANCE = 0.06;
/** Most values must be logarithms of integers, since a file may have been mended by hand in places. */
const SHARE = 0.95;

/** Other functions of counts, by what they are called, with the way back. */
const OTHERS: readonly (readonly [name: string, countOf: (value: number) => number])[] = [
  ["log2(1 + count)", (value) => 2 ** value - 1],
  ["log10(1 + count)", (value) => 10 ** value - 1],
  ["asinh(count)", Math.sinh],
  ["square roots of counts", (value) => value ** 2],
];

/**
 * Says why values can hardly be ln(1 + count).
 *
 * @param values Values >= 0 that are not all integers.
 * @returns The end of a sentence about them; `undefined` if they may be, or are too few to tell.
 */
export function doubtLogarithms(values: ArrayLike<number>): string | undefined {
  const some = firstValues(values);
  const isOf = (countOf: (value: number) => number) => areCounts(some, countOf);
  if (isOf(Math.expm1) !== false) return undefined;
  const other = OTHERS.find(([, countOf]) => isOf(countOf));
  return other === undefined
    ? "though they are no logarithms of whole numbers, as they would be of counts"
    : `though they look like ${other[0]}`;
}

function firstValues(values: ArrayLike<number>): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length && found.length < MOST_VALUES; i++) {
    if (values[i] !== 0) found.push(values[i]!);
  }
  return found;
}

/** Whether values are a function of counts; `undefined` if too few of them tell. */
function areCounts(
  values: readonly number[],
  countOf: (value: number) => number,
): boolean | undefined {
  const counts = values.map(countOf).filter((count) => count > 0.5 && count < LARGEST_COUNT + 0.5);
  if (counts.length < FEWEST_VALUES) return undefined;
  const near = counts.filter((count) => Math.abs(count - Math.round(count)) < TOLERANCE);
  return near.length >= SHARE * counts.length;
}
