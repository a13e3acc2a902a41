/** Checks of what is asked of a data set. */

import { kindOfValue } from "../base/kind_of_value.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import type { Transform } from "../record.ts";

/** Throws unless all indices are from 0 to `bound` − 1. */
export function checkIndices(
  indices: ArrayLike<number>,
  { bound, what }: { readonly bound: number; readonly what: string },
): void {
  const { length } = Object(indices) as Partial<ArrayLike<number>>;
  if (typeof indices !== "object" || length === undefined) {
    throw new TypeError(
      `Cannot take subset: found ${kindOfValue(indices)}, expected an array of ${what}s`,
    );
  }
  for (let i = 0; i < length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= bound) {
      throw new RangeError(
        `Cannot take subset: ${what} ${showValue(index)} is outside the data, which have ${bound}`,
      );
    }
  }
}

/** Throws unless both are integers and 0 ≤ start ≤ end ≤ length. */
export function checkSpan(start: number, end: number, length: number): void {
  for (const place of [start, end]) {
    if (Number.isInteger(place)) continue;
    throw new RangeError(
      `Cannot take samples ${start} to ${end}: found ${place}, expected integers from 0 to ${length}`,
    );
  }
  if (start >= 0 && start <= end && end <= length) return;
  throw new RangeError(`Cannot take samples ${start} to ${end}: the data have ${length}`);
}

/** Throws because data have no labels. */
export function failLabels(): never {
  throw new ContractError(
    "Cannot take labels: the data have no labels, expected one for each sample",
  );
}

/** Throws because the counts of transformed data are not known. */
export function failCounts(transform: Transform): never {
  throw new ContractError(
    `Cannot take counts: the data carry ${transform}, and their counts are not known, as they are of ` +
      "logarithms of integers that a reader or recoverCounts found",
  );
}
