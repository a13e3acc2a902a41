/**
 * What the signal of the training cell types looked like, against which new samples are held. `src/validation/unlike.ts`
 * makes and uses it.
 */

import {
  type Field,
  integer,
  number,
  numberWithin,
  oneOf,
  readValue,
  text,
} from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";

/**
 * What is measured of one mark, or of two, in a cell type:
 *
 * - `depth`: logarithm of the mean count of a bin;
 * - `zeros`: share of bins without a count;
 * - `contrast`: signal to noise, the share of all counts that the tenth of the genes with the most has;
 * - `centre`: the share of all counts in the middle fifth of the window;
 * - `odd`: the share of odd numbers among counts above 0, if all counts are integers: 0 where each read was counted twice;
 * - `correlation`: of two marks' window sums over genes.
 *
 * Shares are kept as their log odds, correlations as Fisher's z.
 */
export const SIGNAL_STATISTICS: readonly SignalStatistic[] = [
  "depth",
  "zeros",
  "contrast",
  "centre",
  "odd",
  "correlation",
];

/** One of {@linkcode SIGNAL_STATISTICS}. */
export type SignalStatistic =
  | "depth"
  | "zeros"
  | "contrast"
  | "centre"
  | "odd"
  | "correlation";

/** The values of a statistic over the training cell types. */
export interface TypicalStatistic {
  /** What is measured. */
  readonly statistic: SignalStatistic;
  /** Of which marks: two for a correlation, else one. */
  readonly marks: readonly string[];
  /** Number of training cell types in which it could be measured; replicates count as one. */
  readonly cellTypes: number;
  /** Mean over them. */
  readonly mean: number;
  /** Standard deviation over them, with n − 1; 0 for one. */
  readonly sd: number;
}

/** What the signal of the training cell types looked like. Plain data. */
export interface TypicalSignal {
  /** Number of training cell types; replicates count as one. */
  readonly cellTypes: number;
  /** One entry for each statistic that could be measured in some cell type. */
  readonly statistics: readonly TypicalStatistic[];
}

const TYPICAL: Field<TypicalSignal> = object({
  cellTypes: integer(1),
  statistics: arrayOf(
    object({
      statistic: oneOf(...SIGNAL_STATISTICS),
      marks: arrayOf(text, { least: 1, most: 2, items: "marks", distinct: true }),
      cellTypes: integer(1),
      mean: number,
      sd: numberWithin({ least: 0 }),
    }, { others: "leave out" }),
    { items: "statistics" },
  ),
}, { others: "leave out" });

/**
 * Reads typical values from JSON.
 *
 * @param value From JSON.
 * @param file Name of the file, for messages.
 * @returns The values.
 * @throws {FormatError} If they are damaged.
 */
export function parseTypicalSignal(value: unknown, file: string): TypicalSignal {
  return readValue(value, TYPICAL, {
    place: "typicalSignal",
    fail: (found) => {
      throw new FormatError(`Cannot load model: ${found}`, { file });
    },
  });
}
