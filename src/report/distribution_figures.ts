import { LEGEND } from "./_axes.ts";
import { formatCount, formatNumber } from "./_format.ts";
import { BLUE, CONFIG, INK, LABEL_UNIT, PLOT_WIDTH, VERMILION } from "./_theme.ts";
import type { Figure, FigureSpec } from "./figure.ts";
import { type Bins, chooseBins, countInBins } from "./histogram.ts";
import type { PredictionPairs } from "./input.ts";
import type { ReportFigureName } from "./figure_names.ts";

const HISTOGRAM_HEIGHT = 260;

/**
 * Plots a histogram of the residuals, measured − predicted, as in the column `residual` of tables of predictions.
 *
 * @param pairs The samples.
 * @returns The figure.
 * @throws {RangeError} If there are no values, or one is not finite.
 *
 * @example Two samples
 * ```ts
 * import { plotResiduals } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const { alt } = plotResiduals({ measured: [1, 2], predicted: [1.5, 3.5] });
 * match(alt, /mean −1.000, standard deviation 0.5000/);
 * ```
 */
export function plotResiduals({ measured, predicted }: PredictionPairs): Figure {
  const residuals = Float64Array.from(measured, (value, i) => value - predicted[i]!);
  const bins = chooseBins([residuals], histogramBins(residuals.length));
  const { mean, deviation } = momentsOf(residuals);
  const moments = `mean ${formatNumber(mean)}, standard deviation ${formatNumber(deviation)}`;
  return {
    name: "residuals" satisfies ReportFigureName,
    title: "Residuals",
    caption: `Measured − predicted over ${formatCount(residuals.length)} samples: ${moments} ` +
      `(${LABEL_UNIT}). The line marks zero: to its right genes are expressed more than was predicted.`,
    alt: `Histogram of residuals, measured minus predicted: ${moments}.`,
    spec: {
      config: CONFIG,
      width: PLOT_WIDTH,
      height: HISTOGRAM_HEIGHT,
      layer: [
        {
          data: { values: shares(residuals, bins) },
          mark: { type: "rect", color: BLUE, fillOpacity: 0.9 },
          encoding: {
            x: valueAxis(`Measured − predicted (${LABEL_UNIT})`),
            x2: { field: "x2" },
            y: shareAxis(),
            y2: { datum: 0 },
          },
        },
        {
          data: { values: [{ x: 0 }] },
          mark: { type: "rule", color: INK, strokeWidth: 1.5 },
          encoding: { x: { field: "x", type: "quantitative" } },
        },
      ],
    },
  };
}

/**
 * Plots histograms of measured and of predicted expression over the same bins.
 *
 * @param pairs The samples.
 * @returns The figure.
 * @throws {RangeError} If there are no values, or one is not finite.
 *
 * @example Predictions spread less than what was measured
 * ```ts
 * import { plotDistributions } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const { caption } = plotDistributions({ measured: [1, 3], predicted: [1.5, 2.5] });
 * match(caption, /deviation is 0.5000, that of what was measured 1.000/);
 * ```
 */
export function plotDistributions({ measured, predicted }: PredictionPairs): Figure {
  const bins = chooseBins([measured, predicted], histogramBins(measured.length));
  const [of, from] = [momentsOf(measured), momentsOf(predicted)];
  return {
    name: "distributions" satisfies ReportFigureName,
    title: "Distribution of expression",
    caption:
      "Measured and predicted values in the same bins. The predictions' standard deviation is " +
      `${formatNumber(from.deviation)}, that of what was measured ${formatNumber(of.deviation)} ` +
      `(${LABEL_UNIT}): a model that minimises squared error predicts means, which spread less.`,
    alt: `Two histograms: measured expression with mean ${formatNumber(of.mean)} and standard ` +
      `deviation ${formatNumber(of.deviation)}, predicted with mean ${
        formatNumber(from.mean)
      } and ` +
      `standard deviation ${formatNumber(from.deviation)}.`,
    spec: twoHistograms(`Expression (${LABEL_UNIT})`, bins, [
      { kind: "Measured", values: measured },
      { kind: "Predicted", values: predicted },
    ]),
  };
}

