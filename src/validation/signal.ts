import type { PackedArray } from "../base/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { requireEveryMark } from "../data/missing_marks.ts";
import { ContractError } from "../errors.ts";
import { inverseFunction, reconcileRecords } from "../record.ts";

/** Stretches of bins into which a sample's counts are summed. */
export interface Stretches {
  /** Number of marks. */
  readonly marks: number;
  /** The first bin of each stretch, then the number of bins, `[stretch + 1]`. */
  readonly starts: Uint32Array;
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
  return { marks: data.marks.length, starts };
}

/**
 * The counts of a sample, so that features have one meaning whatever transform the data carry. Where the counts are not
 * known exactly they are computed from the values.
 *
 * @param data The samples.
 * @param position The sample's position.
 * @returns `[bin, mark]`
 */
export function findCounts(data: Dataset, position: number): PackedArray {
  if (data.hasCounts) return data.countsOf(position);
  return Float64Array.from(data.signalOf(position), inverseFunction(data.record.transform));
}

/**
 * Writes a sample's features: ln(1 + sum) of the counts of each mark in each stretch.
 *
 * @param counts `[bin, mark]`
 * @param out Receives `[stretch, mark]` from its start.
 */
export function writeStretches(
  { marks, starts }: Stretches,
  counts: PackedArray,
  out: Float64Array,
): void {
  const stretches = starts.length - 1;
  for (let stretch = 0; stretch < stretches; stretch++) {
    const end = starts[stretch + 1]! * marks;
    for (let mark = 0; mark < marks; mark++) {
      let sum = 0;
      for (let i = starts[stretch]! * marks + mark; i < end; i += marks) sum += counts[i]!;
      out[stretch * marks + mark] = Math.log1p(sum);
    }
  }
}

/**
 * Throws unless the signals of two data sets have the same meaning, apart from their transforms.
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
  const { transform } = train.record;
  reconcileRecords(train.record, { ...test.record, transform });
}
