import type { SampleColumns } from "../../io/columns.ts";
import { describePlace, groupByMark } from "./_describe.ts";
import { centreEnrichment, meanProfile } from "./_shape.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";

/** Fewer genes on the two strands may be uneven enough to move the middle by a bin. */
const LEAST_GENES = 500;
const LEAST_SHIFT_BINS = 0.6;
/** A profile that does not rise in the middle has none that could be shifted. */
const LEAST_ENRICHMENT = 1.5;
const LARGEST_SHIFT_BINS = 5;
/** Genes with signal in a bin, in the mean over bins, from which one without any is none by chance. */
const LEAST_IN_BIN = 20;
/** A shift must be this many times its standard error: peaks of 600 genes may lie a bin to one side by chance. */
const LEAST_ERRORS = 4;

/**
 * Finds bins that are off by one: a first or last bin that is zero in all genes, and, in genomic orientation, a
 * mean H3K4me3 profile whose middle is not the window's. Over genes of both strands that profile is symmetric
 * about the TSS. Limits: needs {@linkcode LEAST_GENES} genes, about as many on either strand; says nothing of
 * data in transcript orientation, where no symmetry is to be expected.
 */
export function checkShiftedBins(
  { record }: SampleColumns,
  tracks: readonly TrackStatistics[],
): Finding[] {
  const findings = findEmptyEdges(tracks);
  const promoters = tracks.filter(({ mark, profile, samples }) =>
    mark === "H3K4me3" && samples >= LEAST_GENES && centreEnrichment(profile) >= LEAST_ENRICHMENT
  );
  if (record.orientation !== "genomic" || promoters.length === 0) return findings;
  const shift = middleShift(meanProfile(promoters.map(({ profile }) => profile)));
  if (Math.abs(shift) < Math.max(LEAST_SHIFT_BINS, LEAST_ERRORS * shiftError(promoters))) {
    return findings;
  }
  const direction = shift > 0 ? "right" : "left";
  findings.push({
    check: "shifted-bins",
    severity: "warning",
    where: describePlace("H3K4me3", promoters),
    message: `the profile's middle lies ${
      Math.abs(shift).toFixed(1)
    } bins to the ${direction} of the window's`,
    advice:
      "Count again: bins are 0-based half-open, the TSS is the first base of the window's second half, " +
      "and the TSS of a gene on the minus strand is its last base.",
  });
  return findings;
}

function findEmptyEdges(tracks: readonly TrackStatistics[]): Finding[] {
  const cut = tracks.filter(({ profile, mean, samples, positive }) => {
    // Where the edge should hold so many values above zero, none at all is no accident.
    if (positive < LEAST_IN_BIN * profile.length) return false;
    const inner = profile.slice(1, -1);
    const likely = inner.filter((value) => value > 0).length > 0.9 * inner.length;
    return mean > 0 && samples >= 10 && likely && (profile[0] === 0 || profile.at(-1) === 0);
  });
  return Array.from(groupByMark(cut), ([mark, found]) => ({
    check: "shifted-bins",
    severity: "warning",
    where: describePlace(mark, found),
    message: `the ${found[0].profile[0] === 0 ? "first" : "last"} bin is zero in all genes`,
    advice: "The window was most likely cut or counted one bin off: count again.",
  }));
}

/** Standard error of the shift over all genes, from those over groups of them. */
function shiftError(promoters: readonly TrackStatistics[]): number {
  const groups = promoters[0].groupProfiles.map((_, group) =>
    middleShift(meanProfile(promoters.map(({ groupProfiles }) => groupProfiles[group])))
  );
  const mean = groups.reduce((sum, shift) => sum + shift, 0) / groups.length;
  const squares = groups.reduce((sum, shift) => sum + (shift - mean) ** 2, 0);
  return Math.sqrt(squares / (groups.length - 1) / groups.length);
}

/** By how many bins a profile must be moved left to be most like its own mirror image. */
function middleShift(profile: Float64Array): number {
  const steps = 2 * LARGEST_SHIFT_BINS;
  const scores = Array.from(
    { length: 2 * steps + 1 },
    (_, i) => mirrorDistance(profile, i - steps),
  );
  const best = scores.indexOf(Math.min(...scores));
  const [before, at, after] = [scores[best - 1], scores[best], scores[best + 1]];
  const curve = before + after - 2 * at;
  const between = curve > 0 ? 0.5 * (before - after) / curve : 0;
  return (best + between - steps) / 2;
}

/** Mean squared difference of bins that mirror each other about a middle moved by half bins. */
function mirrorDistance(profile: Float64Array, halfBins: number): number {
  let sum = 0;
  let count = 0;
  for (let bin = 0; bin < profile.length; bin++) {
    const other = profile.length - 1 + halfBins - bin;
    if (other <= bin || other >= profile.length) continue;
    sum += (profile[bin] - profile[other]) ** 2;
    count++;
  }
  return sum / count;
}
