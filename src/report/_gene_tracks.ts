/** The tracks of a gene's page. */

import type { GeneWindow } from "./_gene_window.ts";
import { arrangeLetters, layOutSequence, letterShapes } from "./_gene_sequence.ts";
import { type Html, html } from "./_html.ts";
import { type KeyEntry, type LaneMarkup, renderStage, type TrackMarkup } from "./_stage_markup.ts";
import { signalUnit } from "./signal_unit.ts";
import { DEFAULT_ALPHA, explainValues } from "./_method_words.ts";
import type { GeneInCellType, GenePageInput } from "./gene_page_input.ts";
import { decodeRounded, encodeFloats, encodeRounded } from "./viewer/floats.ts";
import {
  attributionPaths,
  attributionRange,
  describeTrack,
  type EncodedTracks,
  type GeneViewData,
  signalPaths,
  type TrackValues,
  valuesOfTrack,
} from "./viewer/gene_values.ts";
import { formatEnd, formatSignedEnd } from "./viewer/numbers.ts";
import { type LaneRange, placeInLane, rangeWithZero } from "./viewer/paths.ts";
import { describeLetters, letterPaths } from "./viewer/sequence_values.ts";
import { describeGenomeSpan, describeSpan, type ViewWindow } from "./viewer/window.ts";

/** The track of the sum of all marks. */
const ALL_MARKS = -1;

/** Puts a cell type's values in the order of the page, `[mark, bin]`. */
export function arrangeTracks(
  { signal, attributions, standardDeviations, qValues }: GeneInCellType,
  { window: { bins }, isTurned }: Pick<GeneWindow, "window" | "isTurned">,
): TrackValues {
  const marks = signal.length / bins;
  const arrange = (values: ArrayLike<number> | undefined) =>
    values && Float32Array.from({ length: signal.length }, (_, place) => {
      const bin = place % bins;
      return values[(isTurned ? bins - 1 - bin : bin) * marks + Math.floor(place / bins)]!;
    });
  return {
    signal: arrange(signal),
    attributions: arrange(attributions),
    deviations: arrange(standardDeviations),
    qValues: arrange(qValues),
  };
}

/** What the page's script needs to draw all cell types. */
export function geneViewData(input: GenePageInput, layout: GeneWindow): GeneViewData {
  const { cellTypes, record, method } = input;
  const sequence = layOutSequence(input, layout);
  return {
    window: layout.window,
    sequence: sequence?.place ?? null,
    marks: record.marks.length,
    alpha: method.alpha ?? DEFAULT_ALPHA,
    cellTypes: cellTypes.map((cellType) => ({
      ...encodeTracks(arrangeTracks(cellType, layout)),
      letters: sequence && cellType.letterAttributions
        ? encodeRounded(arrangeLetters(input, { cellType, layout: sequence }))
        : null,
    })),
  };
}

function encodeTracks(
  { signal = new Float32Array(), ...others }: TrackValues,
): Omit<EncodedTracks, "letters"> {
  const encode = (values: Float32Array | undefined) =>
    values === undefined ? null : encodeFloats(values);
  return {
    signal: encodeFloats(signal),
    attributions: encode(others.attributions),
    deviations: encode(others.deviations),
    qValues: encode(others.qValues),
  };
}

/** Renders the tracks, of the cell type that is shown first. */
export function renderGeneTracks(input: GenePageInput, layout: GeneWindow): Html {
  const { record, cellTypes, firstShown = 0, bins, method } = input;
  const { window } = layout;
  const tracks = arrangeTracks(cellTypes[firstShown]!, layout);
  const common = attributionRange(tracks);
  const alpha = method.alpha ?? DEFAULT_ALPHA;
  const hasSum = tracks.attributions !== undefined && record.marks.length > 1;
  return renderStage({
    window,
    label: "Bin around the " + window.centre,
    place: describePlace(window),
    controls: sameScale(input),
    key: keyOf(input),
    hasArrow: layout.isInGeneDirection && record.tss !== "bed",
    tracks: [
      ...(hasSum ? [ALL_MARKS] : []).concat([...record.marks.keys()]).map((track) => {
        const values = valuesOfTrack(tracks, { track, bins });
        const range = track === ALL_MARKS ? attributionRange(values) : common;
        return trackOf(values, { track, input, range, alpha });
      }),
      ...dnaTrack(input, layout),
    ],
  });
}

function describePlace(window: ViewWindow): string {
  const whole = { start: 0, end: window.bins };
  const genome = describeGenomeSpan(window, whole);
  return describeSpan(window, whole) + (genome === "" ? "" : ` · ${genome}`);
}

