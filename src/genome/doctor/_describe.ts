/** Words that several checks use. */

import { listSome } from "../_wording.ts";
import type { TrackStatistics } from "./_statistics.ts";

/** `H3K4me3 in E003, E004 and 2 more`. */
export function describePlace(mark: string, tracks: readonly TrackStatistics[]): string {
  return `${mark} in ${listSome(tracks.map(({ cellType }) => cellType))}`;
}

/** Tracks by mark, so that what is so in many cell types is said once. */
export function groupByMark(
  tracks: readonly TrackStatistics[],
): Map<string, TrackStatistics[]> {
  return Map.groupBy(tracks, ({ mark }) => mark);
}
