import { epochAxis, epochPoints } from "./_axes.ts";
import { checkNotEmpty } from "./_check.ts";
import { formatShort } from "./_format.ts";
import { rangeOf } from "./_range.ts";
import { BLUE, CONFIG, PLOT_WIDTH } from "./_theme.ts";
import type { Figure } from "./figure.ts";
import type { ReportFigureName } from "./figure_names.ts";
import type { EpochPoint } from "./input.ts";

const PANELS = [
  {
    field: "learningRate",
    heading: "learning rate",
    title: "Learning rate",
    format: "~g",
    name: "learning rate",
  },
  {
    field: "samplesPerSecond",
    heading: "throughput",
    title: "Samples / s",
    format: ",~f",
    name: "training samples a second",
  },
] as const;

/**
 * Plots the learning rate and the throughput of each epoch in two panels; a panel without values is left out.
 *
 * @param history Epochs of a training run.
 * @returns The figure.
 * @throws {RangeError} If no epoch has a learning rate or a throughput.
 *
 * @example A learning rate that falls
 * ```ts
 * import { plotPace } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const history = [{ epoch: 1, loss: 3, learningRate: 0.01 }, { epoch: 2, loss: 2, learningRate: 0.001 }];
 * match(plotPace(history).alt, /learning rate from 0.001 to 0.01/);
 * ```
 */
export function plotPace(history: readonly EpochPoint[]): Figure {
  const panels = PANELS.filter(({ field }) => history.some((point) => point[field] !== undefined));
  checkNotEmpty("learning rate and throughput", panels);
  const ranges = panels.map(({ field, name }) => {
    const values = history.flatMap((point) => point[field] ?? []);
    const range = rangeOf(values);
    const [low, high] = [formatShort(range[0]), formatShort(range[1])];
    return low === high ? `${name} ${low} throughout` : `${name} from ${low} to ${high}`;
  });
  const headings = panels.map(({ heading }) => heading).join(" and ");
  return {
    name: "learning-rate-throughput" satisfies ReportFigureName,
    title: headings.charAt(0).toUpperCase() + headings.slice(1),
    caption: "By epoch; validation is not counted in the throughput.",
    alt: `Line chart by epoch: ${ranges.join(", ")}.`,
    spec: {
      config: CONFIG,
      data: { values: [...history] },
      spacing: 16,
      vconcat: panels.map(({ field, title, format }, index) => ({
        width: PLOT_WIDTH,
        height: 130,
        mark: { type: "line", strokeWidth: 2, color: BLUE, point: epochPoints(history.length) },
        encoding: {
          x: index === panels.length - 1
            ? epochAxis(history)
            : { ...epochAxis(history), title: null },
          y: {
            field,
            type: "quantitative",
            title,
            scale: { zero: true },
            axis: { format, tickCount: 4, minExtent: 52 },
          },
        },
      })),
    },
  };
}
