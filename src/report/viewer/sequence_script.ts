/** The track of DNA of a gene's page: bars from afar, letters from near. All of it runs in pages. */

import { type LaneRange, placeInLane } from "./paths.ts";
import {
  basesInDomain,
  describeLetters,
  letterPaths,
  placeOfBase,
  type SequencePlace,
} from "./sequence_values.ts";
import { findElement, type Stage } from "./stage.ts";
import type { PageDocument, SVGElement } from "./dom.ts";

declare const document: PageDocument;

/** Draws the part of the DNA that is shown; up to 150 bases are letters. */
export function drawLetters(stage: Stage, { place, values, range }: {
  readonly place: SequencePlace;
  readonly values: Float32Array;
  readonly range: LaneRange;
}): void {
  const { window: viewWindow, domain } = stage;
  const lane = findElement(stage.root, ".track.dna .lane");
  const { from, to } = basesInDomain(place, { window: viewWindow, domain });
  const isNear = to - from <= 150;
  const { up, down } = isNear
    ? { up: "", down: "" }
    : letterPaths(values, { place, window: viewWindow, domain, range });
  lane.querySelector(".up")?.setAttribute("d", up);
  lane.querySelector(".down")?.setAttribute("d", down);
  const zero = placeInLane(0, range);
  const letters: SVGElement[] = [];
  for (let base = from; isNear && base < to; base++) {
    const letter = place.letters.charAt(base);
    const height = zero - placeInLane(values[base]!, range);
    if (letter === "N" || Number.isNaN(values[base]!) || height === 0) continue;
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", "#letter-" + letter);
    const left = placeOfBase(base, { place, window: viewWindow });
    // A glyph is 100 wide and high; one below the axis is upside down.
    const scale = "scale(" + 0.0096 / viewWindow.binBp + " " + height / 100 + ")";
    use.setAttribute("transform", "translate(" + left + " " + (zero - height) + ") " + scale);
    letters.push(use);
  }
  lane.querySelector(".letters")?.replaceChildren(...letters);
}

/** Writes what the letters of a bin add beside the track's name, and returns it. */
export function readLettersOut(stage: Stage, { place, values, bin }: {
  readonly place: SequencePlace;
  readonly values: Float32Array;
  readonly bin: number | undefined;
}): string {
  const text = describeLetters(values, { place, window: stage.window, bin });
  findElement(stage.root, ".track.dna .value").textContent = text;
  return "DNA " + text;
}
