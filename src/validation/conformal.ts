/**
 * Split-conformal prediction intervals (Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World; Lei et
 * al. 2018, Journal of the American Statistical Association 113:1094): half the width of an interval of confidence c is
 * the ⌈(n + 1) · c⌉-th smallest of the absolute errors of n samples that were held out. If the samples to predict and
 * those held out are exchangeable, the interval holds the label with a probability of at least c, whatever the model
 * and the labels' distribution.
 *
 * Errors depend on the regime and on the predicted value, so both divide the samples into classes with quantiles of
 * their own (Vovk 2012, "Conditional validity of inductive conformal predictors", ACML: Mondrian prediction intervals).
 */

import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import type { PredictionRegime } from "../data/prediction_table.ts";
import {
  CALIBRATED_REGIMES,
  type CalibratedRegime,
  type CalibratedRegimes,
  type Calibration,
  CONFIDENCE_STEPS,
  MOST_BINS,
  type RegimeCalibration,
} from "../model/calibration.ts";
import { FEWEST_CELL_TYPES } from "./calibration_folds.ts";
import type { RowKind } from "./regimes.ts";

/** With fewer samples held out a regime is not calibrated. */
export const FEWEST_SAMPLES = 20;
/** A bin of predicted values has about this many samples or more, so that it has levels up to 0.995. */
const SAMPLES_OF_BIN = 200;

/** Predictions of samples that were held out, with what was measured. All columns are `[sample]`. */
export interface HeldOutErrors {
  readonly predictions: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** What was new to the model; samples of kinds that are not calibrated are left out. */
  readonly kinds: readonly (CalibratedRegime | RowKind)[];
  /** A number for each cell type; replicates have the same one. */
  readonly cellTypes: ArrayLike<number>;
  /** A number for each gene; transcripts of one gene have the same one. */
  readonly genes: ArrayLike<number>;
}

/** The samples of one regime. */
interface RegimeErrors {
  readonly predictions: number[];
  readonly errors: number[];
  readonly cellTypes: Set<number>;
  readonly genes: Set<number>;
}

/**
 * Finds half-widths of intervals by regime.
 *
 * @param parts Samples that were held out, in one part or several, each predicted by a model that did not see them.
 * @returns A calibration for each regime with at least 20 samples.
 *
 * @example Errors of 1, 2, …, 99
 * ```ts
 * import { calibrateRegimes } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const labels = Array.from({ length: 99 }, (_, i) => i + 1);
 * const same = labels.map(() => 0);
 * const kinds = labels.map(() => "newGene" as const);
 * const { newGene } = calibrateRegimes([{ labels, predictions: same, kinds, cellTypes: same, genes: labels }]);
 * strictEqual(newGene?.halfWidths[0]![179], 90); // of confidence 180/200: the 90th of 99
 * ```
 */
export function calibrateRegimes(parts: readonly HeldOutErrors[]): CalibratedRegimes {
  const byRegime = new Map(CALIBRATED_REGIMES.map((regime): [string, RegimeErrors] => [
    regime,
    { predictions: [], errors: [], cellTypes: new Set(), genes: new Set() },
  ]));
  for (const { predictions, labels, kinds, cellTypes, genes } of parts) {
    for (const [row, kind] of kinds.entries()) {
      const found = byRegime.get(kind);
      if (found === undefined) continue;
      found.predictions.push(predictions[row]!);
      found.errors.push(Math.abs(labels[row]! - predictions[row]!));
      found.cellTypes.add(cellTypes[row]!);
      found.genes.add(genes[row]!);
    }
  }
  return Object.fromEntries(
    [...byRegime].filter(([, { errors }]) => errors.length >= FEWEST_SAMPLES)
      .map(([regime, errors]) => [regime, calibrateRegime(errors)]),
  );
}

function calibrateRegime(
  { predictions, errors, cellTypes, genes }: RegimeErrors,
): RegimeCalibration {
  const limits = chooseLimits(predictions);
  const bins = Array.from({ length: limits.length + 1 }, (): number[] => []);
  for (const [row, prediction] of predictions.entries()) {
    bins[binOf(prediction, limits)]!.push(errors[row]!);
  }
  return {
    samples: errors.length,
    cellTypes: cellTypes.size,
    genes: genes.size,
    limits,
    halfWidths: bins.map(halfWidthsOf),
  };
}

