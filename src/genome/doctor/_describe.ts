/** Words that several checks use. */

import type { TrackStatistics } from "./_statistics.ts";

/** `a, b, c and 4 more`. */
export function listSome(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

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
