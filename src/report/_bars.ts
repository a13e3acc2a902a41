/** Bars and points in the cells of tables. Places are shares of the cell's width, so that it can have any. */

import { type Html, html } from "./_html.ts";
import { formatValue } from "./viewer/numbers.ts";
import type { LaneRange } from "./viewer/paths.ts";

/** A bar of a cell, and the interval of its end. */
export interface CellBar {
  readonly from: number;
  readonly to: number;
  readonly interval?: { readonly low: number; readonly high: number } | undefined;
  /** Class of the bar; by its direction by default. */
  readonly kind?: "up" | "down" | "total" | undefined;
}

/** The range of numbers, a little wider than they are; missing ones are left out. */
export function rangeOfCells(values: readonly (number | undefined)[]): LaneRange {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const low = known.reduce((least, value) => Math.min(least, value), Infinity);
  const high = known.reduce((most, value) => Math.max(most, value), -Infinity);
  if (low > high) return { low: 0, high: 1 };
  const margin = low === high ? 1 : (high - low) * 0.05;
  return { low: low - margin, high: high + margin };
}

/** The heading of a column of bars or points: the ends of their range. */
export function drawEnds({ low, high }: LaneRange): Html {
  const [left, right] = [formatValue(low), formatValue(high)];
  return html`<span class="ends"><span>${left}</span> <span>${right}</span></span>`;
}

/** The place of a value in a cell. */
function placeOf(value: number, { low, high }: LaneRange): string {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return `${(100 * share).toFixed(1)}%`;
}

function widthOf(one: number, other: number, { low, high }: LaneRange): string {
  return `${(100 * Math.abs(one - other) / (high - low)).toFixed(1)}%`;
}

/** Draws a bar, with a line at 0. */
export function drawBar({ from, to, interval, kind }: CellBar, range: LaneRange): Html {
  const className = kind ?? (to >= from ? "up" : "down");
  const left = placeOf(Math.min(from, to), range);
  const zero = range.low <= 0 && range.high >= 0
    ? html`
      <line class="zero" x1="${placeOf(0, range)}" x2="${placeOf(0, range)}" y1="0" y2="100%" />
    `
    : "";
  const whisker = interval === undefined ? "" : html`
    <line class="whisker" x1="${placeOf(interval.low, range)}" x2="${placeOf(
      interval.high,
      range,
    )}" y1="50%" y2="50%" />
  `;
  const bar = html`
    <rect class="${className}" x="${left}" width="${widthOf(from, to, range)}" y="4" height="12" />
  `;
  return html`<svg class="cell" aria-hidden="true">${zero}${bar}${whisker}</svg>`;
}

/** Draws a measured value as a dot and a prediction as a diamond on its interval. */
export function drawPoints({ label, prediction, interval }: {
  readonly label?: number | undefined;
  readonly prediction: number;
  readonly interval?: { readonly low: number; readonly high: number } | undefined;
}, range: LaneRange): Html {
  const line = interval === undefined ? "" : html`
    <line class="interval" x1="${placeOf(interval.low, range)}" x2="${placeOf(
      interval.high,
      range,
    )}" y1="50%" y2="50%" />
  `;
  const error = label === undefined ? "" : html`
    <line class="error" x1="${placeOf(label, range)}" x2="${placeOf(
      prediction,
      range,
    )}" y1="50%" y2="50%" />
  `;
  const dot = label === undefined ? "" : html`
    <circle class="observed" cx="${placeOf(label, range)}" cy="50%" r="4.5" />
  `;
  // A diamond needs a place of its own, since shares of the width stand in no path.
  const diamond = html`
    <svg x="${placeOf(prediction, range)}" y="50%">
      <path class="predicted" d="M0-5.5 5.5 0 0 5.5-5.5 0z" />
    </svg>
  `;
  return html`<svg class="cell" aria-hidden="true">${line}${error}${dot}${diamond}</svg>`;
}

/** Takes the spaces between elements away, of which long tables have many. */
export function compact({ text }: Html): string {
  return text.replace(/>\s+</g, "><").trim();
}
