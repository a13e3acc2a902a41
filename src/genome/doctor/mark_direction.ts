import { type Group, groupBy } from "../../base/group_by.ts";
import { correlate } from "./_correlate.ts";
import type { CellTypeExpression } from "./_expression.ts";
import { describePlace } from "./_describe.ts";
import { biologyOf } from "./_marks.ts";
import { median } from "../../metrics/quantile.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 200;
const LEAST_OTHERS = 2;
/**
 * Least number of other cell types for marks without a known direction: one wrong one must not make the rest look
 * wrong.
 */
const LEAST_OTHERS_OF_UNKNOWN = 3;
/** A correlation this far on the wrong side shows that a mark is wrong, whatever the other cell types show. */
const CLEARLY_WRONG = 0.12;
/** The same limit in standard errors of a correlation, which is larger for few genes. */
const WRONG_ERRORS = 2.5;
/** The limit if the other cell types show the right direction by {@linkcode CLEARLY_RIGHT}. */
const WRONG = 0.05;
const CLEARLY_RIGHT = 0.15;
/** Least difference from the other cell types in that case. */
const LEAST_DIFFERENCE = 0.25;
/** Least correlations, on different sides, of marks without a known direction. */
const CLEARLY_OTHER = 0.25;
/** The presence of signal is informative only if the share of genes with signal is between these. */
const TELLING_SHARES = [0.05, 0.95] as const;

/** One way to measure how a mark is related to expression over genes. */
interface Measure {
  readonly what: string;
  readonly valuesOf: (track: TrackStatistics) => Float64Array;
  readonly suits: (track: TrackStatistics) => boolean;
}

const MEASURES: readonly Measure[] = [
  { what: "its level", valuesOf: ({ levels }) => levels, suits: () => true },
  {
    what: "its level at the promoter",
    valuesOf: ({ centres }) => centres,
    suits: ({ mark }) => biologyOf(mark).showsAtPromoter,
  },
  {
    what: "whether there is any",
    valuesOf: ({ levels }) => levels.map((level) => Number.isNaN(level) ? NaN : Number(level > 0)),
    suits: ({ mark, present, samples }) =>
      biologyOf(mark).direction !== undefined &&
      present >= TELLING_SHARES[0] * samples && present <= TELLING_SHARES[1] * samples,
  },
];

/** A mark with the wrong direction, and the evidence. */
export interface WrongDirection {
  readonly track: TrackStatistics;
  /** The measure in words. */
  readonly what: string;
  /** Its correlation with expression. */
  readonly relation: number;
  /** The median correlation in the other cell types; `undefined` if there are too few of them. */
  readonly usual: number | undefined;
}

/** The relation of a mark to expression in a cell type, by each measure that suits it. */
interface Direction {
  readonly track: TrackStatistics;
  /** The correlations by measure, positive in the mark's known direction. */
  readonly relations: ReadonlyMap<string, number>;
}

/**
 * Finds marks that fall with expression although they should rise, as active marks do, or rise although they should
 * fall, as H3K27me3 does: by known biology alone if the case is clear, or by comparison with the other cell types. The
 * relation is measured by the mark's level, by its level at the promoter, and by whether a gene has any. Limits: needs
 * 200 genes, and two other cell types for the finer comparison; reports H3K9me3 and unknown marks only if both sides
 * are clear.
 */
export function findWrongDirections(
  cellTypes: readonly CellTypeExpression[],
): WrongDirection[] {
  const directions = cellTypes.filter(({ labels }) => labels.samples >= LEAST_GENES)
    .flatMap(({ tracks, expression }) =>
      tracks.filter(({ least, largest }) => least < largest).map((track) => ({
        track,
        relations: measure(track, expression),
      }))
    );
  return directions.flatMap((direction) => {
    const others = directions.filter((other) =>
      other.track.group !== direction.track.group && other.track.mark === direction.track.mark
    );
    const isKnown = biologyOf(direction.track.mark).direction !== undefined;
    return isKnown ? findAgainstBiology(direction, others) : findAgainstOthers(direction, others);
  });
}

