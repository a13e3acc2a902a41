import { groupBy } from "../../base/group_by.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";

/**
 * Finds samples (a mark in a cell type) with the same value in every bin of every gene. Replicates are alike, but no two
 * experiments count the same reads everywhere.
 */
export function checkIdenticalSamples(tracks: readonly TrackStatistics[]): Finding[] {
  const varied = tracks.filter(({ least, largest }) => least < largest);
  const groups = groupBy(varied, ({ fingerprint }) => fingerprint);
  return [...groups.values()].filter(({ length }) => length > 1).map((group) => ({
    check: "identical-samples",
    severity: "warning",
    where: group.map(({ cellType, mark }) => `${mark} in ${cellType}`).join(" = "),
    message: `${group.length} samples are the same, value for value`,
    advice: "One file was most likely used for all of them: check their paths in the sample sheet.",
  }));
}
