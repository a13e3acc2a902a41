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
      let [low, high] = [Infinity, -Infinity];
      for (const { label, prediction } of points) {
        low = Math.min(low, label, prediction);
        high = Math.max(high, label, prediction);
      }
      const margin = (high - low || 1) * 0.04;
      const ends = { low: low - margin, high: high + margin };
      const some = of > points.length ? `${formatCountOf(points.length, "sample")} of ${of}` : "";
      frame.setAxes({
        x: ends,
        y: ends,
        alt: `Each dot is a gene in a cell type${some && `, ${some}`}: measured values from ${
          formatValue(low)
        } to ${formatValue(high)} across, predicted ones upwards.${
          pearson === undefined ? "" : ` Their correlation is ${formatValue(pearson)}.`
        }`,
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
