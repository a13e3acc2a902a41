/** The tracks of a page that is open in a browser: which part is shown, and which bin is read out. All of it runs in pages. */

import {
  type AxisTick,
  clampDomain,
  describeGenomeSpan,
  describeSpan,
  distanceTicks,
  genomeTicks,
  type ViewDomain,
  type ViewWindow,
} from "./window.ts";
import type {
  CancelFrame,
  HTMLElement,
  PageDocument,
  PageMatchMedia,
  ParentNode,
  RequestFrame,
} from "./dom.ts";

declare const document: PageDocument;
declare const matchMedia: PageMatchMedia;
declare const requestAnimationFrame: RequestFrame;
declare const cancelAnimationFrame: CancelFrame;

/** Tracks one above the other, with a common axis. */
export interface Stage {
  /** The element that holds all of it. */
  readonly root: HTMLElement;
  /** The element over the tracks that takes pointers and keys. */
  readonly layer: HTMLElement;
  /** Where the bins lie. */
  readonly window: ViewWindow;
  /** Shows the values of a bin, or those of the whole window, and says them in words. */
  readonly readOut: (bin: number | undefined) => string;
  /** Draws what depends on the part that is shown. */
  readonly onDomain: () => void;
  /** The part that is shown. */
  domain: ViewDomain;
  /** The bin that is read out. */
  cursor: number | undefined;
  /** The frame of a change of the domain that is being animated, or 0. */
  frame: number;
}

/** Finds an element that a page is sure to have. */
export function findElement(root: ParentNode, selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error("Cannot find " + selector + " in the page");
  return found;
}

/** Reads the data that a page holds. */
export function readPageData(): unknown {
  return JSON.parse(findElement(document, "#page-data").textContent ?? "");
}

/** Makes the stage of a page. */
export function makeStage(
  viewWindow: ViewWindow,
  { readOut, onDomain }: Pick<Stage, "readOut" | "onDomain">,
): Stage {
  const root = findElement(document, ".viewer");
  return {
    root,
    layer: findElement(root, ".layer"),
    window: viewWindow,
    readOut,
    onDomain,
    domain: { start: 0, end: viewWindow.bins },
    cursor: undefined,
    frame: 0,
  };
}

/** Shows a part of the window. */
export function showDomain(stage: Stage, wanted: ViewDomain): void {
  stage.domain = clampDomain(wanted, stage.window);
  const { start, end } = stage.domain;
  const { bins, leastBins, binBp, startBp } = stage.window;
  for (const svg of stage.root.querySelectorAll(".lane svg")) {
    svg.setAttribute("viewBox", start + " 0 " + (end - start) + " 100");
  }
  const most = Math.max(4, Math.floor(stage.layer.clientWidth / 80));
  showTicks(stage, ".distances", distanceTicks(stage.window, { start, end, most }));
  showTicks(
    stage,
    ".coordinates",
    genomeTicks(stage.window, { start, end, most: Math.max(3, most * 0.7) }),
  );
  const centre = (-startBp / binBp - start) / (end - start);
  const line = findElement(stage.root, ".centre");
  line.hidden = centre < 0 || centre > 1;
  line.style.left = 100 * centre + "%";
  const isWhole = end - start >= bins;
  for (const selector of [".zoom-out", ".whole"]) disable(stage.root, selector, isWhole);
  disable(stage.root, ".zoom-in", end - start <= leastBins);
  findElement(stage.root, ".shown").textContent = isWhole
    ? ""
    : "Shown: " + describeSpan(stage.window, stage.domain);
  placeCursor(stage);
  stage.onDomain();
}

/** Switches a button off or on; one that is focused must not be switched off, or the focus would be lost. */
export function disable(root: HTMLElement, selector: string, isOff: boolean): void {
  findElement(root, selector).setAttribute("aria-disabled", String(isOff));
}

/** Moves to a part of the window within a fifth of a second, or immediately where people want no motion. */
export function moveToDomain(stage: Stage, wanted: ViewDomain): void {
  cancelAnimationFrame(stage.frame);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return showDomain(stage, wanted);
  const from = stage.domain;
  const to = clampDomain(wanted, stage.window);
  const startMs = performance.now();
  const step = (nowMs: number) => {
    const done = Math.min(1, Math.max(0, (nowMs - startMs) / 200));
    const share = 1 - (1 - done) ** 3;
    showDomain(stage, {
      start: from.start + (to.start - from.start) * share,
      end: from.end + (to.end - from.end) * share,
    });
    if (done < 1) stage.frame = requestAnimationFrame(step);
  };
  stage.frame = requestAnimationFrame(step);
}

/** Writes the labels of an axis. */
export function showTicks(stage: Stage, selector: string, ticks: readonly AxisTick[]): void {
  const axis = stage.root.querySelector(selector);
  if (axis === null) return;
  const width = axis.clientWidth;
  axis.replaceChildren(...ticks.map(({ share, text }) => {
    const tick = document.createElement("span");
    tick.textContent = text;
    tick.style.left = 100 * share + "%";
    // A character is some 8 px wide; on a narrow screen half a label is a tenth of the axis, which would cut it off.
    const half = 4 * text.length / width;
    if (share < half) tick.className = "first";
    if (share > 1 - half) tick.className = "last";
    return tick;
  }));
}

/** Reads a bin out, or the whole window. */
export function moveCursor(stage: Stage, bin: number | undefined): void {
  if (bin !== undefined) bin = Math.min(stage.window.bins - 1, Math.max(0, bin));
  stage.cursor = bin;
  placeCursor(stage);
  const words = stage.readOut(bin);
  const place = findElement(stage.root, ".place");
  if (bin === undefined) {
    place.textContent = place.dataset["whole"] ?? "";
    stage.layer.setAttribute("aria-valuetext", "the whole window");
    return;
  }
  const span = { start: bin, end: bin + 1 };
  const distance = describeSpan(stage.window, span);
  const genome = describeGenomeSpan(stage.window, span);
  place.textContent = distance + (genome === "" ? "" : " · " + genome);
  stage.layer.setAttribute("aria-valuenow", String(bin + 1));
  stage.layer.setAttribute("aria-valuetext", distance + ": " + words);
}

/** Puts the mark of the bin that is read out where it belongs. */
export function placeCursor({ root, cursor, domain: { start, end } }: Stage): void {
  const mark = findElement(root, ".cursor");
  mark.hidden = cursor === undefined || cursor + 1 <= start || cursor >= end;
  if (cursor === undefined || mark.hidden) return;
  const left = Math.max(0, (cursor - start) / (end - start));
  const right = Math.min(1, (cursor + 1 - start) / (end - start));
  mark.style.left = 100 * left + "%";
  mark.style.width = 100 * (right - left) + "%";
}
