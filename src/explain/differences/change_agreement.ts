/** How well predicted changes of genes agree with measured ones. */

import { meanOf } from "../../base/mean.ts";
import { quantile } from "../../metrics/quantile.ts";
import { deriveKey, RandomStream } from "../../random.ts";
import type { Estimate } from "../../validation/regime_scores.ts";
import {
  drawFigures,
  type DrawOptions,
  type DrawPlan,
  estimate,
  knownPairs,
  pairsAt,
  planDraws,
  unitsAt,
  valuesOfGenes,
} from "./_change_draws.ts";
import type { ChangeAgreementOptions } from "./change_options.ts";
import type { PairedChanges } from "./_paired_changes.ts";

/** A figure of genes whose predicted changes were exchanged with those of others. */
export interface ExchangedFigure {
  /** Mean over the exchanges; `null` where the figure does not exist. */
  readonly mean: number | null;
  /** Lower end of the middle part of the exchanges, as large as the confidence. */
  readonly low: number | null;
  /** Upper end. */
  readonly high: number | null;
  /**
   * Share of exchanges, and of the genes as they are, with at least the figure found: how often chance is as good. `null`
   * where the figure does not exist.
   */
  readonly p: number | null;
}

/** Agreement of predicted with measured changes. Figures that do not exist are `null`. */
export interface ChangeAgreement {
  /** Number of genes. */
  readonly genes: number;
  /** Pearson's correlation. */
  readonly pearson: Estimate;
  /** Spearman's rank correlation. */
  readonly spearman: Estimate;
  /** Share of the genes whose measured change is not 0 for which the predicted change has the same sign. */
  readonly sameSign: Estimate;
  /**
   * Measured change for one unit of predicted change, by least squares: 1 if predicted changes have the right size, less if
   * they are too large, 0 if they say nothing.
   */
  readonly slope: Estimate;
  /** The null: the same with the predicted changes of other genes. */
  readonly exchanged: {
    /** Of {@linkcode ChangeAgreement.pearson}. */
    readonly pearson: ExchangedFigure;
    /** Of {@linkcode ChangeAgreement.spearman}. */
    readonly spearman: ExchangedFigure;
    /** Of {@linkcode ChangeAgreement.sameSign}. */
    readonly sameSign: ExchangedFigure;
  };
}

/** Bands of like level, and the fewest genes of one. */
const MOST_BANDS = 10;
const GENES_OF_BAND = 20;

/** Figures that differ by less are equal. */
const TIE = 1e-12;

const FIGURES = ["pearson", "spearman", "sameSign", "slope"] as const;
type Figure = typeof FIGURES[number];

/**
 * Compares predicted with measured changes of genes. Intervals are percentiles of bootstrap samples of genes (Efron 1979);
 * they say how much another choice of genes would change the figures, not another choice of cell types. In the null, the
 * predicted changes of genes of a like level are exchanged, in up to ten bands of level.
 *
 * @param predicted Predicted changes, `[gene]`.
 * @param measured Measured changes, `[gene]`; genes with NaN in one of the two are left out.
 * @param options Units, levels and draws.
 * @returns The figures with intervals, and their null.
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If an option is out of range, or a change is infinite.
 *
 * @example Changes of the right sign and half the size
 * ```ts
 * import { measureChangeAgreement } from "@waka/histone/explain";
 * import { strictEqual } from "node:assert";
 *
 * const measured = Float64Array.of(-2, -1, 1, 2, NaN);
 * const predicted = measured.map((change) => change / 2);
 * const { genes, sameSign, slope } = measureChangeAgreement(predicted, measured);
 * strictEqual(genes, 4);
 * strictEqual(sameSign.value, 1);
 * strictEqual(slope.value, 2);
 * ```
 */
