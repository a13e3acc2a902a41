import type { PackedArray } from "../base/arrays.ts";
import { LARGEST_TRANSFORMED } from "../base/limits.ts";
import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import { areLogarithms, isLogarithmOf } from "../io/logarithms.ts";
import type { SignalValues } from "../io/signal_values.ts";

/**
 * Throws unless a signal holds counts, or counts to which the record's transform was applied.
 *
 * @throws {ContractError} If a value is negative or not finite, or contradicts the transform; the message has the
 * first.
 */
export function checkSignal(columns: SampleColumns): void {
  const { signalValues } = columns;
  if (signalValues !== undefined) return checkEncoding(columns, signalValues);
  checkCounts(columns);
  checkTransform(columns);
}

/** Throws unless stored counts have a value each, and this value is the logarithm. */
function checkEncoding({ signal, record }: SampleColumns, values: SignalValues): void {
  const fail = (found: string): never => {
    throw new ContractError(`Cannot build data set: it has signalValues, but ${found}`);
  };
  if (record.transform !== "log1p") {
    fail(`its record says transform ${record.transform}, expected log1p`);
  }
  if (!isUnsigned(signal)) fail("its signal is floats, expected unsigned integers");
  const wrong = values.findIndex((value, count) => !isLogarithmOf(value, count));
  if (wrong >= 0) fail(`the value of ${wrong} is ${values[wrong]}, expected ${Math.log1p(wrong)}`);
  if (values.length >= 2 ** (8 * signal.BYTES_PER_ELEMENT)) return;
  const large = signal.find((count) => count >= values.length);
  if (large !== undefined) fail(`${large} has no value: there are ${values.length}`);
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
  if (transform === "none") return checkNotLogarithms(columns);
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

/**
 * Throws if a record calls values counts that are logarithms of counts, as with the competition's files and a record that
 * does not say so: the logarithm would be taken twice.
 */
function checkNotLogarithms({ signal }: SampleColumns): void {
  if (isUnsigned(signal) || !areLogarithms(signal)) return;
  throw new ContractError(
    'Cannot build data set: its record says that no transform was applied (transform "none"), but every value is ' +
      'ln(1 + count) of an integer. Give a record with transform "log1p"',
  );
}

function describeValue({ signal, bins, record: { marks } }: SampleColumns, index: number): string {
  const [position, mark] = [Math.floor(index / marks.length), marks[index % marks.length]];
  const [row, bin] = [Math.floor(position / bins), position % bins];
  return `the signal of row ${row} is ${signal[index]} in bin ${bin} of ${mark}`;
}
