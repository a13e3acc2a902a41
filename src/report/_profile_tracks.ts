/** The tracks of the page over all genes. */

import { formatCountOf } from "../base/count.ts";
import { type GeneWindow, layOutGene } from "./_gene_window.ts";
import { type Html, html } from "./_html.ts";
import { renderNumbers } from "./_numbers_table.ts";
import {
  type KeyEntry,
  type LaneMarkup,
  lineSample,
  renderStage,
  type TrackMarkup,
} from "./_stage_markup.ts";
import type { AttributionsPageInput, ExpressionGroupProfile } from "./attributions_page_input.ts";
import { encodeFloats } from "./viewer/floats.ts";
import { formatEnd, formatSigned, formatSignedEnd, formatValue } from "./viewer/numbers.ts";
import {
  bandPath,
  joinRanges,
  type LaneRange,
  linePath,
  placeInLane,
  rangeWithZero,
} from "./viewer/paths.ts";
import {
  describeProfiles,
  type ProfileValues,
  type ProfileViewData,
} from "./viewer/profile_values.ts";
import { describeSpan } from "./viewer/window.ts";

/** Takes the values of one mark. */
function ofMark(
  values: ArrayLike<number>,
  { mark, marks, bins }: { readonly mark: number; readonly marks: number; readonly bins: number },
): Float32Array {
  return Float32Array.from({ length: bins }, (_, bin) => values[bin * marks + mark]!);
}

/** Where the bins of all genes lie. */
export function layOutGenes(input: AttributionsPageInput): GeneWindow {
  return layOutGene(input);
}

/** The values of a group in the order of the page, `[mark, bin]`. */
function arrangeGroup(
  { name, attributions, signal }: ExpressionGroupProfile,
  { record: { marks }, bins }: AttributionsPageInput,
): ProfileValues {
  const arrange = (values: ArrayLike<number>) =>
    Float32Array.from(
      { length: values.length },
      (_, place) => values[place % bins * marks.length + Math.floor(place / bins)]!,
    );
  return { name, means: arrange(attributions.mean), signal: arrange(signal) };
}

/** What the page's script reads. */
export function profileViewData(input: AttributionsPageInput): ProfileViewData {
  return {
    window: layOutGenes(input).window,
    groups: input.groups.map((group) => {
      const { name, means, signal } = arrangeGroup(group, input);
      return { name, means: encodeFloats(means), signal: encodeFloats(signal) };
    }),
  };
}

/** The range of everything that the lanes of attributions show. */
function attributionRange({ groups, nullBand }: AttributionsPageInput): LaneRange {
  return groups.flatMap(({ attributions: { mean, low, high } }) => [mean, low, high])
    .concat([nullBand?.low, nullBand?.high])
    .map((values = []) => rangeWithZero(values))
    .reduce(joinRanges);
}

/** Renders the tracks. */
export function renderProfiles(input: AttributionsPageInput): Html {
  const { groups, record } = input;
  const { window, isInGeneDirection } = layOutGenes(input);
  const arranged = groups.map((group) => arrangeGroup(group, input));
  const common = attributionRange(input);
  return renderStage({
    window,
    label: `Bin around the ${window.centre}`,
    place: describeSpan(window, { start: 0, end: window.bins }),
    controls: renderGroupButtons(input),
    hasArrow: isInGeneDirection && record.tss !== "bed",
    key: keyOf(input),
    tracks: record.marks.map((name, track): TrackMarkup => ({
      track,
      name,
      value: describeProfiles(arranged, { track, bin: undefined, bins: input.bins }),
      alt: `${name}: mean attributions and mean signal by bin, a line for each of ${
        groups.map((group) => group.name).join(", ")
      }. The table of numbers has the same values.`,
      lanes: [attributionLane(input, { mark: track, range: common }), signalLane(input, track)],
    })),
  });
}

function attributionLane(
  { groups, nullBand, record: { marks }, bins }: AttributionsPageInput,
  { mark, range }: { readonly mark: number; readonly range: LaneRange },
): LaneMarkup {
  const take = (values: ArrayLike<number>) => ofMark(values, { mark, marks: marks.length, bins });
  const band = (low: ArrayLike<number>, high: ArrayLike<number>) =>
    bandPath(take(low), { highs: take(high), range });
  return {
    kind: "attribution",
    paths: [
      ...(nullBand ? [["null", band(nullBand.low, nullBand.high)] as const] : []),
      ["zero", `M0 ${placeInLane(0, range)}H${bins}`],
      ...groups.flatMap(({ attributions: { low, high } }, place) =>
        low && high ? [[`band g${place}`, band(low, high)] as const] : []
      ),
      ...groups.map(({ attributions: { mean } }, place) =>
        [`line g${place}`, linePath(take(mean), range)] as const
      ),
    ],
    high: formatSignedEnd(range.high),
    low: range.low < 0 ? formatSignedEnd(range.low) : "",
  };
}

function signalLane(
  { groups, record: { marks }, bins }: AttributionsPageInput,
  mark: number,
): LaneMarkup {
  const values = groups.map(({ signal }) => ofMark(signal, { mark, marks: marks.length, bins }));
  const range = values.map(rangeWithZero).reduce(joinRanges);
  return {
    kind: "measured",
    paths: values.map((each, place) => [`line g${place}`, linePath(each, range)] as const),
    high: formatEnd(range.high),
    low: range.low < 0 ? formatEnd(range.low) : "",
  };
}

/** The groups' names, which show and hide their lines. */
function renderGroupButtons({ groups }: AttributionsPageInput): Html {
  const buttons = groups.map((group, place) =>
    html`<button type="button" data-group="${place}" aria-pressed="true">${
      lineSample(`line g${place}`)
    }${nameGroup(group)}</button>`
  );
  return html`<div class="groups" role="group" aria-label="Samples that are shown">${buttons}</div>`;
}

function nameGroup({ name, samples }: ExpressionGroupProfile): string {
  return `${name}: ${formatCountOf(samples, "sample")}`;
}

function keyOf({ groups, nullBand }: AttributionsPageInput): KeyEntry[] {
  const hasIntervals = groups.some(({ attributions: { low } }) => low !== undefined);
  const entries: (KeyEntry | false)[] = [
    ...groups.map((group, place) => ({
      kind: `line g${place}`,
      text: nameGroup(group),
      isOnButton: true,
    })),
    hasIntervals && { kind: "band g0", text: "interval of the mean" },
    nullBand !== undefined && { kind: "null", text: "band of the null" },
  ];
  return entries.filter((entry) => entry !== false);
}

/** The values of the tracks as a table. */
export function renderProfileNumbers(input: AttributionsPageInput): Html {
  const { groups, record: { marks }, bins } = input;
  const cells: string[] = [];
  for (let place = 0; place < bins * marks.length; place++) {
    for (const { attributions } of groups) cells.push(formatSigned(attributions.mean[place]!));
    for (const { signal } of groups) cells.push(formatValue(signal[place]!));
  }
  return renderNumbers({
    window: layOutGenes(input).window,
    marks,
    columns: [
      ...groups.map(({ name }) => `Attribution, ${name}`),
      ...groups.map(({ name }) => `Signal, ${name}`),
    ],
    cells,
    caption: html``,
  });
}