export function measureChangeAgreement(
  predicted: ArrayLike<number>,
  measured: ArrayLike<number>,
  options: ChangeAgreementOptions = {},
): ChangeAgreement {
  const plan = planDraws(options);
  const known = knownPairs(predicted, measured);
  const genes = predicted.length;
  const levels = valuesOfGenes(options?.levels, { name: "levels", genes });
  const units = valuesOfGenes(options?.units, { name: "units", genes });
  const pairs = pairsAt(known, predicted, measured);
  const estimates = estimateFigures(pairs, { plan, units: unitsAt(known, units) });
  const bands = levels === undefined
    ? [[...known.keys()]]
    : bandsOf(known.map((gene) => levels[gene]!));
  return {
    genes: known.length,
    ...estimates,
    exchanged: exchangeGenes(pairs, { bands, plan }),
  };
}

function estimateFigures(pairs: PairedChanges, options: DrawOptions): Record<Figure, Estimate> {
  const drawn = drawFigures(
    FIGURES.map((figure) => (weights: Float64Array) => pairs[figure](weights)),
    options,
  );
  const { confidence } = options.plan;
  return Object.fromEntries(
    FIGURES.map((figure, i) => [figure, estimate(pairs[figure](), drawn[i]!, confidence)]),
  ) as Record<Figure, Estimate>;
}

/** Divides genes into bands of nearly equal numbers by their levels. */
function bandsOf(levels: readonly number[]): number[][] {
  const count = levels.length;
  const bands = Math.max(1, Math.min(MOST_BANDS, Math.floor(count / GENES_OF_BAND)));
  const order = [...levels.keys()].sort((a, b) => levels[a]! - levels[b]! || a - b);
  return Array.from(
    { length: bands },
    (_, band) =>
      order.slice(Math.floor(band * count / bands), Math.floor((band + 1) * count / bands)),
  );
}

/** Exchanges predicted changes within bands. */
function exchangeGenes(
  pairs: PairedChanges,
  { bands, plan: { samples, seed, confidence } }: {
    readonly bands: readonly (readonly number[])[];
    readonly plan: DrawPlan;
  },
): ChangeAgreement["exchanged"] {
  const stream = new RandomStream(deriveKey(seed, "exchanged-genes"));
  const figuresOf = pairs.prepareExchanges();
  const order = Uint32Array.from({ length: pairs.length }, (_, pair) => pair);
  const drawn = [0, 1, 2].map(() => new Float64Array(samples));
  for (let sample = 0; sample < samples; sample++) {
    for (const band of bands) exchangeWithin(band, order, stream);
    const figures = figuresOf(order);
    for (const [place, values] of drawn.entries()) values[sample] = figures[place]!;
  }
  const [pearson, spearman, sameSign] = drawn as [Float64Array, Float64Array, Float64Array];
  return {
    pearson: describeExchanged(pairs.pearson(), pearson, confidence),
    spearman: describeExchanged(pairs.spearman(), spearman, confidence),
    sameSign: describeExchanged(pairs.sameSign(), sameSign, confidence),
  };
}

/** Shuffles the entries of `order` at some places among these. */
function exchangeWithin(
  band: readonly number[],
  order: Uint32Array,
  stream: RandomStream,
): void {
  for (let last = band.length - 1; last > 0; last--) {
    const [a, b] = [band[last]!, band[stream.below(last + 1)]!];
    const kept = order[a]!;
    order[a] = order[b]!;
    order[b] = kept;
  }
}

function describeExchanged(
  value: number,
  drawn: Float64Array,
  confidence: number,
): ExchangedFigure {
  if (Number.isNaN(value)) return { mean: null, low: null, high: null, p: null };
  const sorted = drawn.toSorted();
  const tail = (1 - confidence) / 2;
  // The same genes in another order of summation are as good as they were.
  const least = value - TIE;
  const asHigh = sorted.reduce((count, figure) => count + Number(figure >= least), 0);
  return {
    mean: meanOf(sorted),
    low: quantile(sorted, tail),
    high: quantile(sorted, 1 - tail),
    p: (1 + asHigh) / (1 + sorted.length),
  };
}
