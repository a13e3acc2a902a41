import { formatCount } from "../../base/count.ts";
import { listSome } from "../wording.ts";
import { correlate } from "./_correlate.ts";
import { groupBy } from "../../base/group_by.ts";
import { groupByMark } from "./_describe.ts";
import type { CellTypeExpression } from "./_expression.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

/** No mark is this closely related to expression: at most 0.74 in ten real cell types, 0.98 in a plain simulation. */
const LEAST_CORRELATION = 0.99;
/** Below this Pearson correlation the ranks, which take long, are not computed. */
const WORTH_RANKING = 0.5;
const LEAST_GENES = 30;

/**
 * Finds marks whose signal is really the label, such as a column of labels that was read as a mark, by the rank
 * correlation of a mark's level with the label over genes. Also finds marks with one value in all bins of a gene,
 * unlike any signal along the genome. Limits: needs 30 genes; does not find a label in only a few bins.
 */
export function checkLeakedLabels(
  cellTypes: readonly CellTypeExpression[],
  tracks: readonly TrackStatistics[],
): Finding[] {
  const leaks = cellTypes.filter(({ labels }) => labels.samples >= LEAST_GENES)
    .flatMap(({ tracks: own, labels }) =>
      own.map((track) => ({ track, relation: Math.abs(relate(track.levels, labels.values)) }))
    ).filter(({ relation }) => relation >= LEAST_CORRELATION);
  return [...describeLeaks(leaks), ...findFlatMarks(tracks)];
}

/** Lists the checks that {@linkcode checkLeakedLabels} had to skip. */
export function skippedLeakedLabels(
  cellTypes: readonly CellTypeExpression[],
  tracks: readonly TrackStatistics[],
): SkippedCheck[] {
  const need = { check: "leaked-labels", least: LEAST_GENES };
  return [
    ...skipIfFewGenes(
      { ...need, what: "labels among the marks" },
      cellTypes.map(({ labels }) => labels),
    ),
    ...skipIfFewGenes({ ...need, what: "marks with one value in all bins" }, tracks),
  ];
}

function describeLeaks(
  leaks: readonly { readonly track: TrackStatistics; readonly relation: number }[],
): Finding[] {
  const byMark = groupBy(leaks, ({ track }) => track.mark);
  return Array.from(byMark, ([mark, found]) => ({
    check: "leaked-labels",
    severity: "warning",
    where: `${mark} in ${listSome(found.map(({ track }) => track.cellType))}`,
    message: `the mark reveals the label: their rank correlation over genes is ` +
      `${found[0].relation.toFixed(2)}, that of real marks 0.75 at most`,
    advice: "A column of labels was most likely read as a mark: check the order of the columns. " +
      "A model trained on these data would only copy the label.",
  }));
}

function findFlatMarks(tracks: readonly TrackStatistics[]): Finding[] {
  const found = tracks.filter(({ present, flat, least, largest, profile }) =>
    profile.length >= 10 && present >= LEAST_GENES && flat > 0.95 * present && least < largest
  );
  return Array.from(groupByMark(found), ([mark, group]) => ({
    check: "leaked-labels",
    severity: "warning",
    where: `${mark} in ${listSome(group.map(({ cellType }) => cellType))}`,
    message: `${formatCount(group[0].flat)} of ${
      formatCount(group[0].present)
    } genes have one value in all their bins`,
    advice:
      "This is a column of the genes, not a signal along the genome: check the order of the " +
      "columns.",
  }));
}

/** The rank correlation; Pearson's correlation if that is small or the larger of the two. */
function relate(a: Float64Array, b: Float64Array): number {
  const plain = correlate(a, b);
  if (Math.abs(plain) < WORTH_RANKING) return plain;
  const ranked = correlate(rank(a), rank(b));
  return Math.abs(ranked) > Math.abs(plain) ? ranked : plain;
}

/** Ranks from 0. Equal values share their mean rank, and NaN stays NaN. */
function rank(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]))
    .sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length).fill(NaN);
  for (let from = 0, to = 0; from < order.length; from = to) {
    const value = values[order[from]!];
    while (to < order.length && values[order[to]!] === value) to++;
    for (const i of order.subarray(from, to)) ranks[i] = (from + to - 1) / 2;
  }
  return ranks;
}
