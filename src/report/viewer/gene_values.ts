/** The values of a gene's tracks and their shapes, made the same by the package and by a script in a page. */

import { decodeFloats, type RoundedValues } from "./floats.ts";
import { formatQValue, formatSigned, formatValue } from "./numbers.ts";
import {
  areaPath,
  barsPath,
  dashesPath,
  type LaneRange,
  placeInLane,
  rangeWithZero,
  whiskersPath,
} from "./paths.ts";
import type { SequencePlace } from "./sequence_values.ts";
import type { ViewWindow } from "./window.ts";

/** What a gene's page holds for its script. */
export interface GeneViewData {
  /** Where the bins lie. */
  readonly window: ViewWindow;
  /** Number of marks. */
  readonly marks: number;
  /** The q-value up to which a bin is marked. */
  readonly alpha: number;
  /** The gene's DNA, where it is known. */
  readonly sequence: SequencePlace | null;
  /** The values of each cell type, in the order of the page. */
  readonly cellTypes: readonly EncodedTracks[];
}

/** The values of a cell type, `[mark, bin]` in the order in which bins are shown, as `encodeFloats` writes them. */
export interface EncodedTracks {
  /** Signal; NaN of a mark that was not measured. */
  readonly signal: string;
  /** How much each value adds to the prediction; null if the model reads no signal. */
  readonly attributions: string | null;
  /** Standard deviations over the models. */
  readonly deviations: string | null;
  /** q-values; NaN where nothing was tested. */
  readonly qValues: string | null;
  /** What the letters add, `[base]`. */
  readonly letters: RoundedValues | null;
}

/** The values of one track of a cell type, or of all tracks one after the other. */
export interface TrackValues {
  /** `[bin]`: signal; undefined of the sum of all marks. */
  readonly signal: Float32Array | undefined;
  /** `[bin]`: attributions. */
  readonly attributions: Float32Array | undefined;
  /** `[bin]`: standard deviations over the models. */
  readonly deviations: Float32Array | undefined;
  /** `[bin]`: q-values. */
  readonly qValues: Float32Array | undefined;
}

/** Decodes the values of a cell type. */
export function decodeTracks(encoded: EncodedTracks): TrackValues {
  const decode = (text: string | null) => text === null ? undefined : decodeFloats(text);
  return {
    signal: decode(encoded.signal),
    attributions: decode(encoded.attributions),
    deviations: decode(encoded.deviations),
    qValues: decode(encoded.qValues),
  };
}

/** The values of a mark; the sum of the marks' attributions for the track −1. */
export function valuesOfTrack(
  { signal, attributions, deviations, qValues }: TrackValues,
  { track, bins }: { readonly track: number; readonly bins: number },
): TrackValues {
  if (track >= 0) {
    const part = (values: Float32Array | undefined) =>
      values?.subarray(track * bins, (track + 1) * bins);
    return {
      signal: part(signal),
      attributions: part(attributions),
      deviations: part(deviations),
      qValues: part(qValues),
    };
  }
  const sums = attributions && new Float32Array(bins);
  attributions?.forEach((value, place) => {
    if (!Number.isNaN(value)) sums![place % bins]! += value;
  });
  return { signal: undefined, attributions: sums, deviations: undefined, qValues: undefined };
}

/** Whether a bin differs from the null; every bin counts as such where there is no null. */
export function isMarked(qValues: Float32Array | undefined, bin: number, alpha: number): boolean {
  return qValues === undefined || qValues[bin]! <= alpha;
}

/** The paths of a lane of attributions by class. Bins that do not differ from the null are faint, others have a dash. */
export function attributionPaths(
  { attributions = new Float32Array(), deviations, qValues }: TrackValues,
  { range, alpha }: { readonly range: LaneRange; readonly alpha: number },
): readonly (readonly [className: string, path: string])[] {
  const bars = (isUp: boolean, isStrong: boolean) =>
    barsPath(attributions, {
      range,
      keep: (bin) => attributions[bin]! > 0 === isUp && isMarked(qValues, bin, alpha) === isStrong,
    });
  const isTested = (bin: number) => qValues !== undefined && isMarked(qValues, bin, alpha);
  return [
    ["up", bars(true, true)],
    ["up faint", bars(true, false)],
    ["down", bars(false, true)],
    ["down faint", bars(false, false)],
    ["zero", "M0 " + placeInLane(0, range) + "H" + attributions.length],
    ["whiskers", deviations ? whiskersPath(attributions, { deviations, range }) : ""],
    ["dashes", dashesPath(attributions.length, isTested)],
  ];
}

/** The range of a lane of attributions, with some room for the deviations and for dashes. */
export function attributionRange(
  { attributions = new Float32Array(), deviations }: TrackValues,
): LaneRange {
  const highs = attributions.map((value, bin) => value + (deviations?.[bin] || 0));
  const lows = attributions.map((value, bin) => value - (deviations?.[bin] || 0));
  const { low, high } = rangeWithZero([...highs, ...lows]);
  return { low, high: high + (high - low) * 0.08 };
}

/** The paths of a lane of signal by class. */
export function signalPaths(
  { signal = new Float32Array() }: TrackValues,
  { range }: { readonly range: LaneRange },
): readonly (readonly [className: string, path: string])[] {
  return [["signal", areaPath(signal, range)]];
}

/** Says what a track has in a bin, or the sum of its attributions. */
export function describeTrack(
  { signal, attributions, deviations, qValues }: TrackValues,
  bin: number | undefined,
): string {
  if (signal !== undefined && Number.isNaN(signal[bin ?? 0]!)) return "not measured";
  if (bin === undefined) {
    if (attributions === undefined) return "";
    return "sum " + formatSigned(attributions.reduce((sum, value) => sum + (value || 0), 0));
  }
  const parts: string[] = [];
  if (attributions !== undefined) {
    const deviation = deviations?.[bin];
    parts.push(
      formatSigned(attributions[bin]!) +
        (deviation === undefined ? "" : " ± " + formatValue(deviation)),
    );
  }
  const qValue = qValues?.[bin];
  if (qValue !== undefined && !Number.isNaN(qValue)) parts.push("q " + formatQValue(qValue));
  if (signal !== undefined) parts.push("signal " + formatValue(signal[bin]!));
  return parts.join(", ");
}

/** The cells of the table of numbers, row by row: of each mark its signal, attribution and q-value. */
export function numberCells(
  { signal, attributions, qValues }: TrackValues,
  { marks, bins }: { readonly marks: number; readonly bins: number },
): string[] {
  const cells: string[] = [];
  for (let bin = 0; bin < bins; bin++) {
    for (let mark = 0; mark < marks; mark++) {
      const place = mark * bins + bin;
      if (signal) cells.push(formatValue(signal[place]!));
      if (attributions) cells.push(formatSigned(attributions[place]!));
      if (qValues) {
        cells.push(Number.isNaN(qValues[place]!) ? "–" : formatQValue(qValues[place]!));
      }
    }
  }
  return cells;
}
