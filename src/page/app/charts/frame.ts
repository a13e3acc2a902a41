/**
 * The frame of a plot: axes with their words in HTML, so that they stay sharp and of one size, and shapes in an SVG that
 * stretches between them. The plot is an image to screen readers, with a text in its place.
 */

import { make, makeSvg, setText } from "../dom.ts";
import { formatValue } from "../words.ts";
import { chooseTicks } from "./ticks.ts";

/** The values at the ends of an axis. */
export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** A plot. */
export interface Frame {
  readonly element: HTMLElement;
  /** Where shapes are drawn, in a square of 100 by 100 units with its origin at the upper left. */
  readonly layer: SVGElement;
  /** Sets the ends of both axes, and the text for those who do not see the plot. */
  readonly setAxes: (axes: Axes) => void;
  /** The place of a value on an axis, in the units of the layer. */
  readonly placeX: (value: number) => number;
  readonly placeY: (value: number) => number;
}

/** The axes of a plot. */
export interface Axes {
  readonly x: Ends;
  readonly y: Ends;
  readonly alt: string;
  /** How a number on an axis is written. */
  readonly formatX?: (value: number) => string;
}

/** What a plot is called, and how its axes are. */
export interface FrameOptions {
  readonly title?: string;
  readonly xTitle: string;
  readonly yTitle?: string;
  /** Numbers on each axis, about. */
  readonly xTicks?: number;
  readonly yTicks?: number;
  /** Shape of the plot, as a class of the style sheet. */
  readonly shape: "wide" | "square" | "low";
}

/** Makes the frame of a plot. */
export function makeFrame(options: FrameOptions): Frame {
  const { title, xTitle, yTitle, xTicks = 4, yTicks = 3, shape } = options;
  const grid = makeSvg("g.grid");
  const layer = makeSvg("g.shapes");
  const svg = makeSvg("svg", [grid, layer], {
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    focusable: "false",
  });
  const xNumbers = make("div.x-numbers", [], { "aria-hidden": "true" });
  const yNumbers = make("div.y-numbers", [], { "aria-hidden": "true" });
  const alt = make("p.unseen");
  const element = make("figure.chart", [
    title !== undefined && make("figcaption", [title]),
    yTitle !== undefined && make("p.y-title", [yTitle], { "aria-hidden": "true" }),
    make("div.chart-grid", [
      yNumbers,
      make("div.chart-area", [svg]),
      xNumbers,
      make("p.x-title", [xTitle], { "aria-hidden": "true" }),
    ]),
    alt,
  ], { "data-shape": shape });
  let x: Ends = { low: 0, high: 1 };
  let y: Ends = { low: 0, high: 1 };
  const placeX = (value: number) => round(100 * (value - x.low) / (x.high - x.low || 1));
  const placeY = (value: number) => round(100 - 100 * (value - y.low) / (y.high - y.low || 1));
  return {
    element,
    layer,
    placeX,
    placeY,
    setAxes: (axes) => {
      ({ x, y } = axes);
      const across = chooseTicks(x.low, x.high, xTicks);
      const up = chooseTicks(y.low, y.high, yTicks);
      setText(alt, axes.alt);
      placeNumbers(
        xNumbers,
        across.map((value) => [
          placeX(value),
          axes.formatX?.(value) ??
            formatValue(value),
        ]),
        "left",
      );
      placeNumbers(yNumbers, up.map((value) => [placeY(value), formatValue(value)]), "top");
      const path = up.map((value) => `M0 ${placeY(value)}H100`).join("");
      grid.replaceChildren(makeSvg("path.rule", [], { d: path }));
    },
  };
}

function placeNumbers(
  parent: HTMLElement,
  numbers: readonly (readonly [place: number, text: string])[],
  side: "left" | "top",
): void {
  parent.replaceChildren(
    ...numbers.map(([place, text]) => {
      const number = make("span", [text]);
      // Properties set from a script are allowed where inline styles are not.
      number.style[side] = `${place}%`;
      return number;
    }),
  );
}

/** A line through points of a layer. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], place) => `${place === 0 ? "M" : "L"}${x} ${y}`).join("");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
