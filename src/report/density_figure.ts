import { formatCount, formatNumber, formatShort } from "./_format.ts";
import { rangeOf } from "./_range.ts";
import { CONFIG, INK, LABEL_UNIT } from "./_theme.ts";
import type { Figure } from "./figure.ts";
import type { ReportFigureName } from "./figure_names.ts";
import { type Bins, chooseBins, countPairsInBins } from "./histogram.ts";
import type { PredictionPairs } from "./input.ts";

/** Approximate width of the square, in pixels. Each cell has a whole number of pixels, so that edges are sharp. */
const SQUARE_SIZE = 420;

/**
 * Plots predicted against measured expression as a grid of counts, so that 800,000 samples show as well as 800.
 *
 * @param pairs The samples.
 * @returns The figure.
 * @throws {TypeError} If the numbers of predicted and of measured values differ.
 * @throws {RangeError} If there are no values, or one is not finite.
 *
 * @example Three samples
 * ```ts
 * import { plotDensity } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const { alt } = plotDensity({ measured: [0, 1, 2], predicted: [0.5, 1, 1.5] });
 * match(alt, /measured values go from 0.000 to 2.000, predicted ones from 0.5000 to 1.500/);
 * ```
 */
export function plotDensity(pairs: PredictionPairs): Figure {
  const { measured, predicted } = pairs;
  const bins = chooseBins([measured, predicted], gridBins(measured.length));
  const cells = gridCells(countPairsInBins(measured, predicted, bins), bins);
  const most = cells.reduce((count, cell) => Math.max(count, cell.count), 1);
  const [low, high] = [bins.start, bins.start + bins.count * bins.step];
  const size = Math.round(SQUARE_SIZE / bins.count) * bins.count;
  const axis = { scale: { domain: [low, high], nice: false }, axis: { tickCount: 7 } };
  return {
    name: "predicted-measured" satisfies ReportFigureName,
    title: "Predicted against measured expression",
    caption: `${formatCount(measured.length)} samples, counted in cells of ` +
      `${formatShort(bins.step)} × ${formatShort(bins.step)} label units; colours are on a log ` +
      "scale. On the dashed line prediction and measurement agree.",
    alt: `Density plot of predicted against measured expression: measured values go from ` +
      `${describeRange(measured)}, predicted ones from ${describeRange(predicted)}.`,
    spec: {
      config: CONFIG,
      width: size,
      height: size,
      layer: [
        {
          data: { values: cells },
          mark: { type: "rect" },
          encoding: {
            x: { field: "x", type: "quantitative", title: `Measured (${LABEL_UNIT})`, ...axis },
            x2: { field: "x2" },
            y: { field: "y", type: "quantitative", title: `Predicted (${LABEL_UNIT})`, ...axis },
            y2: { field: "y2" },
            color: {
              field: "count",
              type: "quantitative",
              title: ["Samples", "in a cell"],
              scale: { type: "log", scheme: "viridis", domain: [1, Math.max(10, most)] },
              legend: {
                values: powersOfTen(most),
                format: "~s",
                gradientLength: 200,
                labelOffset: 5,
                offset: 16,
              },
            },
          },
        },
        {
          data: { values: [{ x: low, y: low }, { x: high, y: high }] },
          mark: { type: "line", color: INK, strokeDash: [5, 4], strokeWidth: 1.5 },
          encoding: {
            x: { field: "x", type: "quantitative" },
            y: { field: "y", type: "quantitative" },
          },
        },
      ],
    },
  };
}

/** Lists 1, 10, 100 and so on up to `most`, and at least 1 and 10. */
function powersOfTen(most: number): number[] {
  const length = Math.max(1, Math.floor(Math.log10(most))) + 1;
  return Array.from({ length }, (_, power) => 10 ** power);
}

/** Chooses the number of bins on each side of the grid: few for few samples, or most cells would hold one sample. */
function gridBins(samples: number): number {
  return Math.min(60, Math.max(20, Math.round(4 * samples ** 0.25)));
}

interface GridCell {
  readonly x: number;
  readonly x2: number;
  readonly y: number;
  readonly y2: number;
  readonly count: number;
}

/** Lists the cells of a grid that are not empty. */
function gridCells(counts: Uint32Array, { start, step, count: side }: Bins): GridCell[] {
  const cells: GridCell[] = [];
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell]!;
    if (count === 0) continue;
    const [row, column] = [Math.floor(cell / side), cell % side];
    cells.push({
      x: start + column * step,
      x2: start + (column + 1) * step,
      y: start + row * step,
      y2: start + (row + 1) * step,
      count,
    });
  }
  return cells;
}

function describeRange(values: ArrayLike<number>): string {
  return rangeOf(values).map(formatNumber).join(" to ");
}
