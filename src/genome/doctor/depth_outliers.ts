import { groupByMark } from "./_describe.ts";
import { median } from "../../metrics/quantile.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, type SkippedCheck } from "./skipped_check.ts";

const LEAST_CELL_TYPES = 4;
/** At similar depths, real cell types differ by less than this factor. */
const LEAST_FACTOR = 3;
/** Limit of the modified z-score (Iglewicz and Hoaglin 1993). */
const LARGEST_SCORE = 3.5;

/** Lists the checks that {@linkcode checkDepthOutliers} had to skip. */
export function skippedDepthOutliers(tracks: readonly TrackStatistics[]): SkippedCheck[] {
  const groups = [...groupByMark(tracks).values()];
  return skipIfFewer(
    { check: "depth-outliers", what: "depths", least: LEAST_CELL_TYPES, noun: "cell type" },
    Math.max(0, ...groups.map(({ length }) => length)),
  );
}

/**
 * Finds samples whose mean is far from the means of the same mark in other cell types, by the median and the median
 * absolute deviation of its logarithm. Limits: needs 4 cell types, and is meaningless if depths differ by design.
 */
export function checkDepthOutliers(tracks: readonly TrackStatistics[]): Finding[] {
  const findings: Finding[] = [];
  for (const [mark, group] of groupByMark(tracks.filter(({ mean }) => mean > 0))) {
    if (group.length < LEAST_CELL_TYPES) continue;
    const logs = group.map(({ mean }) => Math.log(mean));
    const middle = median(logs);
    const deviation = median(logs.map((value) => Math.abs(value - middle)));
    for (const { cellType, mean } of group) {
      const distance = Math.log(mean) - middle;
      const factor = Math.exp(Math.abs(distance));
      if (factor < LEAST_FACTOR || 0.6745 * Math.abs(distance) < LARGEST_SCORE * deviation) {
        continue;
      }
      findings.push({
        check: "depth-outliers",
        severity: "warning",
        where: `${mark} in ${cellType}`,
        message: `the mean is ${factor.toFixed(1)} times ${distance > 0 ? "above" : "below"} the ` +
          `median of ${group.length} cell types`,
        advice:
          "Check how deep the file was sequenced. Prepare with --normalise rpm, or sample all files " +
          "down to the same number of reads.",
      });
    }
  }
  return findings;
}
