import type { SampleColumns } from "../../io/columns.ts";
import { describePlace, groupByMark } from "./_describe.ts";
import { centreEnrichment, meanProfile } from "./_shape.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

/** Fewer genes may be distributed so unevenly over the strands that the middle moves by a bin. */
const LEAST_GENES = 500;
const LEAST_SHIFT_BINS = 0.6;
/** A profile must rise in the middle for a shift to show. */
const LEAST_ENRICHMENT = 1.5;
const LARGEST_SHIFT_BINS = 5;
/** Number of bins next to the first or last bin that show how many genes should have signal in it. */
const EDGE_NEIGHBOURS = 5;
/** An edge bin without any signal is not an accident if its chance, by the Poisson distribution, is below this. */
const SMALL_CHANCE = 1e-6;
/** A shift must be this many times its standard error: peaks of 600 genes may lie a bin to one side by chance. */
const LEAST_ERRORS = 4;

/**
 * Finds bins that are off by one: a first or last bin that is zero in all genes although the bins next to it are not,
 * and, in genomic orientation, a mean H3K4me3 profile whose middle is not that of the window. Over genes of both
 * strands this profile is symmetric about the TSS. Limits: the first rule needs signal in 14 genes or more on average
 * in the bins next to the edge; the second needs {@linkcode LEAST_GENES} genes, about as many on each strand, and does
 * not judge data in transcript orientation, where the profile need not be symmetric.
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
    } bins to the ${direction} of the window's middle`,
    advice:
      "Count again: bins are 0-based half-open, the TSS is the first base of the window's second half, " +
      "and the TSS of a gene on the minus strand is its last base.",
  });
  return findings;
}

/** Lists the checks that {@linkcode checkShiftedBins} had to skip. */
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
        `the ${isFirst ? "first" : "last"} bin is zero in all genes, although in each of the ` +
        `${EDGE_NEIGHBOURS} bins next to it ${Math.round(beside)} genes have signal on average`,
      advice: "The window was most likely cut or counted one bin off: count again.",
    };
  });
}

/** Whether the first bin has no signal in any gene although, by the bins next to it, this cannot be an accident. */
function hasEmptyStart(filled: Uint32Array): boolean {
  return filled[0] === 0 && Math.exp(-meanBesideStart(filled)) < SMALL_CHANCE;
}

/** Mean number of genes with signal in the bins next to the first. */
function meanBesideStart(filled: Uint32Array): number {
  const beside = filled.subarray(1, 1 + EDGE_NEIGHBOURS);
  return beside.reduce((sum, genes) => sum + genes, 0) / Math.max(1, beside.length);
}

/** The standard error of the shift over all genes, computed from the shifts over groups of genes. */
function shiftError(promoters: readonly TrackStatistics[]): number {
  const [first] = promoters;
  const groups = (first?.groupProfiles ?? []).map((_, group) =>
    middleShift(meanProfile(promoters.map(({ groupProfiles }) => groupProfiles[group]!)))
  );
  const mean = groups.reduce((sum, shift) => sum + shift, 0) / groups.length;
  const squares = groups.reduce((sum, shift) => sum + (shift - mean) ** 2, 0);
  return Math.sqrt(squares / (groups.length - 1) / groups.length);
}

/** The number of bins by which a profile must be moved left to be most like its mirror image. */
function middleShift(profile: Float64Array): number {
  const steps = 2 * LARGEST_SHIFT_BINS;
  const scores = Array.from(
    { length: 2 * steps + 1 },
    (_, i) => mirrorDistance(profile, i - steps),
  );
  const best = scores.indexOf(Math.min(...scores));
  const [before = NaN, at = NaN, after = NaN] = [scores[best - 1], scores[best], scores[best + 1]];
  const curve = before + after - 2 * at;
  const between = curve > 0 ? 0.5 * (before - after) / curve : 0;
  return (best + between - steps) / 2;
}

/** The mean squared difference of bins that mirror each other about a middle that is moved by half bins. */
function mirrorDistance(profile: Float64Array, halfBins: number): number {
  let sum = 0;
  let count = 0;
  for (let bin = 0; bin < profile.length; bin++) {
    const other = profile.length - 1 + halfBins - bin;
    if (other <= bin || other >= profile.length) continue;
    sum += (profile[bin]! - profile[other]!) ** 2;
    count++;
  }
  return sum / count;
}