/**
 * What is new about a sample to predict, as far as a model can tell from names: a regime that it may be calibrated for, or
 * `seen` if it was trained on the gene and on the cell type, together or not.
 */
export type KnownRegime = PredictionRegime;

/** Predictions to make intervals for. */
export interface IntervalSamples {
  /** `[sample]` */
  readonly predictions: ArrayLike<number>;
  /** What is new about each, `[sample]`. */
  readonly regimes: readonly KnownRegime[];
}

/** The ends of prediction intervals. */
export interface Intervals {
  /** `[sample]`, in the label's unit; never above the prediction. */
  readonly low: Float32Array<ArrayBuffer>;
  /** `[sample]`, in the label's unit; never below the prediction. */
  readonly high: Float32Array<ArrayBuffer>;
}

/** The greatest confidence that intervals can have. */
export const GREATEST_CONFIDENCE = (CONFIDENCE_STEPS - 1) / CONFIDENCE_STEPS;

/**
 * Throws unless intervals can have a confidence.
 *
 * @throws {RangeError} If it is not above 0 and at most {@linkcode GREATEST_CONFIDENCE}.
 */
export function checkConfidence(confidence: number): void {
  if (confidence > 0 && confidence <= GREATEST_CONFIDENCE) return;
  throw new RangeError(
    `Cannot make intervals of confidence ${confidence}: expected above 0 and at most ${GREATEST_CONFIDENCE}`,
  );
}

/**
 * Makes prediction intervals. An interval reaches no further than the labels of the training samples, unless the
 * prediction itself does. The half-width is that of the next confidence of 1/200, 2/200, … from `confidence` up.
 *
 * Samples whose gene and cell type were both trained on get the intervals of a new cell type, or if that was not
 * calibrated those of a new gene: for them they are too wide rather than too narrow. So are those of new genes outside the
 * panel for genes inside it, where these were not calibrated.
 *
 * @param calibration The model's calibration.
 * @param samples The predictions, and what is new about each.
 * @param confidence Share of the labels that intervals hold.
 * @returns The ends.
 * @throws {RangeError} If the confidence is out of range.
 * @throws {ContractError} If the model was not calibrated for the regime of a sample, or with too few samples for this
 * confidence.
 *
 * @example An interval that ends at the least label
 * ```ts
 * import { makeIntervals } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const halfWidths = [Array.from({ length: 199 }, (_, level) => (level + 1) / 50)];
 * const newGene = { samples: 1000, cellTypes: 4, genes: 250, limits: [], halfWidths };
 * const calibration = { folds: 4, least: 0, greatest: 10, cellTypes: ["E003"], regimes: { newGene } };
 * const samples = { predictions: [1, 5], regimes: ["newGene", "newGene"] as const };
 * const { low, high } = makeIntervals(calibration, samples, 0.5);
 * deepStrictEqual([...low, ...high], [0, 3, 3, 7]);
 * ```
 */
export function makeIntervals(
  calibration: Calibration,
  { predictions, regimes }: IntervalSamples,
  confidence: number,
): Intervals {
  checkConfidence(confidence);
  // 0.55 * 200 is a little above 110 in floating point.
  const level = Math.ceil(confidence * CONFIDENCE_STEPS - 1e-9) - 1;
  const { least, greatest } = calibration;
  const widths = new Map(
    [...new Set(regimes)].map((regime) => [regime, widthsAt(calibration, { regime, level })]),
  );
  const low = new Float32Array(regimes.length);
  const high = new Float32Array(regimes.length);
  for (const [row, regime] of regimes.entries()) {
    const prediction = predictions[row]!;
    const { limits, halfWidths } = widths.get(regime)!;
    const halfWidth = halfWidths[binOf(prediction, limits)]!;
    low[row] = Math.min(prediction, Math.max(prediction - halfWidth, least));
    high[row] = Math.max(prediction, Math.min(prediction + halfWidth, greatest));
  }
  return { low, high };
}

/** The calibrations that serve for each regime, the best first. */
const SUBSTITUTES: Readonly<Record<KnownRegime, readonly CalibratedRegime[]>> = {
  newGene: ["newGene"],
  newGeneInPanel: ["newGeneInPanel", "newGene"],
  newCellType: ["newCellType"],
  bothNew: ["bothNew"],
  bothNewInPanel: ["bothNewInPanel", "bothNew"],
  seen: ["newCellType", "newGene"],
};

