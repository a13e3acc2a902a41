import { groupBy } from "../../base/group_by.ts";
import { Correlations } from "./_correlate.ts";
import type { LabelStatistics } from "./_labels.ts";
import { median } from "../../metrics/quantile.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 100;
/** At least two marks, since a single mark may be alike in cells of one kind. */
const LEAST_MARKS = 2;
/** Least median of the likenesses of replicates' marks. */
const LEAST_MEDIAN = 0.96;
/** Least likeness of any mark of replicates. */
const LEAST_MARK = 0.9;
/** A mark with a smaller share of signal says nothing about likeness. */
const LEAST_RELIABILITY = 0.3;
/**
 * As log2(RPKM + 1), the labels of the two most alike of Roadmap's 56 cell types, both naive T cells, correlate 0.989.
 */
const LEAST_LABEL_CORRELATION = 0.994;

/**
 * Finds cell types with the same labels, or with labels or marks as alike as those of two replicates. The likeness of a
 * mark is the correlation of its levels over genes, corrected for their noise: replicates have 0.97 to 1, the most
 * alike of real cell types 0.87 in H3K4me3 and less than 0.75 in the other marks. Cell types that the data say are
 * replicates of one are alike by design and not compared. Limits: needs 100 genes and two marks
 * with signal; does not judge classes that are merely alike.
 */
export function checkAlikeCellTypes(
  tracks: readonly TrackStatistics[],
  labels: readonly LabelStatistics[],
): Finding[] {
  return [...findSameLabels(labels), ...findLabelReplicates(labels), ...findReplicates(tracks)];
}

/**
 * Lists the checks that {@linkcode checkAlikeCellTypes} had to skip. A single cell type has nothing to be compared
 * with.
 */
export function skippedAlikeCellTypes(
  tracks: readonly TrackStatistics[],
  labels: readonly LabelStatistics[],
): SkippedCheck[] {
  const need = { check: "alike-cell-types", least: LEAST_GENES };
  const quantities = labels.filter(({ areClasses }) => !areClasses);
  return [
    ...(countGroups(quantities) < 2
      ? []
      : skipIfFewGenes({ ...need, what: "labels of replicates" }, quantities)),
    ...(countGroups(tracks) < 2
      ? []
      : skipIfFewGenes({ ...need, what: "marks of replicates" }, tracks)),
  ];
}

function countGroups(items: readonly { readonly group: string }[]): number {
  return new Set(items.map(({ group }) => group)).size;
}

function findSameLabels(labels: readonly LabelStatistics[]): Finding[] {
  const varied = labels.filter(({ least, largest }) => least < largest);
  const groups = [...groupBy(varied, ({ fingerprint }) => fingerprint).values()];
  return groups.filter((group) => countGroups(group) > 1).map((group) => ({
    check: "alike-cell-types",
    severity: "warning",
    where: `labels of ${group.map(({ cellType }) => cellType).join(" = ")}`,
    message: `${group.length} cell types have the same label in every gene`,
    advice:
      "One column of the expression table was most likely used for all of them. If they are " +
      "one cell type, treat them as one: split by genes, never between them.",
  }));
}

function findLabelReplicates(labels: readonly LabelStatistics[]): Finding[] {
  const quantities = labels.filter(({ areClasses, samples, least, largest }) =>
    !areClasses && samples >= LEAST_GENES && least < largest
  );
  const table = new Correlations(quantities.map(({ values }) => values.map(Math.asinh)));
  return pairsOf(quantities).flatMap(([[a, first], [b, second]]) => {
    const relation = table.between(a, b);
    if (relation < LEAST_LABEL_CORRELATION || first.fingerprint === second.fingerprint) return [];
    if (first.group === second.group) return [];
    return [{
      check: "alike-cell-types",
      severity: "warning" as const,
      where: `labels of ${first.cellType} and ${second.cellType}`,
      message: `they correlate ${relation.toFixed(3)} over genes, as replicates of one sample do`,
      advice: REPLICATES,
    }];
  });
}

const REPLICATES =
  "Are they replicates of one cell type? Average or join them, or keep them as a group (deno task prepare ... " +
  "--replicates): a score on one of them after training on the other says nothing about a new cell type.";

function findReplicates(tracks: readonly TrackStatistics[]): Finding[] {
  const usable = tracks.filter(({ samples, least, largest, reliability }) =>
    samples >= LEAST_GENES && least < largest && reliability >= LEAST_RELIABILITY
  );
  const table = new Correlations(usable.map(({ levels }) => levels));
  const places = new Map(usable.map((track, place) => [track, place]));
  const byCellType = [...groupBy(usable, ({ cellType }) => cellType)];
  return pairsOf(byCellType).flatMap(([[, [first, own]], [, [second, other]]]) => {
    if (own[0]?.group === other[0]?.group) return [];
    const likenesses = own.flatMap((track) => {
      const match = other.find(({ mark }) => mark === track.mark);
      // Another check reports one file that is used for both.
      if (match === undefined || match.fingerprint === track.fingerprint) return [];
      const correlation = table.between(places.get(track)!, places.get(match)!);
      return correlation / Math.sqrt(track.reliability * match.reliability);
    });
    if (likenesses.length < LEAST_MARKS) return [];
    const [least, middle] = [Math.min(...likenesses), median(likenesses)];
    if (least < LEAST_MARK || middle < LEAST_MEDIAN) return [];
    return [{
      check: "alike-cell-types",
      severity: "warning" as const,
      where: `${first} and ${second}`,
      message: `their ${likenesses.length} marks are as alike as those of replicates: levels ` +
        `correlate ${least.toFixed(2)} to ${Math.max(...likenesses).toFixed(2)} over genes when ` +
        "corrected for noise, those of real cell types 0.4 to 0.9",
      advice: REPLICATES,
    }];
  });
}

/** All pairs of different items, each item with its index. */
function pairsOf<Item>(
  items: readonly Item[],
): [a: [index: number, item: Item], b: [index: number, item: Item]][] {
  const entries = [...items.entries()];
  return entries.flatMap((a) =>
    entries.slice(a[0] + 1).map((b): [[number, Item], [number, Item]] => [a, b])
  );
}
