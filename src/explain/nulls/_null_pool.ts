/** Which samples make a null. */

import { groupBy } from "../../base/group_by.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { MatchedSamples } from "../matched_samples.ts";

/** How large a null is. */
interface PoolSize {
  readonly matched: MatchedSamples;
  /** Samples with which one is compared. */
  readonly compared: number;
  /** The most samples of a cell type. */
  readonly pool: number;
}

/**
 * Chooses samples of the cell types of some samples.
 *
 * @param data All samples.
 * @param rows Positions of the samples that are to be compared.
 * @param size How many to choose.
 * @returns Positions, by cell type and total signal: for each sample those nearest to it, unless these are too many; then
 * some that are spread evenly.
 */
export function choosePool(
  data: Dataset,
  rows: readonly number[],
  { matched, compared, pool }: PoolSize,
): Uint32Array<ArrayBuffer> {
  const cellTypes = data.cellTypeIndices();
  const tested = groupBy(rows, (position) => cellTypes[position]!);
  const chosen: number[] = [];
  for (const [cellType, own] of [...tested].sort(([a], [b]) => a - b)) {
    const { positions, rankOf } = matched.sortedIn(cellType);
    const ranks = nearestRanks(own.map((position) => rankOf.get(position)!), {
      // Beside the sample itself.
      count: Math.min(compared + 1, pool),
      length: positions.length,
      most: pool,
    });
    for (const rank of ranks) chosen.push(positions[rank]!);
  }
  return Uint32Array.from(chosen);
}

/** The union of the ranks around some, or ranks at even distances if the union has too many. */
function nearestRanks(
  around: readonly number[],
  { count, length, most }: {
    readonly count: number;
    readonly length: number;
    readonly most: number;
  },
): readonly number[] {
  if (length <= most) return Array.from({ length }, (_, rank) => rank);
  const near = new Set<number>();
  for (const rank of around) {
    const first = Math.max(0, Math.min(length - count, rank - Math.floor(count / 2)));
    for (let other = first; other < Math.min(length, first + count); other++) near.add(other);
    if (near.size <= most) continue;
    return Array.from({ length: most }, (_, i) => Math.floor((i + 0.5) * length / most));
  }
  return [...near].sort((a, b) => a - b);
}
