/** Measured against predicted expression. */

import { makeSvg } from "../dom.ts";
import { formatCountOf, formatValue } from "../words.ts";
import { makeFrame } from "./frame.ts";

/** A sample with both values. */
export interface MeasuredPoint {
  readonly label: number;
  readonly prediction: number;
}

/** A plot of measured against predicted values. */
export interface ScatterPlot {
  readonly element: HTMLElement;
  readonly show: (
    points: readonly MeasuredPoint[],
    options: { readonly of: number; readonly pearson: number | undefined },
  ) => void;
}

/** Makes a plot of measured against predicted values. */
export function makeScatterPlot(): ScatterPlot {
  const frame = makeFrame({
    title: "Predicted and measured",
    xTitle: "Measured expression",
    yTitle: "Predicted expression",
    xTicks: 5,
    yTicks: 5,
    shape: "square",
  });
  frame.element.hidden = true;
  return {
    element: frame.element,
    show: (points, { of, pearson }) => {
      frame.element.hidden = points.length === 0;
      if (points.length === 0) return;
      const { low, high } = endsOf(points.flatMap(({ label, prediction }) => [label, prediction]));
      const margin = (high - low || 1) * 0.04;
      const ends = { low: low - margin, high: high + margin };
      frame.setAxes({
        x: ends,
        y: ends,
        alt: describeScatter(points, { of, pearson }),
      });
      const d = points.map(({ label, prediction }) =>
        `M${frame.placeX(label)} ${frame.placeY(prediction)}h0`
      ).join("");
      frame.layer.replaceChildren(
        makeSvg("path.equal", [], { d: "M0 100L100 0" }),
        makeSvg("path.dot", [], { d }),
      );
    },
  };
}

/** What a plot of measured against predicted values shows, in words. Both axes are the same, so neither ends where its own values do. */
export function describeScatter(
  points: readonly MeasuredPoint[],
  { of, pearson }: { readonly of: number; readonly pearson: number | undefined },
): string {
  const some = of > points.length ? `, ${formatCountOf(points.length, "sample")} of ${of}` : "";
  const measured = formatRange(endsOf(points.map(({ label }) => label)));
  const predicted = formatRange(endsOf(points.map(({ prediction }) => prediction)));
  const relation = pearson === undefined ? "" : ` Their correlation is ${formatValue(pearson)}.`;
  return `Each dot is a gene in a cell type${some}: measured values from ${measured} across, ` +
    `predicted ones from ${predicted} upwards.${relation}`;
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

function endsOf(values: readonly number[]): Ends {
  return values.reduce(
    ({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }),
    { low: Infinity, high: -Infinity },
  );
}

function formatRange({ low, high }: Ends): string {
  return `${formatValue(low)} to ${formatValue(high)}`;
}
