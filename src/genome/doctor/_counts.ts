import type { SampleColumns } from "../../io/columns.ts";
import { inverseFunction } from "../../record.ts";

/**
 * The function that makes counts of a signal as it is stored, so that the checks judge counts whatever transform the
 * data carry. Where counts are stored for their logarithms, they are exact.
 */
export function countFunction(
  { signalValues, record }: SampleColumns,
): (stored: number) => number {
  return inverseFunction(signalValues === undefined ? record.transform : "none");
}
