/**
 * What a model knows about its own errors, measured on samples that were held out: the widths of its prediction
 * intervals by regime. `src/validation/conformal.ts` makes and uses them.
 */

import {
  type Field,
  integer,
  number,
  numberWithin,
  optional,
  readValue,
  text,
} from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";
import { faultOfMarkErrors, MARK_ERRORS, type MarkErrors } from "./mark_errors.ts";

/** Intervals are kept at the confidences 1/200, 2/200, …, 199/200. */
export const CONFIDENCE_STEPS = 200;

/** Bins of predicted values in one regime. */
export const MOST_BINS = 10;

/** The errors of samples that were held out, in one regime. Plain data. */
export interface RegimeCalibration {
  /** Number of samples that were held out. */
  readonly samples: number;
  /** Number of cell types that they are of; replicates count as one. */
  readonly cellTypes: number;
  /** Number of genes that they are of; transcripts count as one gene. */
  readonly genes: number;
  /** Predicted values at which bins begin, in ascending order; the first bin has no lower end. */
  readonly limits: readonly number[];
  /**
   * Half the width of intervals, `[bin][level]`, in the label's unit; level i is of confidence (i + 1) / 200. A bin with
   * few samples has no high levels.
   */
  readonly halfWidths: readonly (readonly number[])[];
}

/** The regimes that a model may be calibrated for; one that it could not be calibrated for is absent. */
export interface CalibratedRegimes {
  /** Genes that were not trained on, in trained cell types. */
  readonly newGene?: RegimeCalibration;
  /** The same where the genes' marks in the trained cell types are in the model's panel. */
  readonly newGeneInPanel?: RegimeCalibration;
  /** Trained genes in cell types that were not trained on. */
  readonly newCellType?: RegimeCalibration;
  /** Genes and cell types that were not trained on. */
  readonly bothNew?: RegimeCalibration;
  /** The same where the genes' marks in the trained cell types are in the model's panel. */
  readonly bothNewInPanel?: RegimeCalibration;
}

/** The name of one of {@linkcode CalibratedRegimes}. */
export type CalibratedRegime = keyof CalibratedRegimes;

/** Every {@linkcode CalibratedRegime}. */
export const CALIBRATED_REGIMES: readonly CalibratedRegime[] = [
  "newGene",
  "newGeneInPanel",
  "newCellType",
  "bothNew",
  "bothNewInPanel",
];

/** The errors of a model on samples that were held out, and what it was trained on. Plain data. */
export interface Calibration {
  /** Number of models that were trained on parts of the data. */
  readonly folds: number;
  /** The least label of the training samples, below which no interval reaches. */
  readonly least: number;
  /** The greatest label of the training samples, above which no interval reaches. */
  readonly greatest: number;
  /** Names of the trained cell types, and of their groups. */
  readonly cellTypes: readonly string[];
  /**
   * Keys of the trained genes, and of the genes that they belong to; see `geneKey`. Absent from a model that lists the
   * same genes elsewhere; see `trainedGenesOf`.
   */
  readonly genes?: readonly string[];
  /** The errors by regime. */
  readonly regimes: CalibratedRegimes;
  /** The errors where marks are missing; absent from models that need every mark. */
  readonly markErrors?: MarkErrors;
}

const NAMES = arrayOf(text, { items: "names", distinct: true });

const REGIME: Field<RegimeCalibration> = object({
  samples: integer(1),
  cellTypes: integer(1),
  genes: integer(1),
  limits: arrayOf(number, { most: MOST_BINS - 1, items: "numbers" }),
  halfWidths: arrayOf(
    arrayOf(numberWithin({ least: 0 }), {
      least: 1,
      most: CONFIDENCE_STEPS - 1,
      items: "half-widths",
    }),
    { least: 1, most: MOST_BINS, items: "bins" },
  ),
}, { others: "leave out" });

const CALIBRATION: Field<Calibration> = object({
  folds: integer(1),
  least: number,
  greatest: number,
  cellTypes: NAMES,
  genes: optional(NAMES),
  regimes: object({
    newGene: optional(REGIME),
    newGeneInPanel: optional(REGIME),
    newCellType: optional(REGIME),
    bothNew: optional(REGIME),
    bothNewInPanel: optional(REGIME),
  }, { others: "leave out" }),
  markErrors: optional(MARK_ERRORS),
}, { others: "leave out" });

/**
 * Reads a calibration from JSON.
 *
 * @param value From JSON.
 * @param file Name of the file, for messages.
 * @returns The calibration.
 * @throws {FormatError} If it is damaged.
 */
export function parseCalibration(value: unknown, file: string): Calibration {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot load model: ${found}`, { file });
  };
  const read = readValue(value, CALIBRATION, { place: "calibration", fail });
  if (read.least > read.greatest) {
    fail(`calibration.least is ${read.least}, expected at most ${read.greatest}, the greatest`);
  }
  for (const [regime, found] of Object.entries(read.regimes)) {
    const fault = faultOf(found);
    if (fault !== undefined) fail(`calibration.regimes.${regime}.${fault}`);
  }
  const fault = read.markErrors && faultOfMarkErrors(read.markErrors);
  if (fault !== undefined) fail(`calibration.markErrors.${fault}`);
  return read;
}

/** What contradicts itself in the calibration of a regime. */
function faultOf({ limits, halfWidths }: RegimeCalibration): string | undefined {
  if (halfWidths.length !== limits.length + 1) {
    return `halfWidths has ${halfWidths.length} bins, expected ${limits.length + 1}`;
  }
  if (limits.some((limit, i) => i > 0 && limit <= limits[i - 1]!)) {
    return "limits are not in ascending order";
  }
  const bin = halfWidths.findIndex(falls);
  return bin < 0
    ? undefined
    : `halfWidths[${bin}] falls, expected wider intervals at higher levels`;
}

function falls(values: readonly number[]): boolean {
  return values.some((value, i) => i > 0 && value < values[i - 1]!);
}
