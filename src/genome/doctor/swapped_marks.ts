import { correlate, Correlations } from "./_correlate.ts";
import { listSome } from "../wording.ts";
import { upperMedian } from "../../metrics/quantile.ts";
import { type Group, groupBy } from "../../base/group_by.ts";
import { describePlace, groupByMark } from "./_describe.ts";
import { centreEnrichment } from "./_shape.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const ADVICE =
  "Check the order of the columns or the paths in the sample sheet. One strong promoter in a genome " +
  "browser settles it.";
const LEAST_SAMPLES = 50;
/** Another mark must be this much more centred than H3K4me3. */
const CLEARLY_MORE = 1.5;
const LEAST_ENRICHMENT = 2;
/**
 * Larger enrichments are not told apart: where hardly any signal lies at the ends of windows, as in shallow files, a few reads
 * there decide whether it is 1,000 or infinite. H3K4me3 has 2.5 to 17 in ten real cell types.
 */
const MOST_ENRICHMENT = 100;
/** A correlation must be larger with the other mark than with its own by at least this much. */
const CLEARLY_CLOSER = 0.1;
const LEAST_CELL_TYPES = 3;

/**
 * Finds marks that look swapped, by three rules:
 *
 * 1. Of all marks H3K4me3 rises most around the TSS (Barski et al. 2007, Cell 129:823).
 * 2. Across genes, H3K36me3 (transcribed genes) is more closely related to H3K4me3 than H3K27me3 (silenced genes) is.
 * 3. Across genes, a mark is more like the same mark in the other cell types than like another mark there. Replicates
 *    are one cell type: files that were swapped in all of them are alike.
 *
 * Limits: rules 1 and 2 need 50 genes and do not find swaps among H3K4me1, H3K9me3 and H3K27me3. Rule 3 does, but needs
 * 3 cell types, most of which must be right. Failed experiments may look the same.
 */
export function checkSwappedMarks(tracks: readonly TrackStatistics[]): Finding[] {
  const usable = tracks.filter(({ samples, least, largest }) =>
    samples >= LEAST_SAMPLES && least < largest
  );
  const byCellType = [...groupBy(usable, ({ cellType }) => cellType).values()];
  return [
    ...findMoreCentred(byCellType),
    ...findWrongCompany(byCellType),
    ...findExchanged(usable, byCellType),
  ];
}

/** Lists the checks that {@linkcode checkSwappedMarks} had to skip. A single mark cannot be swapped. */
export function skippedSwappedMarks(tracks: readonly TrackStatistics[]): SkippedCheck[] {
  if (new Set(tracks.map(({ mark }) => mark)).size < 2) return [];
  const check = "swapped-marks";
  const few = skipIfFewGenes({ check, what: "swapped marks", least: LEAST_SAMPLES }, tracks);
  const usable = tracks.filter(({ samples }) => samples >= LEAST_SAMPLES);
  if (usable.length === 0) return few;
  const what = "marks against those of other cell types";
  return [
    ...few,
    ...skipIfFewer(
      {
        check,
        what,
        least: LEAST_CELL_TYPES,
        noun: "cell type",
        place: `with ${LEAST_SAMPLES} genes or more`,
      },
      new Set(usable.map(({ group }) => group)).size,
    ),
  ];
}

function findMark(tracks: readonly TrackStatistics[], name: string): TrackStatistics | undefined {
  return tracks.find(({ mark }) => mark === name);
}

function enrichmentOf({ profile }: TrackStatistics): number {
  return Math.min(centreEnrichment(profile), MOST_ENRICHMENT);
}

function describeEnrichment(enrichment: number): string {
  return enrichment < MOST_ENRICHMENT
    ? `${enrichment.toFixed(1)} times`
    : `${MOST_ENRICHMENT} times or more`;
}

