/** The tracks of a page before a script makes them respond: they show the whole window without one. */

import { type Html, html, trustHtml } from "./_html.ts";
import { type AxisTick, distanceTicks, genomeTicks, type ViewWindow } from "./viewer/window.ts";

/** A lane of a track: shapes over the bins, in one scale. */
export interface LaneMarkup {
  /** Class of the lane. */
  readonly kind: "attribution" | "measured";
  /** Paths by class, in the order in which they are drawn. */
  readonly paths: readonly (readonly [className: string, path: string])[];
  /** Further shapes. */
  readonly more?: Html | undefined;
  /** What stands at the upper edge. */
  readonly high: string;
  /** What stands at the lower edge. */
  readonly low: string;
}

/** A track: a name, a read-out and lanes. */
export interface TrackMarkup {
  /** Number by which the page's script knows it; `undefined` of DNA. */
  readonly track: number | undefined;
  /** Its name. */
  readonly name: string;
  /** What is read out of the whole window. */
  readonly value: string;
  /** Alternative text of the lanes. */
  readonly alt: string;
  /** Its lanes, from top to bottom. */
  readonly lanes: readonly LaneMarkup[];
}

/** A shape and what it means. */
export interface KeyEntry {
  /** Class of the shape. */
  readonly kind: string;
  /** What it means. */
  readonly text: string;
  /** Whether a button says the same, where a script shows buttons. */
  readonly isOnButton?: boolean;
}

/** What a stage shows. */
export interface StageMarkup {
  /** Where the bins lie. */
  readonly window: ViewWindow;
  /** Name of the tracks, for screen readers. */
  readonly label: string;
  /** What the read-out says where no bin is chosen. */
  readonly place: string;
  /** Further controls, beside the buttons. */
  readonly controls: Html;
  /** Whether the gene is known to run from left to right. */
  readonly hasArrow: boolean;
  /** What the shapes mean. */
  readonly key: readonly KeyEntry[];
  /** The tracks, from top to bottom. */
  readonly tracks: readonly TrackMarkup[];
}

/** Ticks of an axis without a script, which could count the page's width. */
const TICKS = 5;

const HINT = "Drag across the tracks to zoom in, double-click to see the whole window. The wheel " +
  "zooms after a click on the tracks, or with Ctrl; dragging with Shift moves them. Keys: ← → read " +
  "the bins, + − zoom, Shift ← → move, 0 shows the whole window. On a touch screen, one finger " +
  "reads the bins and two fingers zoom.";

/** Renders the tracks with their controls. */
export function renderStage(stage: StageMarkup): Html {
  const { window, place, controls, key, tracks } = stage;
  const whole = { start: 0, end: window.bins, most: TICKS };
  const coordinates = genomeTicks(window, whole);
  return html`
    <div class="viewer">
      <div class="toolbar">${controls}${ZOOM_BUTTONS}</div>
      ${renderKey(key)}
      <p class="line"><output class="place" data-whole="${place}">${place}</output>
        <span class="shown"></span></p>
      <div class="stage">
        ${renderAxis("distances", distanceTicks(window, whole))}
        ${tracks.map((track) => renderTrack(track, window))}
        ${window.genome === null ? "" : renderAxis("coordinates", coordinates)}
        ${renderOver(stage)}
      </div>
      <p class="hint">${HINT}</p>
    </div>
  `;
}

const ZOOM_BUTTONS = html`
  <div class="buttons" role="group" aria-label="Zoom">
    <button type="button" class="zoom-out" aria-label="Zoom out">−</button>
    <button type="button" class="zoom-in" aria-label="Zoom in">+</button>
    <button type="button" class="whole">Whole window</button>
  </div>
`;

/** What lies over the tracks: the line of the TSS, the bin that is read out, and what takes pointers and keys. */
function renderOver({ window, label, hasArrow }: StageMarkup): Html {
  const { bins, binBp, startBp } = window;
  const centre = 100 * -startBp / (bins * binBp);
  return html`
    <div class="over">
      <div class="${hasArrow ? "centre arrow" : "centre"}" style="left: ${centre}%"></div>
      <div class="cursor" hidden></div>
      <div class="brush" hidden></div>
      <div class="layer" role="slider" tabindex="0" aria-label="${label}" aria-valuemin="1"
        aria-valuemax="${bins}" aria-valuenow="${(bins >> 1) + 1}"
        aria-valuetext="the whole window"></div>
    </div>
  `;
}

/** Shapes of the key in a square of 14; others are squares. */
const KEY_SHAPES: Readonly<Record<string, string>> = {
  dashes: "M1 7h12",
  whiskers: "M7 1v12",
};

/** A piece of a line. */
export function lineSample(kind: string): Html {
  const path = html`
    <path class="${kind}" d="M0 4H28" />
  `;
  return html`<svg class="sample" viewBox="0 0 28 8" aria-hidden="true">${path}</svg>`;
}

function renderKey(key: readonly KeyEntry[]): Html {
  const entries = key.map(({ kind, text, isOnButton }) => {
    const path = html`
      <path class="${kind}" d="${KEY_SHAPES[kind] ?? "M1 1h12v12H1z"}" />
    `;
    const shape = kind.startsWith("line")
      ? lineSample(kind)
      : html`<svg viewBox="0 0 14 14" aria-hidden="true">${path}</svg>`;
    return html`<li class="${isOnButton ? "on-button" : ""}">${shape}${text}</li>`;
  });
  return html`<ul class="key">${entries}</ul>`;
}

function renderAxis(kind: string, ticks: readonly AxisTick[]): Html {
  const labels = ticks.map(({ share, text }) => {
    const place = share < 0.04 ? "first" : share > 0.96 ? "last" : "";
    return html`<span class="${place}" style="left: ${100 * share}%">${text}</span>`;
  });
  return html`<div class="axis ${kind}" aria-hidden="true">${labels}</div>`;
}

function renderTrack({ track, name, value, alt, lanes }: TrackMarkup, { bins }: ViewWindow): Html {
  return html`
    <div class="${track === undefined ? "track dna" : "track"}" data-track="${track ??
      ""}" role="img" aria-label="${alt}">
      <p class="head"><span class="name">${name}</span> <span class="value">${value}</span></p>
      ${lanes.map((lane) => renderLane(lane, bins))}
    </div>
  `;
}

function renderLane({ kind, paths, more = html``, high, low }: LaneMarkup, bins: number): Html {
  const shapes = paths.map(([className, path]) => `<path class="${className}" d="${path}"/>`);
  const box = `viewBox="0 0 ${bins} 100" preserveAspectRatio="none" aria-hidden="true"`;
  return html`
    <div class="lane ${kind}">
      <span class="high">${high}</span><span class="low">${low}</span>
      ${trustHtml(`<svg ${box}>${shapes.join("")}${more.text}</svg>`)}
    </div>
  `;
}
