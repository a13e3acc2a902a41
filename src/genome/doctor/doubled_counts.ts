import { describePlace, groupByMark } from "./_describe.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";

/** With this many values, the chance that all are even by accident is below one in a million. */
const LEAST_POSITIVE = 20;

/**
 * Finds marks whose counts are all multiples of two or more, as they are if one file of reads is counted twice. Limit:
 * does not judge values that are not integers.
 */
export function checkDoubledCounts(tracks: readonly TrackStatistics[]): Finding[] {
  const doubled = tracks.filter(({ divisor = 1, positive }) =>
    divisor > 1 && positive >= LEAST_POSITIVE
  );
  return Array.from(groupByMark(doubled), ([mark, found]) => {
    const divisor = Math.min(...found.flatMap((track) => track.divisor ?? []));
    const what = divisor === 2 ? "even" : `multiples of ${divisor}`;
    return {
      check: "doubled-counts",
      severity: "warning",
      where: describePlace(mark, found),
      message: `all counts are ${what}, so the same reads were most likely counted ` +
        `${divisor === 2 ? "twice" : `${divisor} times`}`,
      advice:
        `Count again with each file given once, or divide by ${divisor}: a model that was trained ` +
        "on one kind of counts is wrong on the other by that factor.",
    };
  });
}
