/**
 * Checks binned data sets for faults that training does not show.
 *
 * @module
 */

import { checkObject } from "../../base/check_object.ts";
import type { SampleColumns } from "../../io/columns.ts";
import type { Gene } from "../gene.ts";
import { type CellTypeExpression, pairWithLabels } from "./_expression.ts";
import { gatherLabels, type LabelStatistics } from "./_labels.ts";
import { gatherStatistics, type TrackStatistics } from "./_statistics.ts";
import { checkAlikeCellTypes, skippedAlikeCellTypes } from "./alike_cell_types.ts";
import { checkDepthOutliers, skippedDepthOutliers } from "./depth_outliers.ts";
import { checkDoubledCounts } from "./doubled_counts.ts";
import { checkEmptySamples } from "./empty_samples.ts";
import { checkExchangedCellTypes, skippedExchangedCellTypes } from "./exchanged_cell_types.ts";
import type { Finding } from "./finding.ts";
import { checkIdenticalSamples } from "./identical_samples.ts";
import { checkLabelScale, skippedLabelScale } from "./label_scale.ts";
import { checkLeakedLabels, skippedLeakedLabels } from "./leaked_labels.ts";
import {
  describeWrongDirections,
  findWrongDirections,
  skippedDirections,
} from "./mark_direction.ts";
import { listMissingMarks } from "./missing_marks.ts";
import { checkPromoterSignal, skippedPromoterSignal } from "./promoter_signal.ts";
import { checkSequences } from "./sequences.ts";
import { checkSharedGenes } from "./shared_genes.ts";
import { checkShiftedBins, skippedShiftedBins } from "./shifted_bins.ts";
import type { SkippedCheck } from "./skipped_check.ts";
import { checkStrandOrientation, skippedStrandOrientation } from "./strand_orientation.ts";
import { checkSwappedMarks, skippedSwappedMarks } from "./swapped_marks.ts";
import {
  checkUnrelatedLabels,
  hasUnrelatedLabels,
  skippedUnrelatedLabels,
} from "./unrelated_labels.ts";
import { checkUnlikeReplicates, skippedUnlikeReplicates } from "./unlike_replicates.ts";
import { describeWeakMarks, findWeakMarks, skippedWeakMarks, type WeakMark } from "./weak_marks.ts";

/** Options of {@linkcode examineSamples}. */
export interface ExamineOptions {
  /** Genes with their strands, to check the orientation. Data that hold strands do not need them. */
  readonly genes?: readonly Gene[] | undefined;
  /** The data on which a model that is trained on these data will be tested. */
  readonly test?: SampleColumns | undefined;
}

/**
 * Looks for likely faults in a data set.
 *
 * - In the signal: counts that are multiples of a number; swapped, empty, constant, identical or nearly empty marks;
 *   outlying depths; genes without signal; marks without signal at promoters; bins that are off by one; if strands are
 *   known, a wrong orientation; and if test data are given, genes in both.
 * - In the labels: labels that are not logarithms, or are logarithms of logarithms; labels unrelated to the marks;
 *   exchanged labels or files of cell types; cell types as alike as replicates; labels among the marks; marks that rise
 *   with expression but should fall, or the reverse.
 *
 * - In the DNA, if the data have it: genes without it, or with bases that are mostly not known; genes that share most of
 *   it with others, or with genes that are trained on.
 *
 * Marks that were not measured are left out. Replicates must be like each other, and are compared with other cell types
 * as one.
 *
 * The documentation of each rule in `src/genome/doctor/` gives its limits. A finding is not a proof. The thresholds
 * were set on real data of ten cell types, with log2(RPKM + 1) and with the competition's label, and on simulated data,
 * with faults planted into subsets of them. With 2,000 genes all planted faults were found, except in marks that are
 * unusual in the original data. With 300 genes most were found; logarithms of logarithms only if the record has the
 * transform. In the unchanged real data, only known peculiarities were reported.
 *
 * @param columns The data.
 * @param options Genes with strands, and test data.
 * @returns The findings; an empty list if nothing looks wrong.
 *
 * @example Counts that are all even
 * ```ts
 * import { examineSamples } from "@waka/histone/genome";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 100 });
 * deepStrictEqual(examineSamples(train), []);
 * const twice = { ...train, signal: train.signal.map((count) => 2 * count) };
 * deepStrictEqual(examineSamples(twice)[0]?.check, "doubled-counts");
 * ```
 */
export function examineSamples(columns: SampleColumns, options: ExamineOptions = {}): Finding[] {
  return [...diagnoseSamples(columns, options).findings];
}

/** The result of {@linkcode diagnoseSamples}. */
export interface Diagnosis {
  /** The findings; an empty list if nothing looks wrong. */
  readonly findings: readonly Finding[];
  /** The checks that were skipped because the data have too few genes or cell types for them. */
  readonly skipped: readonly SkippedCheck[];
}

