/**
 * Summaries of a sample's marks: short enough to keep those of every gene in every reference cell type with a model, and
 * the form in which a network compares a sample with its references.
 *
 * @module
 */

/** Windows of a mark; a signal of fewer bins has a window for each bin. */
const MOST_WINDOWS = 20;
/** Numbers after the windows: largest window, logarithm of the mean, share of bins that are not 0, largest in the middle. */
export const STATISTICS = 4;
/** Windows around the middle of which the largest is taken. */
const CENTRAL_WINDOWS = 4;

/** How the values of a summary are arranged. */
export interface SummaryShape {
  /** Windows of each mark. */
  readonly windows: number;
  /** Values of each mark: its windows, four statistics, and whether the mark was measured. */
  readonly valuesOfMark: number;
  /** Values of a summary, `[mark, value]` row-major. */
  readonly values: number;
}

/**
 * The arrangement of a summary's values: for each mark the means of ln(1 + count) in 20 windows of nearly equal width;
 * the largest of these; ln(1 + the mean count); the share of bins that are not 0; the largest of the four windows in the
 * middle; and 1, if the mark was measured, or else 0 as all other values of the mark.
 *
 * @param input Bins and number of marks of a sample.
 * @returns Windows, values of a mark, and values in all.
 *
 * @example Five marks in 100 bins
 * ```ts
 * import { summaryShape } from "@waka/histone/panel";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(summaryShape({ bins: 100, marks: 5 }), { windows: 20, valuesOfMark: 25, values: 125 });
 * ```
 */
export function summaryShape(
  { bins, marks }: { readonly bins: number; readonly marks: number },
): SummaryShape {
  const windows = Math.min(MOST_WINDOWS, bins);
  const valuesOfMark = windows + STATISTICS + 1;
  return { windows, valuesOfMark, values: marks * valuesOfMark };
}

/** The bins of which a summary's values are made. */
export interface SummaryWindows {
  /** First bin of each window, and the number of bins after the last. */
  readonly bounds: Uint32Array<ArrayBuffer>;
  /** The windows in the middle, of which one value is the largest. */
  readonly central: readonly [first: number, end: number];
}

/** Finds the bins of which a summary's values are made, in the direction in which it is read. */
export function summaryWindows(bins: number): SummaryWindows {
  const windows = Math.min(MOST_WINDOWS, bins);
  const first = Math.max(0, Math.floor((windows - CENTRAL_WINDOWS) / 2));
  return {
    bounds: Uint32Array.from(
      { length: windows + 1 },
      (_, window) => Math.floor(window * bins / windows),
    ),
    central: [first, Math.min(windows, first + CENTRAL_WINDOWS)],
  };
}

/** Largest byte, which larger values are clipped to. */
const LARGEST_BYTE = 255;

/**
 * Chooses the scales with which values are rounded to bytes: the largest value of each kind becomes 255. The windows of a
 * mark share a scale.
 *
 * @param largest The largest of each value, `[value]`.
 * @param shape The arrangement of the values.
 * @returns What a step of each value's byte is worth, `[value]`; 0 for one that is always 0.
 */
export function chooseScales(
  largest: ArrayLike<number>,
  { windows, valuesOfMark, values }: SummaryShape,
): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(values);
  for (let offset = 0; offset < values; offset += valuesOfMark) {
    // The largest window, which has a place of its own.
    scales.fill(largest[offset + windows]! / LARGEST_BYTE, offset, offset + windows + 1);
    for (let value = offset + windows + 1; value < offset + valuesOfMark - 1; value++) {
      scales[value] = largest[value]! / LARGEST_BYTE;
    }
    scales[offset + valuesOfMark - 1] = 1;
  }
  return scales;
}

/** The byte that a value is kept as. A value beyond the scale is clipped, 0 stays 0. */
export function toByte(value: number, scale: number): number {
  if (scale === 0) return 0;
  // Math.round takes three times as long, as it also rounds what no integer holds.
  return (Math.min(LARGEST_BYTE, value / scale) + 0.5) | 0;
}
