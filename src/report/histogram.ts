import { rangeOf } from "./_range.ts";

/** Equal bins on a line: bin i holds the values from `start + i · step` to below `start + (i + 1) · step`. */
export interface Bins {
  /** Lower edge of the first bin. */
  readonly start: number;
  /** Width of a bin. */
  readonly step: number;
  /** Number of bins. */
  readonly count: number;
}

/**
 * Chooses bins that hold all values of some columns, with edges at multiples of a round step: 1, 2 or 5 times
 * a power of ten.
 *
 * @param columns The values; at least one in all.
 * @param target The wanted number of bins; there are from half to twice as many.
 * @returns The start of the first bin, and the width and the number of bins.
 * @throws {RangeError} If there are no values or one is not finite.
 *
 * @example Values from two columns
 * ```ts
 * import { chooseBins } from "@waka/histone/report";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(chooseBins([[0, 3.2], [-1.7]], 5), { start: -2, step: 1, count: 6 });
 * ```
 */
export function chooseBins(columns: readonly ArrayLike<number>[], target: number): Bins {
  columns.forEach(checkFinite);
  const [low, high] = rangeOf(columns.flatMap(rangeOf).filter(Number.isFinite));
  if (low > high) throw new RangeError("Cannot choose bins: found no values, expected some");
  const step = roundStep(spanToCover(low, high) / target);
  const first = Math.floor(low / step);
  return { start: first * step, step, count: Math.floor(high / step) - first + 1 };
}

/**
 * Counts the values in each bin; a value outside counts in the nearest bin.
 *
 * @param values The values.
 * @param bins The bins.
 * @returns Counts, `[bin]`.
 *
 * @example Values in two bins, and one outside
 * ```ts
 * import { countInBins } from "@waka/histone/report";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual([...countInBins([0.2, 1.5, 9], { start: 0, step: 1, count: 2 })], [1, 2]);
 * ```
 */
export function countInBins(values: ArrayLike<number>, bins: Bins): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(bins.count);
  for (let i = 0; i < values.length; i++) counts[binOf(values[i]!, bins)]!++;
  return counts;
}

/**
 * Counts pairs of values on a grid in one pass; a pair outside counts in the nearest cell.
 *
 * @param x First value of each pair.
 * @param y Second value of each pair.
 * @param bins The bins, which are the same on both axes.
 * @returns Counts, `[bin of y, bin of x]`.
 * @throws {TypeError} If the numbers of values of `x` and of `y` differ.
 *
 * @example A pair in the upper left
 * ```ts
 * import { countPairsInBins } from "@waka/histone/report";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual([...countPairsInBins([0.5], [1.5], { start: 0, step: 1, count: 2 })], [0, 0, 1, 0]);
 * ```
 */
export function countPairsInBins(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  bins: Bins,
): Uint32Array<ArrayBuffer> {
  if (x.length !== y.length) {
    throw new TypeError(
      `Cannot count pairs: the columns have ${x.length} and ${y.length} values, expected as many in both`,
    );
  }
  const counts = new Uint32Array(bins.count * bins.count);
  for (let i = 0; i < x.length; i++) {
    counts[binOf(y[i]!, bins) * bins.count + binOf(x[i]!, bins)]!++;
  }
  return counts;
}

function binOf(value: number, { start, step, count }: Bins): number {
  const bin = Math.floor((value - start) / step);
  return bin < 0 ? 0 : bin >= count ? count - 1 : bin;
}

function checkFinite(column: ArrayLike<number>): void {
  for (let i = 0; i < column.length; i++) {
    if (!Number.isFinite(column[i])) {
      throw new RangeError(
        `Cannot choose bins: value ${i} is ${column[i]}, expected a finite number`,
      );
    }
  }
}

/**
 * Returns the range of values, widened if it is tiny compared with them, since edges of bins must differ as numbers.
 */
function spanToCover(low: number, high: number): number {
  const least = Math.max(Math.abs(low), Math.abs(high)) * 1e-6;
  return Math.max(high - low, high > low ? least : Math.max(1, least), 1e-300);
}

/** Rounds a step to 1, 2 or 5 times a power of ten, whichever is nearest in ratio. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const leading = step / power;
  // The borders are the geometric means of 1, 2, 5 and 10.
  return power * (leading < Math.SQRT2 ? 1 : leading < 3.163 ? 2 : leading < 7.072 ? 5 : 10);
}
