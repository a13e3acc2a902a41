import { formatShare } from "./_describe.ts";
import { biologyOf, LEAST_WINDOW_BP } from "./_marks.ts";
import { median } from "../../metrics/quantile.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

/** Real marks have signal in at least a quarter as many bins as in other cell types. */
const SMALL_SHARE = 1 / 8;
/** In real data marks with a known direction have signal in 18% of bins or more; fewer than this is too little. */
const LEAST_SHARE = 0.03;
const LEAST_GENES = 200;

/** A mark with nearly no signal in a cell type, with the evidence. */
export interface WeakMark {
  readonly track: TrackStatistics;
  /** Median share of bins with signal in the other cell types; `undefined` without other cell types. */
  readonly usual: number | undefined;
}

/**
 * Finds marks with almost no signal: in less than an eighth as many bins as in the other cell types, or in fewer bins
 * or genes than the mark has in any cell. Replicates are not compared with each other. Short lists of peaks and failed experiments look like this. Limits: the first
 * rule needs another cell type, the second 200 genes and windows of 6,000 base pairs.
 */
export function findWeakMarks(
  tracks: readonly TrackStatistics[],
  binSizeBp: number,
): WeakMark[] {
  return tracks.filter(({ positive }) => positive > 0).flatMap((track) => {
    const others = tracks.filter((other) =>
      other.mark === track.mark && other.group !== track.group && other.positive > 0
    );
    const usual = others.length === 0 ? undefined : median(others.map(shareOfBins));
    const isRare = usual !== undefined && shareOfBins(track) < SMALL_SHARE * usual;
    const isLong = track.profile.length * binSizeBp >= LEAST_WINDOW_BP;
    const { direction, leastPresent } = biologyOf(track.mark);
    const isAbsent = isLong && track.samples >= LEAST_GENES &&
      (track.present < leastPresent * track.samples ||
        (direction !== undefined && shareOfBins(track) < LEAST_SHARE));
    return isRare || isAbsent ? [{ track, usual }] : [];
  });
}

/** Lists the checks that {@linkcode findWeakMarks} had to skip. */
export function skippedWeakMarks(
  tracks: readonly TrackStatistics[],
  binSizeBp: number,
): SkippedCheck[] {
  const need = { check: "weak-marks", what: "amount of signal" };
  const few = skipIfFewGenes({ ...need, least: LEAST_GENES }, tracks);
  const [track] = tracks;
  if (few.length > 0 || track === undefined) return few;
  const windowBp = track.profile.length * binSizeBp;
  return skipIfFewer({ ...need, least: LEAST_WINDOW_BP, noun: "base pair" }, windowBp);
}

/** The share of a track's bins with signal. */
function shareOfBins({ positive, samples, profile }: TrackStatistics): number {
  return positive / (samples * profile.length);
}

/** Turns the results of {@linkcode findWeakMarks} into findings. */
export function describeWeakMarks(weak: readonly WeakMark[]): Finding[] {
  return weak.map(({ track, usual }) => ({
    check: "weak-marks",
    severity: "warning",
    where: `${track.mark} in ${track.cellType}`,
    message:
      `there is nearly no signal: ${formatShare(1 - shareOfBins(track))} of its bins are zero` +
      (usual === undefined ? "" : ` (in other cell types ${formatShare(1 - usual)})`) +
      `, and ${formatShare(1 - track.present / track.samples)} of the genes have none`,
    advice:
      "It holds almost no information: a short list of peaks, a failed experiment or the wrong file. " +
      "Use a better file, or leave the mark or the cell type out.",
  }));
}
