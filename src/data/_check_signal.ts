import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import { countTelling, isLogarithmOf } from "../io/logarithms.ts";
import type { SignalValues } from "../io/signal_values.ts";
import { signalSpans } from "../io/stored_rows.ts";
import { typeOfSignal } from "../io/stored_signal.ts";
import { checkValues, failAsCounts, isUnsigned, needsCheckOfValues } from "./_check_values.ts";
import { isCheckedWhenRead } from "./_checked_signal.ts";

/**
 * Throws unless a signal holds counts, or counts to which the record's transform was applied. Of a stored signal no more is
 * read than the checks need: nothing where it holds plain counts.
 *
 * @throws {ContractError} If a value is impossible, or the values contradict the transform; the message has the first.
 */
export function checkSignal(columns: SampleColumns): void {
  const { signalValues } = columns;
  if (signalValues !== undefined) checkEncoding(columns, signalValues);
  if (needsCheckOfValues(columns) && !isCheckedWhenRead(columns)) {
    for (const span of spansOf(columns)) checkValues(columns, span);
  }
  if (signalValues === undefined) checkTransform(columns);
}

function spansOf({ signal, bins, record: { marks } }: SampleColumns) {
  return signalSpans(signal, bins * marks.length);
}

/** Throws unless what counts stand for is their logarithms. */
function checkEncoding(columns: SampleColumns, values: SignalValues): void {
  const fail = (found: string): never => {
    throw new ContractError(`Cannot build data set: it has signalValues, but ${found}`);
  };
  const { transform } = columns.record;
  if (transform !== "log1p") fail(`its record says transform ${transform}, expected log1p`);
  if (!isUnsigned(typeOfSignal(columns.signal))) {
    fail("its signal is floats, expected unsigned integers");
  }
  const wrong = values.findIndex((value, count) => !isLogarithmOf(value, count));
  if (wrong >= 0) fail(`the value of ${wrong} is ${values[wrong]}, expected ${Math.log1p(wrong)}`);
}

/**
 * Throws if a record names a transform that was not applied, as with a model's own record and plain counts: results
 * would be wrong.
 */
function checkTransform(columns: SampleColumns): void {
  if (columns.record.transform === "none") return checkNotLogarithms(columns);
  let isZero = true;
  for (const { values } of spansOf(columns)) {
    isZero &&= values.every((value) => value === 0);
    if (!values.every(Number.isInteger)) return;
  }
  if (!isZero) failAsCounts(columns, "all values are integers, as only counts are");
}

/**
 * Throws if a record calls values counts that are logarithms of counts, as with the competition's files and a record that
 * does not say so: the logarithm would be taken twice.
 */
function checkNotLogarithms(columns: SampleColumns): void {
  if (isUnsigned(typeOfSignal(columns.signal))) return;
  let telling = 0;
  for (const { values } of spansOf(columns)) {
    const found = countTelling(values);
    if (found === undefined) return;
    telling += found;
  }
  if (telling === 0) return;
  throw new ContractError(
    'Cannot build data set: its record says that no transform was applied (transform "none"), but every value is ' +
      'ln(1 + count) of an integer. Give a record with transform "log1p"',
  );
}