/**
 * Looks for likely faults in a data set, as {@linkcode examineSamples} does, and lists the checks that were skipped
 * because there are too few genes or cell types, or because windows from BED need not lie around a TSS. Checks that need
 * labels, strands or test data are not listed if these are missing.
 *
 * @param columns The data.
 * @param options Genes with strands, and test data.
 * @returns The findings and the skipped checks.
 *
 * @example A check that needs more genes
 * ```ts
 * import { diagnoseSamples } from "@waka/histone/genome";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 150 });
 * const { findings, skipped } = diagnoseSamples(train);
 * deepStrictEqual(findings, []);
 * deepStrictEqual(skipped.find(({ check }) => check === "unrelated-labels"), {
 *   check: "unrelated-labels",
 *   what: "labels against marks",
 *   reason: "needs 200 genes, there are 150",
 * });
 * ```
 */
export function diagnoseSamples(columns: SampleColumns, options: ExamineOptions = {}): Diagnosis {
  checkObject(columns?.cellTypes, {
    action: "examine samples",
    as: "the cell types of the columns",
    expected: "columns with some, such as data.columns of a Dataset",
  });
  const evidence = gatherEvidence(columns);
  return {
    findings: makeChecks(columns, evidence, options),
    skipped: listSkipped(columns, evidence, options),
  };
}

/** The statistics that the checks use. */
interface Evidence {
  readonly tracks: readonly TrackStatistics[];
  readonly labels: readonly LabelStatistics[];
  readonly weak: readonly WeakMark[];
  /** The tracks that are not weak. */
  readonly solid: readonly TrackStatistics[];
  readonly labelled: readonly CellTypeExpression[];
  /** The cell types in `labelled` whose labels are related to their marks. */
  readonly related: readonly CellTypeExpression[];
}

function gatherEvidence(columns: SampleColumns): Evidence {
  const tracks = gatherStatistics(columns);
  const labels = gatherLabels(columns);
  const weak = findWeakMarks(tracks, columns.record.binSizeBp);
  const solid = tracks.filter((track) => weak.every((found) => found.track !== track));
  const labelled = pairWithLabels(solid, labels);
  const related = labelled.filter((cellType) => !hasUnrelatedLabels(cellType));
  return { tracks, labels, weak, solid, labelled, related };
}

function makeChecks(
  columns: SampleColumns,
  { tracks, labels, weak, solid, labelled, related }: Evidence,
  { genes, test }: ExamineOptions,
): Finding[] {
  const reversed = findWrongDirections(related);
  const atStarts = isAroundStarts(columns);
  return [
    ...checkDoubledCounts(tracks),
    ...listMissingMarks(columns),
    ...checkEmptySamples(tracks),
    ...describeWeakMarks(weak),
    ...checkIdenticalSamples(tracks),
    ...checkAlikeCellTypes(tracks, labels),
    ...checkUnlikeReplicates(tracks),
    ...(atStarts ? checkSwappedMarks(tracks) : []),
    ...checkDepthOutliers(solid),
    ...(atStarts ? checkPromoterSignal(columns, tracks) : []),
    ...(atStarts ? checkShiftedBins(columns, tracks) : []),
    ...checkLabelScale(labels, columns.record),
    ...checkUnrelatedLabels(labelled),
    ...checkLeakedLabels(labelled, tracks),
    ...describeWrongDirections(reversed),
    ...checkExchangedCellTypes(related, reversed.map(({ track }) => track)),
    ...(atStarts ? checkStrandOrientation(columns, genes) : []),
    ...checkSequences(columns, test),
    ...(test === undefined ? [] : checkSharedGenes(columns, test)),
  ];
}

function listSkipped(
  columns: SampleColumns,
  { tracks, labels, solid, labelled, related }: Evidence,
  { genes }: ExamineOptions,
): SkippedCheck[] {
  const { record } = columns;
  const atStarts = isAroundStarts(columns);
  return [
    ...(atStarts ? [] : AT_STARTS.map((skipped) => ({ ...skipped, reason: NOT_AT_STARTS }))),
    ...skippedWeakMarks(tracks, record.binSizeBp),
    ...skippedAlikeCellTypes(tracks, labels),
    ...skippedUnlikeReplicates(tracks),
    ...(atStarts ? skippedSwappedMarks(tracks) : []),
    ...skippedDepthOutliers(solid),
    ...(atStarts ? skippedPromoterSignal(tracks, record.binSizeBp) : []),
    ...(atStarts ? skippedShiftedBins(columns, tracks) : []),
    ...skippedLabelScale(labels, record),
    ...skippedUnrelatedLabels(labelled),
    ...skippedLeakedLabels(labelled, tracks),
    ...skippedDirections(related),
    ...skippedExchangedCellTypes(related),
    ...(atStarts ? skippedStrandOrientation(columns, genes) : []),
  ];
}

/** The checks that compare a mark at the TSS, or on either side of it, with what is known of it there. */
const AT_STARTS = [
  { check: "swapped-marks", what: "swapped marks" },
  { check: "promoter-signal", what: "H3K4me3 at promoters" },
  { check: "shifted-bins", what: "position of the TSS" },
  { check: "strand-orientation", what: "orientation" },
];
const NOT_AT_STARTS = "windows from BED need not lie around a TSS";

/** Whether windows lie around starts of transcription, rather than wherever intervals were given. */
function isAroundStarts({ record: { tss } }: SampleColumns): boolean {
  return tss !== "bed";
}
