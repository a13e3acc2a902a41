/**
 * Checks of binned data sets for faults that training does not show.
 *
 * @module
 */

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
import { checkPromoterSignal, skippedPromoterSignal } from "./promoter_signal.ts";
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
import { describeWeakMarks, findWeakMarks, skippedWeakMarks, type WeakMark } from "./weak_marks.ts";

/** What {@linkcode examineSamples} may be given besides the data. */
export interface ExamineOptions {
  /** Genes with their strands, to check the orientation; not needed where the data hold them. */
  readonly genes?: readonly Gene[] | undefined;
  /** The data that a model trained on these will be tested on. */
  readonly test?: SampleColumns | undefined;
}

/**
 * Looks for what may be wrong with a data set.
 *
 * - In the signal: counts that are multiples of a number, marks that look swapped, empty, constant, identical or nearly
 *   empty marks, depths far off, genes without signal, marks without signal at promoters, bins off by one, and, where
 *   the data or the genes given hold strands, a wrong orientation; where test data are given, genes in both.
 * - In the labels: no logarithms, or logarithms of logarithms; labels that have nothing to do with the marks; labels or
 *   files of cell types exchanged; cell types that are as alike as replicates; labels among the marks; marks that go the
 *   wrong way with expression.
 *
 * Each rule has limits, told where it stands in `src/genome/doctor/`; none is proof. They were set on real data of ten
 * cell types, with log2(RPKM + 1) and with the competition's label, and on simulated data, by faults planted into subsets
 * of them. With 2,000 genes every fault was found but those of marks that are odd in themselves; with 300 most, though
 * logarithms of logarithms only where the record says what was applied. On the real data as they are nothing was named
 * but what is known to be odd.
 *
 * @param columns The data.
 * @returns What was found; empty where nothing looks wrong.
 *
 * @example
 * ```ts
 * import { examineSamples } from "@waka/histone/genome";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 100 });
 * deepStrictEqual(examineSamples(train), []);
 * const twice = { ...train, signal: train.signal.map((count) => 2 * count) };
 * deepStrictEqual(examineSamples(twice)[0].check, "doubled-counts");
 * ```
 */
export function examineSamples(columns: SampleColumns, options: ExamineOptions = {}): Finding[] {
  return [...diagnoseSamples(columns, options).findings];
}

/** What {@linkcode diagnoseSamples} returns. */
export interface Diagnosis {
  /** What may be wrong; empty where nothing looks wrong. */
  readonly findings: readonly Finding[];
  /** What could not be looked at, since the data hold too few genes or cell types for it. */
  readonly skipped: readonly SkippedCheck[];
}

/**
 * Looks for what may be wrong with a data set, as {@linkcode examineSamples} does, and tells what it could not look at
 * because there are too few genes or cell types. Checks that need something else (labels, strands, test data) and were
 * not given it are not listed.
 *
 * @param columns The data.
 * @returns What was found and what was skipped.
 *
 * @example
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
  const evidence = gatherEvidence(columns);
  return {
    findings: makeChecks(columns, evidence, options),
    skipped: listSkipped(columns, evidence, options),
  };
}

/** What the checks look at. */
interface Evidence {
  readonly tracks: readonly TrackStatistics[];
  readonly labels: readonly LabelStatistics[];
  readonly weak: readonly WeakMark[];
  /** The tracks that are not weak. */
  readonly solid: readonly TrackStatistics[];
  readonly labelled: readonly CellTypeExpression[];
  /** Those of `labelled` whose labels have to do with their marks. */
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
  return [
    ...checkDoubledCounts(tracks),
    ...checkEmptySamples(tracks),
    ...describeWeakMarks(weak),
    ...checkIdenticalSamples(tracks),
    ...checkAlikeCellTypes(tracks, labels),
    ...checkSwappedMarks(tracks),
    ...checkDepthOutliers(solid),
    ...checkPromoterSignal(columns, tracks),
    ...checkShiftedBins(columns, tracks),
    ...checkLabelScale(labels, columns.record),
    ...checkUnrelatedLabels(labelled),
    ...checkLeakedLabels(labelled, tracks),
    ...describeWrongDirections(reversed),
    ...checkExchangedCellTypes(related, reversed.map(({ track }) => track)),
    ...checkStrandOrientation(columns, genes),
    ...(test === undefined ? [] : checkSharedGenes(columns, test)),
  ];
}

function listSkipped(
  columns: SampleColumns,
  { tracks, labels, solid, labelled, related }: Evidence,
  { genes }: ExamineOptions,
): SkippedCheck[] {
  const { record } = columns;
  return [
    ...skippedWeakMarks(tracks, record.binSizeBp),
    ...skippedAlikeCellTypes(tracks, labels),
    ...skippedSwappedMarks(tracks),
    ...skippedDepthOutliers(solid),
    ...skippedPromoterSignal(tracks, record.binSizeBp),
    ...skippedShiftedBins(columns, tracks),
    ...skippedLabelScale(labels, record),
    ...skippedUnrelatedLabels(labelled),
    ...skippedLeakedLabels(labelled, tracks),
    ...skippedDirections(related),
    ...skippedExchangedCellTypes(related),
    ...skippedStrandOrientation(columns, genes),
  ];
}
