import type { PackedType } from "../base/arrays.ts";
import { LARGEST_TRANSFORMED } from "../base/limits.ts";
import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import { findUnmeasuredSignal } from "../io/mark_mask.ts";
import { bytesOfType } from "../io/packing.ts";
import type { SignalSpan } from "../io/stored_rows.ts";
import { typeOfSignal } from "../io/stored_signal.ts";

const UNSIGNED: readonly PackedType[] = ["uint8", "uint16", "uint32"];

/** Whether the numbers of a type can be neither negative nor NaN. */
export function isUnsigned(type: PackedType): boolean {
  return UNSIGNED.includes(type);
}

/** Whether a signal could hold values that {@linkcode checkValues} refuses. */
export function needsCheckOfValues(columns: SampleColumns): boolean {
  const type = typeOfSignal(columns.signal);
  return !isUnsigned(type) || lacksValues(columns, type) ||
    columns.record.transform !== "none" && columns.signalValues === undefined ||
    columns.markMask?.includes(0) === true;
}

/** Whether stored counts of a type may be without a value. */
function lacksValues({ signalValues }: SampleColumns, type: PackedType): boolean {
  return signalValues !== undefined && signalValues.length < 2 ** (8 * bytesOfType(type));
}

/**
 * Throws unless the values of some samples are possible, each by itself.
 *
 * @throws {ContractError} With the first that is negative or not finite, has no logarithm in `signalValues`, is larger than
 * the record's transform can make, or is of a mark that was not measured and not 0.
 */
export function checkValues(columns: SampleColumns, span: SignalSpan): void {
  const { signalValues, record: { transform } } = columns;
  const type = typeOfSignal(columns.signal);
  if (signalValues !== undefined) checkEncoded(span, signalValues.length);
  else if (!isUnsigned(type)) checkNumbers(columns, span);
  if (signalValues === undefined && transform !== "none") checkSizes(columns, span);
  const fault = findUnmeasuredSignal(columns, span);
  if (fault !== undefined) throw new ContractError(`Cannot build data set: ${fault}`);
}

function checkEncoded({ values }: SignalSpan, count: number): void {
  if (count >= 2 ** (8 * values.BYTES_PER_ELEMENT)) return;
  const large = values.find((value) => value >= count);
  if (large === undefined) return;
  throw new ContractError(
    `Cannot build data set: it has signalValues, but ${large} has no value: there are ${count}`,
  );
}

function checkNumbers(columns: SampleColumns, span: SignalSpan): void {
  const { values } = span;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= 0 && value < Infinity) continue;
    throw new ContractError(
      `Cannot build data set: ${describeValue(columns, span, i)}, expected a finite number >= 0`,
    );
  }
}

/** Throws if a value is larger than a transform makes of any count. */
function checkSizes(columns: SampleColumns, span: SignalSpan): void {
  const large = span.values.findIndex((value) => value > LARGEST_TRANSFORMED);
  if (large < 0) return;
  const { transform } = columns.record;
  failAsCounts(
    columns,
    `${describeValue(columns, span, large)}, which is more than ${transform} makes of any count`,
  );
}

/** Throws because a record names a transform that was not applied. */
export function failAsCounts({ record: { transform } }: SampleColumns, found: string): never {
  throw new ContractError(
    `Cannot build data set: its record says that ${transform} was applied, but ${found}. ` +
      `If these are plain counts, give a record with transform "none"; that of a model's input is its ` +
      `inputRecord, and the model applies its transform itself`,
  );
}

function describeValue(
  { bins, record: { marks } }: SampleColumns,
  { values, first }: SignalSpan,
  index: number,
): string {
  const [position, mark] = [Math.floor(index / marks.length), marks[index % marks.length]];
  const [row, bin] = [first + Math.floor(position / bins), position % bins];
  return `the signal of row ${row} is ${values[index]} in bin ${bin} of ${mark}`;
}
