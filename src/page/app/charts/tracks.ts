/** Signal and attributions of a gene, a track for each mark, with one place that is read in all of them. */

import type { Explanation } from "../../protocol.ts";
import {
  areaPath,
  barsPath,
  joinRanges,
  type LaneRange,
  rangeWithZero,
} from "../../../report/viewer/paths.ts";
import { fill, make, makeSvg, setAttributes, setText } from "../dom.ts";
import { describePlace, formatEffect, formatKb, formatSigned, formatValue } from "../words.ts";

/** The tracks of a gene. */
export class Tracks {
  readonly element: HTMLElement;
  readonly #lanes = make("div.lanes");
  readonly #slider = make("input", [], { type: "range", id: "why-place", min: 0, step: 1 });
  readonly #place = make("output.place", [], { for: "why-place" });
  readonly #axis = make("p.lane-axis", [], { "aria-hidden": "true" });
  #tracks: readonly Track[] = [];
  #bins = 1;
  #binSizeBp: number | undefined;

  constructor() {
    this.element = make("div.tracks", [
      make("div.place-row", [
        make("label", ["Read the values at"], { for: "why-place" }),
        this.#slider,
        this.#place,
      ]),
      this.#lanes,
      this.#axis,
    ], { hidden: true });
    this.#slider.addEventListener("input", () => this.#read(Number(this.#slider.value)));
    this.#lanes.addEventListener("pointermove", (event) => this.#follow(event));
  }

  /** Shows the tracks of a gene, read at the middle. */
  show(explanation: Explanation): void {
    const { marks, signal, attributions, binSizeBp } = explanation;
    this.#bins = signal[0]?.length ?? 1;
    this.#binSizeBp = binSizeBp;
    const range = attributions.map((row) => rangeWithZero(row)).reduce(joinRanges);
    this.#tracks = marks.map((_, mark) => makeTrack(explanation, mark, range));
    this.#lanes.replaceChildren(...this.#tracks.map((track) => track.element));
    fill(this.#axis, axisWords(this.#bins, binSizeBp).map((text) => make("span", [text])));
    setAttributes(this.#slider, { max: this.#bins - 1 });
    this.element.hidden = false;
    this.#moveTo(Math.floor(this.#bins / 2));
  }

  /** Reads the bin that the pointer is over. */
  #follow({ target, clientX }: PointerEvent): void {
    const area = (target as Element).closest(".lane-plot")?.getBoundingClientRect();
    if (!area) return;
    const bin = Math.floor(this.#bins * (clientX - area.left) / area.width);
    this.#moveTo(Math.min(this.#bins - 1, Math.max(0, bin)));
  }

  #moveTo(bin: number): void {
    this.#slider.value = String(bin);
    this.#read(bin);
  }

  /** Says the values of a bin, in all tracks. */
  #read(bin: number): void {
    const where = describePlace(bin, { bins: this.#bins, binSizeBp: this.#binSizeBp });
    setText(this.#place, where);
    setAttributes(this.#slider, { "aria-valuetext": where });
    for (const track of this.#tracks) track.read(bin);
  }
}

/** What stands below the left end, the middle and the right end. */
function axisWords(bins: number, binSizeBp: number | undefined): readonly string[] {
  if (binSizeBp === undefined) return ["bin 1", "", `bin ${bins}`];
  const half = formatKb(bins * binSizeBp / 2);
  return [`−${half}`, "start", `+${half}`];
}

interface Track {
  readonly element: HTMLElement;
  readonly read: (bin: number) => void;
}

/** A mark: its attributions as bars from 0, and its signal below as an area. */
function makeTrack(explanation: Explanation, mark: number, range: LaneRange): Track {
  const { marks, totals } = explanation;
  const signal = explanation.signal[mark]!;
  const attributions = explanation.attributions[mark]!;
  const bins = signal.length;
  const cursor = () => makeSvg("path.cursor");
  const [above, below] = [cursor(), cursor()];
  const values = make("p.lane-values");
  const effect = totals[mark]!;
  const element = make("figure.lane", [
    make("figcaption", [
      make("span.lane-name", [marks[mark]!]),
      make("span.lane-total", [`${formatEffect(effect)} in all`], {
        "data-sign": effect < 0 ? "lower" : "raise",
      }),
      values,
    ]),
    make("div.lane-plot", [
      makeLane(bins, "attribution", [
        makeSvg("path.raise", [], {
          d: barsPath(attributions, { range, keep: (bin) => attributions[bin]! > 0 }),
        }),
        makeSvg("path.lower", [], {
          d: barsPath(attributions, { range, keep: (bin) => attributions[bin]! < 0 }),
        }),
        makeSvg("path.rule", [], { d: `M0 ${zeroOf(range)}H${bins}` }),
        above,
      ]),
      makeLane(bins, "signal", [
        makeSvg("path.area", [], { d: areaPath(signal, rangeWithZero(signal)) }),
        below,
      ]),
    ]),
    make("p.unseen", [describeTrack(explanation, mark)]),
  ]);
  return {
    element,
    read: (bin) => {
      for (const line of [above, below]) setAttributes(line, { d: `M${bin + 0.5} 0V100` });
      setText(
        values,
        `signal ${formatValue(signal[bin]!)}, adds ${formatSigned(attributions[bin]!)}`,
      );
    },
  };
}

function zeroOf({ low, high }: LaneRange): number {
  return high > low ? 100 * high / (high - low) : 100;
}

function makeLane(bins: number, kind: string, shapes: readonly SVGElement[]): SVGElement {
  return makeSvg("svg", shapes, {
    class: `lane-${kind}`,
    viewBox: `0 0 ${bins} 100`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
    focusable: "false",
  });
}

/** What the track shows, for those who do not see it. */
export function describeTrack(explanation: Explanation, mark: number): string {
  const { marks, totals, binSizeBp } = explanation;
  const attributions = explanation.attributions[mark]!;
  let strongest = 0;
  attributions.forEach((value, bin) => {
    if (Math.abs(value) > Math.abs(attributions[strongest]!)) strongest = bin;
  });
  const effect = totals[mark]!;
  const direction = effect < 0 ? "lowers" : "raises";
  if (effect === 0) return `${marks[mark]} does not change the prediction.`;
  return `${marks[mark]} ${direction} the prediction by ${
    formatValue(Math.abs(effect))
  }; its strongest bin, ${
    describePlace(strongest, { bins: attributions.length, binSizeBp })
  }, adds ${formatSigned(attributions[strongest]!)}.`;
}
