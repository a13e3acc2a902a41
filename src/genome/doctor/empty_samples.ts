import { describePlace, groupByMark } from "./_describe.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";

const NOT_MEASURED =
  " If the mark was not measured, let the data say so, since a model takes 0 for a count: " +
  "deno task prepare ... --missing-marks mask, or a member __mask__ in the npz file.";

/** Finds marks that have no signal or the same value everywhere in a cell type. */
export function checkEmptySamples(tracks: readonly TrackStatistics[]): Finding[] {
  const constant = tracks.filter(({ least, largest }) => least === largest);
  return Array.from(groupByMark(constant), ([mark, found]) => {
    const isEmpty = found.every(({ largest }) => largest === 0);
    return {
      check: "empty-samples",
      severity: "warning",
      where: describePlace(mark, found),
      message: isEmpty ? "there is no signal at all" : `every value is ${found[0].largest}`,
      advice: "Check the file: is it empty, of another assembly, or are its chromosomes named " +
        "differently? Leave the mark or the cell type out if there is no better file." +
        (isEmpty ? NOT_MEASURED : ""),
    };
  });
}