/** Applies rule 1. */
function findMoreCentred(byCellType: readonly Group<TrackStatistics>[]): Finding[] {
  const found = byCellType.flatMap((tracks) => {
    const promoter = findMark(tracks, "H3K4me3");
    const [most] = tracks.toSorted((a, b) => enrichmentOf(b) - enrichmentOf(a));
    if (promoter === undefined || most === undefined || most === promoter) return [];
    const enrichment = enrichmentOf(most);
    const isClear = enrichment >= LEAST_ENRICHMENT &&
      enrichment >= CLEARLY_MORE * enrichmentOf(promoter);
    return isClear ? [most] : [];
  });
  return Array.from(groupByMark(found), ([mark, tracks]) => ({
    check: "swapped-marks",
    severity: "warning",
    where: describePlace(`H3K4me3 and ${mark}`, tracks),
    message:
      `${mark} rises ${describeEnrichment(enrichmentOf(tracks[0]))} around the TSS, more than ` +
      "H3K4me3, which should rise most: the two may be swapped",
    advice: ADVICE,
  }));
}

/** Applies rule 2. */
function findWrongCompany(byCellType: readonly Group<TrackStatistics>[]): Finding[] {
  const found = byCellType.filter((tracks) => {
    const [promoter, body, silent] = ["H3K4me3", "H3K36me3", "H3K27me3"]
      .map((mark) => findMark(tracks, mark));
    if (promoter === undefined || body === undefined || silent === undefined) return false;
    const withBody = correlate(promoter.levels, body.levels);
    const withSilent = correlate(promoter.levels, silent.levels);
    return withSilent > withBody + CLEARLY_CLOSER && withSilent > 0 && withBody < 0;
  });
  if (found.length === 0) return [];
  const names = found.map(([{ cellType }]) => cellType);
  return [{
    check: "swapped-marks",
    severity: "warning",
    where: `H3K36me3 and H3K27me3 in ${listSome(names)}`,
    message:
      "genes with much H3K4me3 have much H3K27me3 and little H3K36me3, expected the opposite: " +
      "the two may be swapped",
    advice: ADVICE,
  }];
}

function middleOf(values: readonly number[]): number {
  return upperMedian(values.toSorted((a, b) => a - b));
}

/** Applies rule 3. */
function findExchanged(
  tracks: readonly TrackStatistics[],
  byCellType: readonly Group<TrackStatistics>[],
): Finding[] {
  if (new Set(tracks.map(({ group }) => group)).size < LEAST_CELL_TYPES) return [];
  const byMark = groupByMark(tracks);
  const correlations = new Correlations(tracks.map(({ levels }) => levels));
  const places = new Map(tracks.map((track, place) => [track, place]));
  const likeness = (track: TrackStatistics, mark: string): number => {
    const others = (byMark.get(mark) ?? []).filter(({ group }) => group !== track.group);
    const groups = [...groupBy(others, ({ group }) => group).values()];
    const values = groups.map((group) =>
      middleOf(group.map((other) => correlations.between(places.get(track)!, places.get(other)!)))
    );
    return values.length === 0 ? 0 : middleOf(values);
  };
  const findings: Finding[] = [];
  for (const own of byCellType) {
    for (const [i, a] of own.entries()) {
      for (const b of own.slice(i + 1)) {
        const gainA = likeness(a, b.mark) - likeness(a, a.mark);
        const gainB = likeness(b, a.mark) - likeness(b, b.mark);
        if (gainA < CLEARLY_CLOSER || gainB < CLEARLY_CLOSER) continue;
        findings.push({
          check: "swapped-marks",
          severity: "warning",
          where: `${a.mark} and ${b.mark} in ${a.cellType}`,
          message:
            "each is more like the other mark than like the same mark in the other cell types " +
            `(correlation across genes larger by ${gainA.toFixed(2)} and ${gainB.toFixed(2)}): ` +
            "the two may be swapped",
          advice: ADVICE,
        });
      }
    }
  }
  return findings;
}