/**
 * Plots histograms of the predicted probabilities of each class, for labels that are 0 or 1.
 *
 * @param pairs The samples; a label above one half counts as class 1.
 * @returns The figure.
 * @throws {RangeError} If there are no values, or one is not finite.
 *
 * @example Two samples of class 1 and one of class 0
 * ```ts
 * import { plotClassProbabilities } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const { alt } = plotClassProbabilities({ measured: [0, 1, 1], predicted: [0.2, 0.7, 0.9] });
 * match(alt, /mean 0.2000 over 1 samples of class 0, 0.8000 over 2 samples of class 1/);
 * ```
 */
export function plotClassProbabilities({ measured, predicted }: PredictionPairs): Figure {
  const bins = chooseBins([measured, predicted], histogramBins(measured.length));
  const ofClass = (label: number) =>
    Array.from(predicted).filter((_, i) => Number(measured[i]! > 0.5) === label);
  const [low, high] = [ofClass(0), ofClass(1)];
  const meanOf = (values: readonly number[]) => formatNumber(momentsOf(values).mean);
  return {
    name: "class-probabilities" satisfies ReportFigureName,
    title: "Predicted probability of high expression",
    caption: "Each class adds up to 100%. The better the model, the less the classes overlap.",
    alt: `Two histograms of predicted probabilities: mean ${meanOf(low)} over ` +
      `${formatCount(low.length)} samples of class 0, ${meanOf(high)} over ${
        formatCount(high.length)
      } ` +
      "samples of class 1.",
    spec: twoHistograms("Predicted probability", bins, [
      { kind: "Class 0: low", values: low },
      { kind: "Class 1: high", values: high },
    ]),
  };
}

/** Chooses the number of bins for a number of samples: Rice's rule, up to as many as a reader can distinguish. */
function histogramBins(samples: number): number {
  return Math.min(70, Math.max(10, Math.round(2 * Math.cbrt(samples))));
}

/** Makes two outlined histograms over the same bins, blue and vermilion. */
function twoHistograms(
  title: string,
  bins: Bins,
  series: readonly { readonly kind: string; readonly values: ArrayLike<number> }[],
): FigureSpec {
  return {
    config: CONFIG,
    width: PLOT_WIDTH,
    height: HISTOGRAM_HEIGHT,
    data: {
      values: series.flatMap(({ kind, values }) =>
        outlineOf(shares(values, bins)).map((point) => ({ ...point, kind }))
      ),
    },
    mark: { type: "area", interpolate: "step-after", line: { strokeWidth: 2 }, fillOpacity: 0.2 },
    encoding: {
      x: valueAxis(title),
      y: { ...shareAxis(), stack: null },
      color: {
        field: "kind",
        type: "nominal",
        scale: { domain: series.map(({ kind }) => kind), range: [BLUE, VERMILION] },
        legend: { ...LEGEND, symbolType: "square", symbolOpacity: 1 },
      },
    },
  };
}

interface BinShare {
  readonly x: number;
  readonly x2: number;
  readonly share: number;
}

/** Computes the share of the values in each bin. */
function shares(values: ArrayLike<number>, bins: Bins): BinShare[] {
  const { start, step } = bins;
  return Array.from(countInBins(values, bins), (count, bin) => ({
    x: start + bin * step,
    x2: start + (bin + 1) * step,
    share: values.length === 0 ? 0 : count / values.length,
  }));
}

/** Lists the left edges of the bins and the end of the last, for a curve drawn in steps. */
function outlineOf(bins: readonly BinShare[]): { x: number; share: number }[] {
  const points = bins.map(({ x, share }) => ({ x, share }));
  const end = bins.slice(-1).map(({ x2 }) => ({ x: x2, share: 0 }));
  return [...points, ...end];
}

function valueAxis(title: string) {
  return {
    field: "x",
    type: "quantitative" as const,
    title,
    scale: { nice: false, zero: false },
    axis: { grid: false, tickCount: 9 },
  };
}

function shareAxis() {
  return {
    field: "share",
    type: "quantitative" as const,
    title: "Share of samples",
    axis: { format: "~%", tickCount: 5 },
  };
}

function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  const [mean, variance] = measureMoments(values);
  return { mean, deviation: Math.sqrt(variance) };
}

/** Mean and variance. They are no object for the reason in docs/decisions/shared-numbers.md. */
function measureMoments(values: ArrayLike<number>): readonly [mean: number, variance: number] {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return [mean, squares / values.length];
}