/** Lists the checks that {@linkcode findWrongDirections} had to skip. */
export function skippedDirections(cellTypes: readonly CellTypeExpression[]): SkippedCheck[] {
  return skipIfFewGenes(
    { check: "mark-direction", what: "direction of marks with expression", least: LEAST_GENES },
    cellTypes.map(({ labels }) => labels),
  );
}

function measure(track: TrackStatistics, expression: Float64Array): Map<string, number> {
  const sign = biologyOf(track.mark).direction ?? 1;
  const suitable = MEASURES.filter(({ suits }) => suits(track));
  return new Map(
    suitable.map(({ what, valuesOf }) => [what, sign * correlate(valuesOf(track), expression)]),
  );
}

function findAgainstBiology(
  { track, relations }: Direction,
  others: Direction[],
): WrongDirection[] {
  const clearlyWrong = Math.max(CLEARLY_WRONG, WRONG_ERRORS / Math.sqrt(track.samples));
  for (const [what, relation] of relations) {
    const usual = medianRelation(others, what);
    const isOutlier = usual !== undefined && usual >= CLEARLY_RIGHT && relation <= -WRONG &&
      usual - relation >= LEAST_DIFFERENCE;
    if (relation > -clearlyWrong && !isOutlier) continue;
    const sign = biologyOf(track.mark).direction ?? 1;
    return [{ track, what, relation: sign * relation, usual: usual && sign * usual }];
  }
  return [];
}

function findAgainstOthers({ track, relations }: Direction, others: Direction[]): WrongDirection[] {
  for (const [what, relation] of relations) {
    if (countGroups(others) < LEAST_OTHERS_OF_UNKNOWN) continue;
    const usual = medianRelation(others, what);
    if (usual === undefined || usual * relation >= 0) continue;
    if (Math.min(Math.abs(usual), Math.abs(relation)) < CLEARLY_OTHER) continue;
    return [{ track, what, relation, usual }];
  }
  return [];
}

function countGroups(directions: readonly Direction[]): number {
  return new Set(directions.map(({ track }) => track.group)).size;
}

/** The median over groups of cell types of the relation by a measure; a group of replicates has the median of theirs. */
function medianRelation(others: readonly Direction[], what: string): number | undefined {
  const suitable = others.filter(({ relations }) => relations.has(what));
  const groups = [...groupBy(suitable, ({ track }) => track.group).values()];
  const values = groups.map((group) => median(group.map(({ relations }) => relations.get(what)!)));
  return values.length < LEAST_OTHERS ? undefined : median(values);
}

/** Turns the results of {@linkcode findWrongDirections} into findings, one for each mark and direction. */
export function describeWrongDirections(found: readonly WrongDirection[]): Finding[] {
  const groups = groupBy(found, ({ track, relation }) => `${track.mark} ${relation > 0}`);
  return [...groups.values()].map(describeWrongDirection);
}

function describeWrongDirection(found: Group<WrongDirection>): Finding {
  const [{ track: { mark }, what, relation, usual }] = found;
  const expected = biologyOf(mark).direction;
  const comparison = usual === undefined || usual * relation >= 0
    ? "real marks do the opposite"
    : `in the other cell types ${formatSigned(usual)}`;
  return {
    check: "mark-direction",
    severity: "warning",
    where: describePlace(mark, found.map(({ track }) => track)),
    message: `the mark ${relation > 0 ? "rises" : "falls"} with expression` +
      (expected === undefined ? "" : `, but it should ${expected > 0 ? "rise" : "fall"}`) +
      `: ${what} correlates ${formatSigned(relation)} with it over genes, ${comparison}`,
    advice: "This is most likely the file of another mark: check its path in the sample sheet, " +
      "and look at a silent and an active gene in a genome browser.",
  };
}

function formatSigned(value: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: "exceptZero",
  });
}
