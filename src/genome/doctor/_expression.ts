/** Marks and labels brought together. */

import { correlate } from "./_correlate.ts";
import { LARGEST_LOGARITHM } from "../logarithms.ts";
import type { LabelStatistics } from "./_labels.ts";
import { biologyOf } from "./_marks.ts";
import type { TrackStatistics } from "./_statistics.ts";

/** A cell type with what stands for how strongly its genes are expressed. */
export interface CellTypeExpression {
  readonly cellType: string;
  readonly tracks: readonly TrackStatistics[];
  readonly labels: LabelStatistics;
  /** The labels, brought near to a logarithm where they are none, `[gene]`. */
  readonly values: Float64Array;
  /**
   * Goes up with expression, `[gene]`: the label or, where that is a difference from a reference sample as in the
   * competition, its distance from the median, which is large for genes that are expressed at all.
   */
  readonly expression: Float64Array;
  /** Closest relation of a mark with the labels or with their distance from the median: see {@linkcode closestRelation}. */
  readonly relation: number;
}

/**
 * The cell types that have labels which vary, each with its expression. The distance is taken for all cell types where
 * the marks go with it more closely than with the label itself.
 */
export function pairWithLabels(
  tracks: readonly TrackStatistics[],
  labels: readonly LabelStatistics[],
): CellTypeExpression[] {
  const byCellType = Map.groupBy(tracks, ({ cellType }) => cellType);
  const paired = labels.filter(({ least, largest }) => least < largest).map((column) => {
    const values = compress(column);
    const middle = compress({ ...column, values: Float64Array.of(column.median) })[0];
    return {
      cellType: column.cellType,
      tracks: byCellType.get(column.cellType) ?? [],
      labels: column,
      values,
      distances: values.map((value) => Math.abs(value - middle)),
    };
  });
  const related = paired.map(({ tracks: own, values, distances }) => ({
    direct: closestRelation(own, values),
    byDistance: closestRelation(own, distances),
  }));
  const gain = related.reduce((sum, { direct, byDistance }) => sum + byDistance - direct, 0);
  return paired.map(({ distances, ...pair }, i) => ({
    ...pair,
    expression: gain > 0 ? distances : pair.values,
    relation: Math.max(related[i].direct, related[i].byDistance),
  }));
}

/** Labels that are no logarithms are brought near to one, lest a few genes decide. */
function compress({ values, least, largest }: LabelStatistics): Float64Array {
  return Math.max(largest, -least) > LARGEST_LOGARITHM ? values.map(Math.asinh) : values;
}

/** Largest correlation, whatever its sign, of the marks that tell of expression with a column. */
function closestRelation(
  tracks: readonly TrackStatistics[],
  values: Float64Array,
): number {
  const telling = tracks.filter(({ mark }) => biologyOf(mark).direction !== undefined);
  return Math.max(0, ...telling.map(({ levels }) => Math.abs(correlate(levels, values))));
}
