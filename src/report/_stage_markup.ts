/** The tracks of a page before a script makes them respond: they show the whole window without one. */

import { type Html, html, trustHtml } from "./_html.ts";
import { type AxisTick, distanceTicks, genomeTicks, type ViewWindow } from "./viewer/window.ts";

/** A lane of a track: shapes over the bins, in one scale. */
export interface LaneMarkup {
  /** Class of the lane. */
  readonly kind: "attribution" | "measured";
  /** Paths by class, in the order in which they are drawn. */
  readonly paths: readonly (readonly [className: string, path: string])[];
  /** What stands at the upper edge. */
  readonly high: string;
  /** What stands at the lower edge. */
  readonly low: string;
}

/** A track: a name, a read-out and lanes. */
export interface TrackMarkup {
  /** Number by which the page's script knows it. */
  readonly track: number;
  /** Its name. */
  readonly name: string;
  /** What is read out of the whole window. */
  readonly value: string;
  /** Alternative text of the lanes. */
  readonly alt: string;
  /** Its lanes, from top to bottom. */
  readonly lanes: readonly LaneMarkup[];
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
  /** The tracks, from top to bottom. */
  readonly tracks: readonly TrackMarkup[];
}

/** Ticks of an axis without a script, which could count the page's width. */
const TICKS = 5;

/** Renders the tracks with their controls. */
export function renderStage(stage: StageMarkup): Html {
  const { window, label, place, controls, hasArrow, tracks } = stage;
  const whole = { start: 0, end: window.bins, most: TICKS };
  const centre = 100 * -window.startBp / (window.bins * window.binBp);
  return html`
    <div class="viewer">
      <div class="toolbar">${controls}<div class="buttons" role="group" aria-label="Zoom">
        <button type="button" class="zoom-out" aria-label="Zoom out">−</button>
        <button type="button" class="zoom-in" aria-label="Zoom in">+</button>
        <button type="button" class="whole">Whole window</button>
      </div></div>
      <p
        class="line"><output class="place" data-whole="${place}">${place}</output> <span class="shown"></span></p>
      <div class="stage">
        <div class="axis distances" aria-hidden="true">${renderTicks(
          distanceTicks(window, whole),
        )}</div>
        ${tracks.map((track) => renderTrack(track, window))}
        ${window.genome === null
          ? ""
          : html`<div class="axis coordinates" aria-hidden="true">${
            renderTicks(genomeTicks(window, whole))
          }</div>`}
        <div class="centre${hasArrow
          ? " arrow"
          : ""}" style="left: ${centre}%" aria-hidden="true"></div>
        <div class="cursor" hidden></div>
        <div class="brush" hidden></div>
        <div class="layer" role="slider" tabindex="0" aria-label="${label}" aria-valuemin="1"
          aria-valuemax="${window.bins}" aria-valuenow="${(window.bins >> 1) + 1}"
          aria-valuetext="the whole window"></div>
      </div>
      <p
        class="hint">Drag across the tracks to zoom in, double-click to see the whole window. The wheel zooms after a click on the tracks, or with Ctrl; Shift and drag moves them. Keys: ← → read the bins, + − zoom, Shift ← → move, 0 the whole window. On a touch screen, one finger reads the bins and two fingers zoom.</p>
    </div>
  `;
}

function renderTicks(ticks: readonly AxisTick[]): Html[] {
  return ticks.map(({ share, text }) => {
    const place = share < 0.04 ? "first" : share > 0.96 ? "last" : "";
    return html`<span class="${place}" style="left: ${100 * share}%">${text}</span>`;
  });
}

function renderTrack({ track, name, value, alt, lanes }: TrackMarkup, { bins }: ViewWindow): Html {
  return html`
    <div class="track" data-track="${track}" role="img" aria-label="${alt}">
      <p class="head"><span class="name">${name}</span> <span class="value">${value}</span></p>
      ${lanes.map((lane) => renderLane(lane, bins))}
    </div>
  `;
}

function renderLane({ kind, paths, high, low }: LaneMarkup, bins: number): Html {
  const shapes = paths.map(([className, path]) => `<path class="${className}" d="${path}"/>`);
  return html`
    <div class="lane ${kind}">
      <span class="high">${high}</span><span class="low">${low}</span>
      <svg viewBox="0 0 ${bins} 100" preserveAspectRatio="none" aria-hidden="true">${trustHtml(
        shapes.join(""),
      )}</svg>
    </div>
  `;
}