/** The half-widths of a regime at one level, `[bin]`, with the limits of the bins. */
function widthsAt(
  { regimes }: Calibration,
  { regime, level }: { readonly regime: KnownRegime; readonly level: number },
): { readonly limits: readonly number[]; readonly halfWidths: readonly number[] } {
  const own = SUBSTITUTES[regime].find((name) => regimes[name] !== undefined);
  const found = own && regimes[own];
  if (found === undefined) {
    throw new ContractError(
      `Cannot make intervals for ${
        describeRegime(regime)
      }: the model was not calibrated for that, which takes ` +
        `${FEWEST_SAMPLES} such samples that can be held out${
          regime.startsWith("newGene") ? "" : `, and ${FEWEST_CELL_TYPES} training cell types`
        }`,
    );
  }
  const { limits, halfWidths } = found;
  const most = Math.min(...halfWidths.map(({ length }) => length));
  if (level >= most) {
    throw new ContractError(
      `Cannot make intervals of confidence ${(level + 1) / CONFIDENCE_STEPS} for ${
        describeRegime(regime)
      }: the ${formatCountOf(found.samples, "sample")} that were held out are enough for ${
        most / CONFIDENCE_STEPS
      } at most`,
    );
  }
  return { limits, halfWidths: halfWidths.map((widths) => widths[level]!) };
}

/** Half the width of intervals of a confidence, on average over bins; `undefined` where too few samples were held out. */
export function meanHalfWidth(
  { halfWidths }: RegimeCalibration,
  confidence: number,
): number | undefined {
  const level = Math.ceil(confidence * CONFIDENCE_STEPS - 1e-9) - 1;
  if (halfWidths.some(({ length }) => length <= level)) return undefined;
  return halfWidths.reduce((sum, widths) => sum + widths[level]! / halfWidths.length, 0);
}

/** Describes a regime in words: `new genes in trained cell types`. */
export function describeRegime(regime: KnownRegime): string {
  return {
    newGene: "new genes in trained cell types",
    newGeneInPanel: "new genes of the panel in trained cell types",
    newCellType: "trained genes in new cell types",
    bothNew: "new genes in new cell types",
    bothNewInPanel: "new genes of the panel in new cell types",
    seen: "trained genes in trained cell types",
  }[regime];
}

/** Divides predicted values into bins of as nearly the same number as can be; equal values are in one bin. */
function chooseLimits(predictions: readonly number[]): number[] {
  const sorted = Float64Array.from(predictions).sort();
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(sorted.length / SAMPLES_OF_BIN)));
  const fewest = Math.floor(sorted.length / bins);
  const limits: number[] = [];
  let start = 0;
  for (let place = 1; place < sorted.length && limits.length < bins - 1; place++) {
    if (place - start < fewest || sorted.length - place < fewest) continue;
    if (sorted[place] === sorted[place - 1]) continue;
    limits.push(sorted[place]!);
    start = place;
  }
  return limits;
}

function binOf(prediction: number, limits: readonly number[]): number {
  let bin = 0;
  while (bin < limits.length && prediction >= limits[bin]!) bin++;
  return bin;
}

/** The half-widths of some absolute errors, `[level]`, as far up as their number allows. */
function halfWidthsOf(errors: readonly number[]): number[] {
  const sorted = Float64Array.from(errors).sort();
  const widths: number[] = [];
  let width = 0;
  for (let level = 1; level < CONFIDENCE_STEPS; level++) {
    const rank = Math.ceil((sorted.length + 1) * level / CONFIDENCE_STEPS);
    if (rank > sorted.length) break;
    // Rounding up may go further for one value than for a slightly larger one.
    width = Math.max(width, roundUp(sorted[rank - 1]!));
    widths.push(width);
  }
  return widths;
}

/** Rounds to six digits, so that a file of thousands of numbers stays small; up, so that intervals never narrow. */
function roundUp(value: number): number {
  const rounded = Number(value.toPrecision(6));
  return rounded >= value ? rounded : Number((value * (1 + 1e-5)).toPrecision(6));
}
