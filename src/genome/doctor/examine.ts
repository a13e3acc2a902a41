/**
 * Checks of binned data sets for faults that training does not show.
 *
 * @module
 */

import type { SampleColumns } from "../../io/columns.ts";
import type { Gene } from "../gene.ts";
import { gatherStatistics } from "./_statistics.ts";
import { checkDepthOutliers } from "./depth_outliers.ts";
import { checkDoubledCounts } from "./doubled_counts.ts";
import { checkEmptySamples } from "./empty_samples.ts";
import type { Finding } from "./finding.ts";
import { checkIdenticalSamples } from "./identical_samples.ts";
import { checkPromoterSignal } from "./promoter_signal.ts";
import { checkSharedGenes } from "./shared_genes.ts";
import { checkShiftedBins } from "./shifted_bins.ts";
import { checkStrandOrientation } from "./strand_orientation.ts";
import { checkSwappedMarks } from "./swapped_marks.ts";

/** What {@linkcode examineSamples} may be given besides the data. */
export interface ExamineOptions {
  /** Genes with their strands, to check the orientation. */
  readonly genes?: readonly Gene[];
  /** The data that a model trained on these will be tested on. */
  readonly test?: SampleColumns;
}

/**
 * Looks for what may be wrong with a data set: counts that are multiples of a number, marks that look swapped, empty,
 * constant or identical samples, depths far off, promoters without signal, bins off by one, and, where genes or test
 * data are given, a wrong orientation and genes in both. Each rule has limits, told in the findings' words; none is
 * proof.
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
  const { genes, test } = options;
  const tracks = gatherStatistics(columns);
  return [
    ...checkDoubledCounts(tracks),
    ...checkEmptySamples(tracks),
    ...checkIdenticalSamples(tracks),
    ...checkSwappedMarks(tracks),
    ...checkDepthOutliers(tracks),
    ...checkPromoterSignal(columns, tracks),
    ...checkShiftedBins(columns, tracks),
    ...(genes === undefined ? [] : checkStrandOrientation(columns, genes)),
    ...(test === undefined ? [] : checkSharedGenes(columns, test)),
  ];
}
