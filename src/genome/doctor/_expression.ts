/** Pairs the marks of cell types with their labels. */

import { groupBy } from "../../base/group_by.ts";
import { correlate } from "./_correlate.ts";
import { LARGEST_LOGARITHM } from "../logarithms.ts";
import type { LabelStatistics } from "./_labels.ts";
import { biologyOf } from "./_marks.ts";
import type { TrackStatistics } from "./_statistics.ts";

/** A cell type with a measure of how strongly its genes are expressed. */
export interface CellTypeExpression {
  readonly cellType: string;
  /** The group of the cell type, which it shares with its replicates. */
  readonly group: string;
  readonly tracks: readonly TrackStatistics[];
  readonly labels: LabelStatistics;
  /** The labels, `[gene]`, compressed to nearly a logarithm if they are not logarithms. */
  readonly values: Float64Array;
  /**
   * A measure that rises with expression, `[gene]`: the label or, if the label is a difference from a reference sample
   * as in the competition, its distance from the median, which is large for genes that are expressed at all.
   */
  readonly expression: Float64Array;
  /**
   * The largest correlation of a mark with the labels or their distances from the median: see
   * {@linkcode closestRelation}.
   */
  readonly relation: number;
}

/**
 * Pairs each cell type whose labels vary with its expression. The expression of all cell types is the distance if the
 * marks are related more closely to it than to the labels themselves.
 */
export function pairWithLabels(
  tracks: readonly TrackStatistics[],
  labels: readonly LabelStatistics[],
): CellTypeExpression[] {
  const byCellType = groupBy(tracks, ({ cellType }) => cellType);
  const paired = labels.filter(({ least, largest }) => least < largest).map((column) => {
    const values = compress(column);
    const [middle = NaN] = compress({ ...column, values: Float64Array.of(column.median) });
    return {
      cellType: column.cellType,
      group: column.group,
      tracks: byCellType.get(column.cellType) ?? [],
      labels: column,
      values,
      distances: values.map((value) => Math.abs(value - middle)),
    };
  });
  const related = paired.map((pair) => ({
    ...pair,
    direct: closestRelation(pair.tracks, pair.values),
    byDistance: closestRelation(pair.tracks, pair.distances),
  }));
  const gain = related.reduce((sum, { direct, byDistance }) => sum + byDistance - direct, 0);
  return related.map((
    { cellType, group, tracks, labels, values, distances, direct, byDistance },
  ) => ({
    cellType,
    group,
    tracks,
    labels,
    values,
    expression: gain > 0 ? distances : values,
    relation: Math.max(direct, byDistance),
  }));
}

/** Compresses labels that are not logarithms to nearly a logarithm, so that a few genes do not dominate. */
function compress({ values, least, largest }: LabelStatistics): Float64Array {
  return Math.max(largest, -least) > LARGEST_LOGARITHM ? values.map(Math.asinh) : values;
}

/** The largest absolute correlation with a column among the marks that are related to expression. */
function closestRelation(
  tracks: readonly TrackStatistics[],
  values: Float64Array,
): number {
  const telling = tracks.filter(({ mark }) => biologyOf(mark).direction !== undefined);
  return Math.max(0, ...telling.map(({ levels }) => Math.abs(correlate(levels, values))));
}
