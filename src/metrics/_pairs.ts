import { findNonNumber } from "../base/find_non_number.ts";

/**
 * Throws unless two columns are numbers, as many in one as in the other.
 *
 * @throws {TypeError} If they are not; the message names the metric, and both lengths or what was found.
 */
export function checkSameLength(
  metric: string,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): void {
  checkNumbers(metric, "first", a);
  checkNumbers(metric, "second", b);
  if (a.length !== b.length) {
    throw new TypeError(
      `Cannot compute ${metric}: the columns have ${a.length} and ${b.length} values, ` +
        `expected the same number in both`,
    );
  }
}

function checkNumbers(metric: string, which: string, column: ArrayLike<number>): void {
  const isList = typeof column === "object" && typeof column?.length === "number";
  const place = isList ? findNonNumber(column) : -1;
  if (isList && place < 0) return;
  const what = isList ? `value ${place} of the ${which} column` : `the ${which} column`;
  const found: unknown = isList ? column[place] : column;
  const kind = found === null ? "null" : typeof found;
  throw new TypeError(
    `Cannot compute ${metric}: found ${kind} as ${what}, expected ${
      isList ? "a number" : "an array of numbers"
    }`,
  );
}

/** Whether any value is NaN. */
export function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return true;
  }
  return false;
}