function trackOf(values: TrackValues, { track, input: { record }, range, alpha }: {
  readonly track: number;
  readonly input: GenePageInput;
  readonly range: LaneRange;
  readonly alpha: number;
}): TrackMarkup {
  const name = track === ALL_MARKS ? "All marks together" : record.marks[track]!;
  const lanes: LaneMarkup[] = [];
  if (values.attributions !== undefined) {
    const paths = attributionPaths(values, { range, alpha });
    const low = range.low < 0 ? formatSignedEnd(range.low) : "";
    lanes.push({ kind: "attribution", paths, high: formatSignedEnd(range.high), low });
  }
  if (values.signal !== undefined) {
    const own = rangeWithZero(values.signal);
    const low = own.low < 0 ? formatEnd(own.low) : "";
    const paths = signalPaths(values, { range: own });
    lanes.push({ kind: "measured", paths, high: formatEnd(own.high), low });
  }
  const shown = lanes.map(({ kind }) => kind === "measured" ? "signal" : "attributions");
  return {
    track,
    name,
    value: describeTrack(values, undefined),
    alt: `${name}: ${shown.join(" and ")} by bin. The table of numbers has the same values.`,
    lanes,
  };
}

/** The track of DNA, if there is one. */
function dnaTrack(input: GenePageInput, layout: GeneWindow): TrackMarkup[] {
  const sequence = layOutSequence(input, layout);
  const shown = input.cellTypes[input.firstShown ?? 0]!;
  if (sequence === undefined || shown.letterAttributions === undefined) return [];
  // What the page's script reads, so that both draw the same.
  const values = decodeRounded(
    encodeRounded(arrangeLetters(input, { cellType: shown, layout: sequence })),
  );
  const { place } = sequence;
  const { window } = layout;
  const range = rangeWithZero(values);
  const domain = { start: 0, end: window.bins };
  const { up, down } = letterPaths(values, { place, window, domain, range });
  const lane: LaneMarkup = {
    kind: "attribution",
    paths: [["up", up], ["down", down], ["zero", `M0 ${placeInLane(0, range)}H${window.bins}`]],
    more: letterShapes(),
    high: formatSignedEnd(range.high),
    low: range.low < 0 ? formatSignedEnd(range.low) : "",
  };
  const value = describeLetters(values, { place, window, bin: undefined });
  const alt = "DNA: attributions of its letters by place.";
  return [{ track: undefined, name: "DNA", value, alt, lanes: [lane] }];
}

function sameScale({ cellTypes }: GenePageInput): Html {
  if (cellTypes.length === 1) return html``;
  return html`
    <label class="check"><input type="checkbox" id="same-scale"> Same scale in all cell types</label>
  `;
}

/** What the shapes mean. */
function keyOf({ cellTypes, method, record }: GenePageInput): KeyEntry[] {
  const { attributions, standardDeviations, qValues } = cellTypes[0]!;
  const alpha = method.alpha ?? DEFAULT_ALPHA;
  const entries: (KeyEntry | false)[] = [
    attributions !== undefined && { kind: "up", text: "raises the prediction" },
    attributions !== undefined && { kind: "down", text: "lowers it" },
    qValues !== undefined && { kind: "dashes", text: `q ≤ ${alpha}; other bins are pale` },
    standardDeviations !== undefined &&
    { kind: "whiskers", text: `± a standard deviation over ${method.models} models` },
    { kind: "signal", text: `signal: ${signalUnit(record).toLowerCase()} in a bin, as counted` },
  ];
  return entries.filter((entry) => entry !== false);
}

/** Says how to read the tracks. */
export function explainTracks(
  { cellTypes, letters, method }: GenePageInput,
  { isInGeneDirection, isTurned }: GeneWindow,
): Html {
  const direction = isInGeneDirection
    ? "The gene runs from left to right." +
      (isTurned
        ? " The bins of this gene are turned around for that, since the data have them by coordinate."
        : "")
    : "Bins run by coordinate; the gene's strand is not known.";
  const unexplained = method.method === "mutagenesis"
    ? "This method changes the DNA and leaves the marks as they are: their signal is shown alone."
    : "The model reads no marks: their signal is shown alone.";
  const marks = cellTypes[0]!.attributions === undefined
    ? unexplained
    : explainValues(method, "bar") +
      " Attributions of all marks have the same scale, their sum has its own, and the signal of each mark has its own.";
  const hasLetters = letters !== undefined && cellTypes.some((one) => one.letterAttributions);
  const dna = hasLetters ? " Letters of DNA show when no more than 150 bases are in sight." : "";
  return html`<p class="note">${marks} ${direction}${dna}</p>`;
}
