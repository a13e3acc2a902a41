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

import {
  CALIBRATED_REGIMES,
  type CalibratedRegime,
  type CalibratedRegimes,
  CONFIDENCE_STEPS,
  MOST_BINS,
  type RegimeCalibration,
} from "../model/calibration.ts";
import type { RowKind } from "./regimes.ts";

/** With fewer samples held out a regime is not calibrated. */
export const FEWEST_SAMPLES = 20;
/** A bin of predicted values has about this many samples or more, so that it has levels up to 0.995. */
const SAMPLES_OF_BIN = 200;

/** Predictions of samples that were held out, with what was measured. All columns are `[sample]`. */
export interface HeldOutErrors {
  /** The predictions. */
  readonly predictions: ArrayLike<number>;
  /** The labels. */
  readonly labels: ArrayLike<number>;
  /** What was new to the model; samples of kinds that are not calibrated are left out. */
  readonly kinds: readonly (CalibratedRegime | RowKind)[];
  /** A number for each cell type; replicates have the same one. */
  readonly cellTypes: ArrayLike<number>;
  /** A number for each gene; transcripts of one gene have the same one. */
  readonly genes: ArrayLike<number>;
  /**
   * By what errors in new cell types are multiplied, since the model to calibrate knows genes from more cell types than
   * the one that made these predictions; see {@linkcode newCellTypeScale}.
   *
   * @default {1}
   */
  readonly newCellTypeScale?: number | undefined;
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
  for (const { predictions, labels, kinds, cellTypes, genes, newCellTypeScale = 1 } of parts) {
    for (const [row, kind] of kinds.entries()) {
      const found = byRegime.get(kind);
      if (found === undefined) continue;
      found.predictions.push(predictions[row]!);
      const scale = kind === "newCellType" ? newCellTypeScale : 1;
      found.errors.push(scale * Math.abs(labels[row]! - predictions[row]!));
      found.cellTypes.add(cellTypes[row]!);
      found.genes.add(genes[row]!);
    }
  }
  return Object.fromEntries(
    [...byRegime].filter(([, { errors }]) => errors.length >= FEWEST_SAMPLES)
      .map(([regime, errors]) => [regime, calibrateRegime(errors)]),
  );
}

/**
 * By how much smaller the errors of trained genes in new cell types are for a model of more cell types. A gene's level that
 * is known from n cell types misses that of another one by the variance between cell types times 1 + 1 / n.
 *
 * @param cellTypes Number of cell types of the model to calibrate, and of the one whose errors were measured.
 */
export function newCellTypeScale(
  { calibrated, measured }: { readonly calibrated: number; readonly measured: number },
): number {
  return Math.sqrt((1 + 1 / calibrated) / (1 + 1 / measured));
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

/** The bin of a predicted value. */
export function binOf(prediction: number, limits: readonly number[]): number {
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
