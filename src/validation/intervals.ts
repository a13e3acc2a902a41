/** Prediction intervals from the errors that a model's calibration has; `conformal.ts` says why they hold. */

import { formatCountOf } from "../base/count.ts";
import type { PredictionRegime } from "../data/prediction_table.ts";
import { ContractError } from "../errors.ts";
import {
  type CalibratedRegime,
  type Calibration,
  CONFIDENCE_STEPS,
  type RegimeCalibration,
} from "../model/calibration.ts";
import { FEWEST_CELL_TYPES } from "./calibration_folds.ts";
import { binOf, FEWEST_SAMPLES } from "./conformal.ts";

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
  // 0.55 * 200 is a little above 110 in floating point. The least confidence has the first level, too.
  const level = Math.max(1, Math.ceil(confidence * CONFIDENCE_STEPS - 1e-9)) - 1;
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
export const SUBSTITUTES: Readonly<Record<KnownRegime, readonly CalibratedRegime[]>> = {
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
