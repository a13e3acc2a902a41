import type { PackedArray } from "../base/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { requireEveryMark } from "../data/missing_marks.ts";
import { ContractError } from "../errors.ts";
import { reconcileRecords } from "../record.ts";

/** Stretches of bins into which a sample's signal is summed. */
export interface Stretches {
  /** Number of marks. */
  readonly marks: number;
  /** The first bin of each stretch, then the number of bins, `[stretch + 1]`. */
  readonly starts: Uint32Array;
  /** Whether the signal is plain counts, so that its logarithm must still be taken. */
  readonly takeLogarithm: boolean;
}

/**
 * Cuts the bins of a data set into `count` stretches whose lengths differ by one bin at most.
 *
 * @throws {ContractError} If a mark was not measured in one of the cell types.
 */
export function makeStretches(data: Dataset, count: number): Stretches {
  requireEveryMark(data, "read the signal");
  const starts = Uint32Array.from(
    { length: count + 1 },
    (_, i) => Math.floor(i * data.bins / count),
  );
  return { marks: data.marks.length, starts, takeLogarithm: data.record.transform === "none" };
}

/**
 * Writes a sample's features: ln(1 + sum) of the signal of each mark in each stretch, or the sum itself if the data
 * were transformed already.
 *
 * @param signal `[bin, mark]`
 * @param out Receives `[stretch, mark]` from its start.
 */
export function writeStretches(
  { marks, starts, takeLogarithm }: Stretches,
  signal: PackedArray,
  out: Float64Array,
): void {
  const stretches = starts.length - 1;
  for (let stretch = 0; stretch < stretches; stretch++) {
    const end = starts[stretch + 1]! * marks;
    for (let mark = 0; mark < marks; mark++) {
      let sum = 0;
      for (let i = starts[stretch]! * marks + mark; i < end; i += marks) sum += signal[i]!;
      out[stretch * marks + mark] = takeLogarithm ? Math.log1p(sum) : sum;
    }
  }
}

/**
 * Throws unless the signals of two data sets have the same meaning.
 *
 * @throws {ContractError} If the sets differ in bins or in their records, or a mark of the test set was not measured in
 * one of its cell types.
 */
export function checkSameSignal(train: Dataset, test: Dataset): void {
  requireEveryMark(test, "predict from signal");
  if (train.bins !== test.bins) {
    throw new ContractError(
      `Cannot predict from signal: the samples have ${test.bins} bins, expected ${train.bins} as ` +
        `in the training data`,
    );
  }
  if (reconcileRecords(train.record, test.record) !== "none") {
    throw new ContractError(
      `Cannot predict from signal: the samples carry transform ${test.record.transform}, expected ` +
        `${train.record.transform} as in the training data`,
    );
  }
}
