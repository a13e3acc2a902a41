/** What pointers, the wheel, keys and buttons do to the tracks of a page. All of it runs in pages. */

import { findElement, moveCursor, moveToDomain, showDomain, type Stage } from "./stage.ts";
import { zoomDomain } from "./window.ts";
import type {
  CancelFrame,
  KeyboardEvent,
  MouseEvent,
  PageDocument,
  PointerEvent,
  ResizeObserverClass,
  WheelEvent,
} from "./dom.ts";

declare const document: PageDocument;
declare const cancelAnimationFrame: CancelFrame;
declare const ResizeObserver: ResizeObserverClass;

/** A gesture that has started over the tracks. */
export interface Gesture {
  /** Fingers on the tracks, with their places from the left edge, 0, to the right one, 1. */
  readonly fingers: Map<number, number>;
  /** Where the mouse was pressed. */
  pressed: number | undefined;
  /** Whether it moves the tracks rather than choosing a part. */
  isPan: boolean;
}

/** The place of a pointer from the left edge of the tracks, 0, to the right one, 1. */
export function shareOf(stage: Stage, event: MouseEvent): number {
  const { left, width } = stage.layer.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - left) / width));
}

/** The bins from the left edge of the window at a share of what is shown. */
export function placeAt({ domain: { start, end } }: Stage, share: number): number {
  return start + share * (end - start);
}

/** Zooms by a factor around a place; around the bin that is read out, or the middle, by default. */
export function zoomBy(stage: Stage, factor: number, anchor?: number): void {
  const { start, end } = stage.domain;
  const { cursor } = stage;
  const isSeen = cursor !== undefined && cursor >= start && cursor < end;
  const middle = isSeen ? cursor + 0.5 : (start + end) / 2;
  moveToDomain(stage, zoomDomain(stage.domain, { factor, anchor: anchor ?? middle }));
}

/** Moves what is shown by a share of its width. */
export function panBy(stage: Stage, share: number): void {
  const { start, end } = stage.domain;
  const by = share * (end - start);
  showDomain(stage, { start: start + by, end: end + by });
}

