import type { PackedArray } from "../base/arrays.ts";
import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";

/**
 * The value of `asinh`, the larger of the two transforms, at 2^53, up to which float64 holds every integer: about 37.
 */
const LARGEST_TRANSFORMED = Math.asinh(2 ** 53);

/**
 * Throws unless a signal holds counts, or counts to which the record's transform was applied.
 *
 * @throws {ContractError} If a value is negative or not finite, or contradicts the transform; the message has the
 * first.
 */
export function checkSignal(columns: SampleColumns): void {
  checkCounts(columns);
  checkTransform(columns);
}

function checkCounts(columns: SampleColumns): void {
  const { signal } = columns;
  if (isUnsigned(signal)) return;
  for (let i = 0; i < signal.length; i++) {
    const value = signal[i]!;
    if (value >= 0 && value < Infinity) continue;
    throw new ContractError(
      `Cannot build data set: ${describeValue(columns, i)}, expected a finite number >= 0`,
    );
  }
}

/** Whether the elements can be neither negative nor NaN. */
function isUnsigned(signal: PackedArray): boolean {
  return signal instanceof Uint8Array || signal instanceof Uint16Array ||
    signal instanceof Uint32Array;
}

/**
 * Throws if a record names a transform that was not applied, as with a model's own record and plain counts: results
 * would be wrong.
 */
function checkTransform(columns: SampleColumns): void {
  const { signal, record: { transform } } = columns;
  if (transform === "none") return;
  const large = signal.findIndex((value) => value > LARGEST_TRANSFORMED);
  const isCounts = large >= 0 ||
    (signal.some((value) => value !== 0) && signal.every(Number.isInteger));
  if (!isCounts) return;
  const found = large >= 0
    ? `${describeValue(columns, large)}, which is more than ${transform} makes of any count`
    : "all values are integers, as only counts are";
  throw new ContractError(
    `Cannot build data set: its record says that ${transform} was applied, but ${found}. ` +
      `If these are plain counts, give a record with transform "none"; that of a model's input is its ` +
      `inputRecord, and the model applies its transform itself`,
  );
}

function describeValue({ signal, bins, record: { marks } }: SampleColumns, index: number): string {
  const [position, mark] = [Math.floor(index / marks.length), marks[index % marks.length]];
  const [row, bin] = [Math.floor(position / bins), position % bins];
  return `the signal of row ${row} is ${signal[index]} in bin ${bin} of ${mark}`;
}
