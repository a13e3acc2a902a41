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
  const x = new Axis("x", xTicks);
  const y = new Axis("y", yTicks);
  const grid = makeSvg("g.grid");
  const layer = makeSvg("g.shapes");
  const svg = makeSvg("svg", [grid, layer], {
    viewBox: "0 0 100 100",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    focusable: "false",
  });
  const alt = make("p.unseen");
  const element = make("figure.chart", [
    title !== undefined && make("figcaption", [title]),
    yTitle !== undefined && make("p.y-title", [yTitle], { "aria-hidden": "true" }),
    make("div.chart-grid", [
      y.element,
      make("div.chart-area", [svg]),
      x.element,
      make("p.x-title", [xTitle], { "aria-hidden": "true" }),
    ]),
    alt,
  ], { "data-shape": shape });
  return {
    element,
    layer,
    placeX: (value) => x.place(value),
    placeY: (value) => y.place(value),
    setAxes: (axes) => {
      setText(alt, axes.alt);
      x.show(axes.x, axes.formatX);
      y.show(axes.y);
      const path = y.ticks().map((value) => `M0 ${y.place(value)}H100`).join("");
      grid.replaceChildren(makeSvg("path.rule", [], { d: path }));
    },
  };
}

/** An axis of a plot: its numbers, and where values lie along it. */
class Axis {
  readonly element: HTMLElement;
  readonly #name: "x" | "y";
  readonly #tickCount: number;
  #ends: Ends = { low: 0, high: 1 };

  /** `tickCount` is about how many numbers it has. */
  constructor(name: "x" | "y", tickCount: number) {
    this.element = make(`div.${name}-numbers`, [], { "aria-hidden": "true" });
    this.#name = name;
    this.#tickCount = tickCount;
  }

  /** Values that have a number. */
  ticks(): number[] {
    return chooseTicks(this.#ends.low, this.#ends.high, this.#tickCount);
  }

  /** The place of a value, in units of the layer: from the left, or from the top. */
  place(value: number): number {
    const { low, high } = this.#ends;
    const place = 100 * (value - low) / (high - low || 1);
    return round(this.#name === "x" ? place : 100 - place);
  }

  /** Takes other ends, and shows the numbers between them. */
  show(ends: Ends, format: (value: number) => string = formatValue): void {
    this.#ends = ends;
    const side = this.#name === "x" ? "left" : "top";
    this.element.replaceChildren(
      ...this.ticks().map((value) => {
        const number = make("span", [format(value)]);
        // Properties set from a script are allowed where inline styles are not.
        number.style[side] = `${this.place(value)}%`;
        return number;
      }),
    );
  }
}

/** A line through points of a layer. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], place) => `${place === 0 ? "M" : "L"}${x} ${y}`).join("");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
