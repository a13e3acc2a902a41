/** What values look like: measurements, logarithms of them, or counts. */

import { upperMedian } from "../../metrics/quantile.ts";
import type { ExpressionTransform } from "../../record.ts";
import { LARGEST_LOGARITHM } from "../logarithms.ts";
import type { ValueKind } from "./value_kinds.ts";

/** Among fewer values the largest may well be small. */
const MANY = 20;
const LARGE_COUNT = 1000;

/** What values were read from, and what is to be done to them. */
export interface ScaleOptions {
  readonly kind?: ValueKind;
  readonly transform: ExpressionTransform;
  readonly file: string;
}

/**
 * Says what may be wrong with the values of cell types before they are transformed.
 *
 * Logarithms are warned of where another one is to be taken: no value is above 25, and some are fractions. Of 20 values
 * or more that settles it, since TPM and RPKM of so many genes reach the hundreds. Fewer must look more alike, as
 * logarithms are: three at least, the largest from 2 on and at most four times their median, with more than two decimals.
 *
 * Counts are warned of whatever is done to them: where the format says that it has counts, or where most values that
 * are not 0 are whole numbers and some are 1,000 or more.
 */
export function examineScale(
  columns: readonly Float64Array[],
  { kind, transform, file }: ScaleOptions,
): string[] {
  const summary = summarise(columns);
  if (transform !== "none" && lookLikeLogarithms(summary)) {
    return [
      `the values of ${file} look like logarithms already (none is above ${LARGEST_LOGARITHM}, ` +
      "with fractions among them), and another is taken of them: is the scale meant?",
    ];
  }
  if (kind !== "count" && (kind !== undefined || !lookLikeCounts(summary))) return [];
  const are = kind === "count" ? "are" : "look like";
  return [
    `the values of ${file} ${are} counts of reads, which depend on a gene's length and on the ` +
    "sequencing depth: TPM or RPKM can be compared, counts cannot",
  ];
}

interface Summary {
  /** Number of values that are there. */
  readonly count: number;
  /** The largest value, whatever its sign. */
  readonly largest: number;
  /** Number of values that are not 0, and of those that are whole numbers among them. */
  readonly nonZero: number;
  readonly whole: number;
  readonly largestWhole: number;
  /** The first of the values. */
  readonly some: readonly number[];
}

function summarise(columns: readonly Float64Array[]): Summary {
  let [count, largest, nonZero, whole, largestWhole] = [0, 0, 0, 0, 0];
  const some: number[] = [];
  for (const values of columns) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (Number.isNaN(value)) continue;
      if (count++ < MANY) some.push(value);
      if (value === 0) continue;
      nonZero++;
      const size = Math.abs(value);
      if (size > largest) largest = size;
      if (!Number.isInteger(value)) continue;
      whole++;
      if (size > largestWhole) largestWhole = size;
    }
  }
  return { count, largest, nonZero, whole, largestWhole, some };
}

function lookLikeLogarithms({ count, largest, nonZero, whole, some }: Summary): boolean {
  if (largest > LARGEST_LOGARITHM || whole === nonZero) return false;
  if (count >= MANY) return true;
  const positive = some.filter((value) => value > 0).sort((a, b) => a - b);
  return count >= 3 && largest >= 2 && largest <= 4 * upperMedian(positive) &&
    some.some((value) => Math.abs(value * 100 - Math.round(value * 100)) > 1e-6);
}

function lookLikeCounts({ nonZero, whole, largestWhole }: Summary): boolean {
  if (largestWhole < LARGE_COUNT) return false;
  return nonZero >= MANY ? whole * 2 > nonZero : whole === nonZero;
}