/** Makes the wheel zoom where it cannot be meant for the page: with Ctrl, as a pinch on a touch pad has, or after a click. */
export function listenToWheel(stage: Stage): void {
  stage.layer.addEventListener("wheel", (event: WheelEvent) => {
    const isMeant = event.ctrlKey || event.metaKey || document.activeElement === stage.layer;
    const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const { start, end } = stage.domain;
    const isWhole = end - start >= stage.window.bins;
    if (isAcross && !isWhole) {
      event.preventDefault();
      return panBy(stage, event.deltaX / stage.layer.clientWidth);
    }
    findElement(stage.root, ".hint").classList.toggle("wanted", !isMeant && event.deltaY < 0);
    if (!isMeant || isWhole && event.deltaY > 0 && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === 0 ? event.deltaY : event.deltaY * 16;
    const factor = Math.exp(Math.min(200, Math.max(-200, pixels)) / 300);
    const anchor = placeAt(stage, shareOf(stage, event));
    cancelAnimationFrame(stage.frame);
    showDomain(stage, zoomDomain(stage.domain, { factor, anchor }));
  }, { passive: false });
}

/** Makes two fingers zoom and move: the places under them stay under them. */
export function pinch(stage: Stage, { fingers }: Gesture, moved: {
  readonly finger: number;
  readonly share: number;
}): void {
  const before = [...fingers.values()].map((share) => placeAt(stage, share));
  fingers.set(moved.finger, moved.share);
  const after = [...fingers.values()];
  const apart = after[1]! - after[0]!;
  if (Math.abs(apart) < 0.02) return;
  const width = (before[1]! - before[0]!) / apart;
  if (!(width > 0)) return;
  const start = before[0]! - after[0]! * width;
  showDomain(stage, { start, end: start + width });
}

/** Marks the part that a drag would show. */
export function showBrush(stage: Stage, one: number, other: number): void {
  const brush = findElement(stage.root, ".brush");
  brush.hidden = one === other;
  brush.style.left = 100 * Math.min(one, other) + "%";
  brush.style.width = 100 * Math.abs(one - other) + "%";
}

/** Starts what a pressed pointer does. */
export function press(stage: Stage, gesture: Gesture, event: PointerEvent): void {
  const share = shareOf(stage, event);
  if (event.pointerType === "touch") {
    gesture.fingers.set(event.pointerId, share);
    return moveCursor(stage, Math.floor(placeAt(stage, share)));
  }
  if (event.button !== 0) return;
  cancelAnimationFrame(stage.frame);
  stage.layer.setPointerCapture(event.pointerId);
  gesture.pressed = share;
  gesture.isPan = event.shiftKey;
}

/** Follows a pointer: a pinch, a drag, or only a bin to read out. */
export function follow(stage: Stage, gesture: Gesture, event: PointerEvent): void {
  const share = shareOf(stage, event);
  if (gesture.fingers.has(event.pointerId)) {
    if (gesture.fingers.size > 1) {
      return pinch(stage, gesture, { finger: event.pointerId, share });
    }
    gesture.fingers.set(event.pointerId, share);
  }
  if (gesture.pressed !== undefined && gesture.isPan) {
    panBy(stage, gesture.pressed - share);
    gesture.pressed = share;
  } else if (gesture.pressed !== undefined) {
    showBrush(stage, gesture.pressed, share);
  }
  moveCursor(stage, Math.floor(placeAt(stage, share)));
}

/** Ends a gesture; a drag of some pixels shows the part that it chose. */
export function release(stage: Stage, gesture: Gesture, event: PointerEvent): void {
  gesture.fingers.delete(event.pointerId);
  const { pressed, isPan } = gesture;
  gesture.pressed = undefined;
  showBrush(stage, 0, 0);
  if (pressed === undefined || isPan || event.type === "pointercancel") return;
  const share = shareOf(stage, event);
  if (Math.abs(share - pressed) * stage.layer.clientWidth < 6) return;
  const [start, end] = [Math.min(pressed, share), Math.max(pressed, share)];
  moveToDomain(stage, { start: placeAt(stage, start), end: placeAt(stage, end) });
}

/** Makes pointers read bins out and choose a part of the window. */
export function listenToPointers(stage: Stage): void {
  const gesture: Gesture = { fingers: new Map(), pressed: undefined, isPan: false };
  const { layer } = stage;
  layer.addEventListener("pointerdown", (event: PointerEvent) => press(stage, gesture, event));
  layer.addEventListener("pointermove", (event: PointerEvent) => follow(stage, gesture, event));
  layer.addEventListener("pointerup", (event: PointerEvent) => release(stage, gesture, event));
  layer.addEventListener("pointercancel", (event: PointerEvent) => release(stage, gesture, event));
  layer.addEventListener("pointerleave", (event: PointerEvent) => {
    const isUsed = gesture.pressed !== undefined || document.activeElement === layer;
    if (event.pointerType === "mouse" && !isUsed) moveCursor(stage, undefined);
  });
  layer.addEventListener("dblclick", () => showWhole(stage));
  layer.addEventListener("blur", () => moveCursor(stage, undefined));
}

/** Shows the whole window. */
export function showWhole(stage: Stage): void {
  moveToDomain(stage, { start: 0, end: stage.window.bins });
}

/** Moves the bin that is read out, and what is shown if it would be out of sight. */
export function stepCursor(stage: Stage, by: number): void {
  const { start, end } = stage.domain;
  const from = stage.cursor ?? Math.floor((start + end) / 2) - Math.sign(by);
  moveCursor(stage, from + by);
  const bin = stage.cursor ?? 0;
  const width = end - start;
  if (bin < start) showDomain(stage, { start: bin, end: bin + width });
  if (bin + 1 > end) showDomain(stage, { start: bin + 1 - width, end: bin + 1 });
}

/** Does what a key means; false if it means nothing. */
export function obeyKey(stage: Stage, { key, shiftKey }: KeyboardEvent): boolean {
  const { bins } = stage.window;
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const by = key === "ArrowLeft" ? -1 : 1;
    if (shiftKey) panBy(stage, by / 10);
    else stepCursor(stage, by);
  } else if (key === "PageUp" || key === "PageDown") stepCursor(stage, key === "PageUp" ? -10 : 10);
  else if (key === "Home") stepCursor(stage, -bins);
  else if (key === "End") stepCursor(stage, bins);
  else if (key === "+" || key === "=") zoomBy(stage, 0.5);
  else if (key === "-" || key === "_") zoomBy(stage, 2);
  else if (key === "0") showWhole(stage);
  else if (key === "Escape") {
    showWhole(stage);
    moveCursor(stage, undefined);
  } else return false;
  return true;
}

/** Makes keys and buttons move and zoom, and fits the axes to the width of the page. */
export function listenToKeysAndButtons(stage: Stage): void {
  stage.layer.addEventListener("keydown", (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (obeyKey(stage, event)) event.preventDefault();
  });
  const onClick = (selector: string, action: () => void) =>
    findElement(stage.root, selector).addEventListener("click", action);
  onClick(".zoom-in", () => zoomBy(stage, 0.5));
  onClick(".zoom-out", () => zoomBy(stage, 2));
  onClick(".whole", () => showWhole(stage));
  new ResizeObserver(() => showDomain(stage, stage.domain)).observe(stage.layer);
}

/** Makes the tracks of a page respond. */
export function listenToAll(stage: Stage): void {
  listenToWheel(stage);
  listenToPointers(stage);
  listenToKeysAndButtons(stage);
  document.documentElement.classList.add("alive");
}
