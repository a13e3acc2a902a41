import { groupBy } from "../base/group_by.ts";
import type { Intervals, KnownRegime } from "./intervals.ts";

/** How often intervals held the label, and how wide they were. */
export interface Coverage {
  /** Number of samples. */
  readonly samples: number;
  /** Share of the samples whose label lay within the interval, ends included. */
  readonly covered: number;
  /** Mean width of the intervals, in the label's unit. */
  readonly meanWidth: number;
}

/** {@linkcode Coverage} of one regime, and of each cell type in it. */
export interface RegimeCoverage extends Coverage {
  /** What was new about the samples. */
  readonly regime: KnownRegime;
  /** The same within each cell type, in the order of their first samples. */
  readonly byCellType: readonly CellTypeCoverage[];
}

/** {@linkcode Coverage} within one cell type. */
export interface CellTypeCoverage extends Coverage {
  /** Name of the cell type. */
  readonly cellType: string;
}

/** Labelled samples with their intervals. All columns are `[sample]`. */
export interface CoveredSamples extends Intervals {
  /** The labels. */
  readonly labels: ArrayLike<number>;
  /** What was new to the model. */
  readonly regimes: readonly KnownRegime[];
  /** Names of the cell types. */
  readonly cellTypes: readonly string[];
}

/**
 * Measures how often intervals hold the labels, by regime and by cell type.
 *
 * Labels of one cell type are not independent: what is unusual about a cell type shifts all of its genes. So the share
 * that is held differs between cell types by more than their number of genes suggests; the confidence is a promise over
 * cell types, not for each.
 *
 * @param samples Labels, intervals, regimes and cell types.
 * @returns Coverage of each regime that has samples, in the order of their first samples.
 *
 * @example Two of three labels are held
 * ```ts
 * import { measureCoverage } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const [coverage] = measureCoverage({
 *   low: Float32Array.of(0, 0, 0),
 *   high: Float32Array.of(2, 2, 4),
 *   labels: [1, 3, 4],
 *   regimes: ["newGene", "newGene", "newGene"],
 *   cellTypes: ["E003", "E003", "E123"],
 * });
 * strictEqual(coverage?.covered, 2 / 3);
 * strictEqual(coverage?.byCellType[1]?.meanWidth, 4);
 * ```
 */
export function measureCoverage(samples: CoveredSamples): RegimeCoverage[] {
  const { regimes, cellTypes } = samples;
  const rows = groupBy(regimes.keys(), (row) => regimes[row]!);
  return Array.from(rows, ([regime, own]) => {
    const byCellType = groupBy(own, (row) => cellTypes[row]!);
    return {
      regime,
      ...coverageOf(samples, own),
      byCellType: Array.from(byCellType, ([cellType, some]) => {
        return { cellType, ...coverageOf(samples, some) };
      }),
    };
  });
}

function coverageOf({ low, high, labels }: CoveredSamples, rows: readonly number[]): Coverage {
  let [held, width] = [0, 0];
  for (const row of rows) {
    // Intervals are float32; a label that is one of their ends may have more digits.
    const label = Math.fround(labels[row]!);
    if (label >= low[row]! && label <= high[row]!) held++;
    width += high[row]! - low[row]!;
  }
  return { samples: rows.length, covered: held / rows.length, meanWidth: width / rows.length };
}
