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
export interface Tracks {
  readonly element: HTMLElement;
  readonly show: (explanation: Explanation) => void;
}

/** Makes tracks. */
export function makeTracks(): Tracks {
  const lanes = make("div.lanes");
  const slider = make("input", [], {
    type: "range",
    id: "why-place",
    min: 0,
    step: 1,
  });
  const place = make("output.place", [], { for: "why-place" });
  const axis = make("p.lane-axis", [], { "aria-hidden": "true" });
  const element = make("div.tracks", [
    make("div.place-row", [
      make("label", ["Read the values at"], { for: "why-place" }),
      slider,
      place,
    ]),
    lanes,
    axis,
  ], { hidden: true });
  let shown: { readonly explanation: Explanation; readonly tracks: readonly Track[] } | undefined;
  const read = () => {
    if (!shown) return;
    const { explanation, tracks } = shown;
    const bins = explanation.signal[0]?.length ?? 1;
    const bin = Number(slider.value);
    const where = describePlace(bin, { bins, binSizeBp: explanation.binSizeBp });
    setText(place, where);
    setAttributes(slider, { "aria-valuetext": where });
    for (const track of tracks) track.read(bin);
  };
  slider.addEventListener("input", read);
  lanes.addEventListener("pointermove", (event) => {
    const area = (event.target as Element).closest(".lane-plot")?.getBoundingClientRect();
    if (!area || !shown) return;
    const bins = shown.explanation.signal[0]?.length ?? 1;
    const bin = Math.floor(bins * (event.clientX - area.left) / area.width);
    slider.value = String(Math.min(bins - 1, Math.max(0, bin)));
    read();
  });
  return {
    element,
    show: (explanation) => {
      element.hidden = false;
      const range = explanation.attributions.map((row) => rangeWithZero(row)).reduce(joinRanges);
      const tracks = explanation.marks.map((_, mark) => makeTrack(explanation, mark, range));
      shown = { explanation, tracks };
      lanes.replaceChildren(...tracks.map((track) => track.element));
      const bins = explanation.signal[0]?.length ?? 1;
      fill(axis, axisWords(bins, explanation.binSizeBp).map((text) => make("span", [text])));
      setAttributes(slider, { max: bins - 1 });
      slider.value = String(Math.floor(bins / 2));
      read();
    },
  };
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
