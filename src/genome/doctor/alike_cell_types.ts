import { Correlations } from "./_correlate.ts";
import type { LabelStatistics } from "./_labels.ts";
import { median } from "../../metrics/quantile.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 100;
/** Two marks at least, for a single one may be alike in cells of one kind. */
const LEAST_MARKS = 2;
/** Likeness of the marks of replicates: their median and the least of them. */
const LEAST_MEDIAN = 0.96;
const LEAST_MARK = 0.9;
/** A mark of which less is signal than this share says nothing of likeness. */
const LEAST_RELIABILITY = 0.3;
/** Labels of the two most alike of Roadmap's 56 cell types correlate 0.989 as log2(RPKM + 1), naive T cells both. */
const LEAST_LABEL_CORRELATION = 0.994;

/**
 * Finds cell types that have the same labels, or labels or marks as alike as those of two replicates. The likeness of a
 * mark is the correlation of its levels over genes, divided by what their noise leaves of it: replicates have 0.97 to 1,
 * the most alike of real cell types 0.87 in H3K4me3 and less than 0.75 in the other marks. Limits: needs 100 genes, and
 * two marks with signal; says nothing of classes that are merely alike.
 */
export function checkAlikeCellTypes(
  tracks: readonly TrackStatistics[],
  labels: readonly LabelStatistics[],
): Finding[] {
  return [...findSameLabels(labels), ...findLabelReplicates(labels), ...findReplicates(tracks)];
}

/** What {@linkcode checkAlikeCellTypes} could not look at; a single cell type has none to be like. */
export function skippedAlikeCellTypes(
  tracks: readonly TrackStatistics[],
  labels: readonly LabelStatistics[],
): SkippedCheck[] {
  const need = { check: "alike-cell-types", least: LEAST_GENES };
  const quantities = labels.filter(({ areClasses }) => !areClasses);
  const cellTypes = new Set(tracks.map(({ cellType }) => cellType));
  return [
    ...(quantities.length < 2
      ? []
      : skipIfFewGenes({ ...need, what: "labels of replicates" }, quantities)),
    ...(cellTypes.size < 2 ? [] : skipIfFewGenes({ ...need, what: "marks of replicates" }, tracks)),
  ];
}

function findSameLabels(labels: readonly LabelStatistics[]): Finding[] {
  const varied = labels.filter(({ least, largest }) => least < largest);
  const groups = [...Map.groupBy(varied, ({ fingerprint }) => fingerprint).values()];
  return groups.filter(({ length }) => length > 1).map((group) => ({
    check: "alike-cell-types",
    severity: "warning",
    where: `labels of ${group.map(({ cellType }) => cellType).join(" = ")}`,
    message: `${group.length} cell types have the same label in every gene`,
    advice:
      "One column of the expression table was most likely used for all of them. Where they are " +
      "one cell type, treat them as one: split by genes, never between them.",
  }));
}

function findLabelReplicates(labels: readonly LabelStatistics[]): Finding[] {
  const quantities = labels.filter(({ areClasses, samples, least, largest }) =>
    !areClasses && samples >= LEAST_GENES && least < largest
  );
  const table = new Correlations(quantities.map(({ values }) => values.map(Math.asinh)));
  return pairsOf(quantities.length).flatMap(([a, b]) => {
    const [first, second] = [quantities[a], quantities[b]];
    const relation = table.between(a, b);
    if (relation < LEAST_LABEL_CORRELATION || first.fingerprint === second.fingerprint) return [];
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
  "Are they replicates of one cell type? Average or join them: a score on the one after training " +
  "on the other says nothing of a new cell type.";

function findReplicates(tracks: readonly TrackStatistics[]): Finding[] {
  const usable = tracks.filter(({ samples, least, largest, reliability }) =>
    samples >= LEAST_GENES && least < largest && reliability >= LEAST_RELIABILITY
  );
  const table = new Correlations(usable.map(({ levels }) => levels));
  const places = new Map(usable.map((track, place) => [track, place]));
  const byCellType = [...Map.groupBy(usable, ({ cellType }) => cellType)];
  return pairsOf(byCellType.length).flatMap(([a, b]) => {
    const [[first, own], [second, other]] = [byCellType[a], byCellType[b]];
    const pairs = own.flatMap((track) => {
      const match = other.find(({ mark }) => mark === track.mark);
      // One file used for both is told elsewhere.
      return match === undefined || match.fingerprint === track.fingerprint ? [] : [[track, match]];
    });
    const likenesses = pairs.map(([x, y]) =>
      table.between(places.get(x)!, places.get(y)!) / Math.sqrt(x.reliability * y.reliability)
    );
    if (likenesses.length < LEAST_MARKS) return [];
    const [least, middle] = [Math.min(...likenesses), median(likenesses)];
    if (least < LEAST_MARK || middle < LEAST_MEDIAN) return [];
    return [{
      check: "alike-cell-types",
      severity: "warning" as const,
      where: `${first} and ${second}`,
      message: `their ${likenesses.length} marks are as alike as those of replicates: levels ` +
        `correlate ${least.toFixed(2)} to ${Math.max(...likenesses).toFixed(2)} over genes when ` +
        "noise is allowed for, real cell types 0.4 to 0.9",
      advice: REPLICATES,
    }];
  });
}

function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) => a).flatMap((a) =>
    Array.from({ length: count - a - 1 }, (_, i): [number, number] => [a, a + 1 + i])
  );
}
