import type { SampleColumns } from "../../io/columns.ts";
import { describePlace, groupByMark } from "./_describe.ts";
import { centreEnrichment, meanProfile } from "./_shape.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

/** Fewer genes on the two strands may be uneven enough to move the middle by a bin. */
const LEAST_GENES = 500;
const LEAST_SHIFT_BINS = 0.6;
/** A profile that does not rise in the middle has none that could be shifted. */
const LEAST_ENRICHMENT = 1.5;
const LARGEST_SHIFT_BINS = 5;
/** Bins beside the first or the last that tell how many genes should have signal in it. */
const EDGE_NEIGHBOURS = 5;
/** Chance of an edge bin without any signal, by the Poisson distribution, below which it is no accident. */
const SMALL_CHANCE = 1e-6;
/** A shift must be this many times its standard error: peaks of 600 genes may lie a bin to one side by chance. */
const LEAST_ERRORS = 4;

/**
 * Finds bins that are off by one: a first or last bin that is zero in all genes though the bins beside it are not, and,
 * in genomic orientation, a mean H3K4me3 profile whose middle is not the window's. Over genes of both strands that
 * profile is symmetric about the TSS. Limits: the first needs signal in 14 genes or more in each of the bins beside the
 * edge, in the mean; the second {@linkcode LEAST_GENES} genes, about as many on either strand, and says nothing of data
 * in transcript orientation, where no symmetry is to be expected.
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

/** What {@linkcode checkShiftedBins} could not look at. */
export function skippedShiftedBins(
  { record }: SampleColumns,
  tracks: readonly TrackStatistics[],
): SkippedCheck[] {
  const what = "bins off by one";
  if (record.orientation !== "genomic") return [];
  return skipIfFewGenes(
    { check: "shifted-bins", what, least: LEAST_GENES },
    tracks.filter(({ mark }) => mark === "H3K4me3"),
  );
}

function findEmptyEdges(tracks: readonly TrackStatistics[]): Finding[] {
  const cut = tracks.filter(({ filled }) =>
    hasEmptyStart(filled) || hasEmptyStart(filled.toReversed())
  );
  return Array.from(groupByMark(cut), ([mark, found]) => {
    const [{ filled }] = found;
    const isFirst = hasEmptyStart(filled);
    const beside = meanBesideStart(isFirst ? filled : filled.toReversed());
    return {
      check: "shifted-bins",
      severity: "warning",
      where: describePlace(mark, found),
      message:
        `the ${isFirst ? "first" : "last"} bin is zero in all genes, though in each of the ` +
        `${EDGE_NEIGHBOURS} bins beside it ${Math.round(beside)} genes have signal in the mean`,
      advice: "The window was most likely cut or counted one bin off: count again.",
    };
  });
}

/** Whether the first of some bins has signal in no gene, and so many in the bins beside it that this is no accident. */
function hasEmptyStart(filled: Uint32Array): boolean {
  return filled[0] === 0 && Math.exp(-meanBesideStart(filled)) < SMALL_CHANCE;
}

/** In how many genes the bins beside the first have signal, in the mean. */
function meanBesideStart(filled: Uint32Array): number {
  const beside = filled.subarray(1, 1 + EDGE_NEIGHBOURS);
  return beside.reduce((sum, genes) => sum + genes, 0) / Math.max(1, beside.length);
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
