/** How far from the TSS the bins lie that carry changes. */

import type { Dataset } from "../../data/dataset.ts";
import type { GeneDifferences } from "./difference_types.ts";

/** Distances of the ends of spans in base pairs, `[gene]`; NaN where there is no span, or the strand is not known. */
export interface CarryingDistances {
  /** Of the first base of a span, negative before the TSS. */
  readonly from: Float64Array<ArrayBuffer>;
  /** Of the base after the last. */
  readonly to: Float64Array<ArrayBuffer>;
}

/**
 * Turns the spans of bins that carry changes into distances from the middle of the window, along transcription.
 *
 * @param data The samples.
 * @param differences What `explainDifferences` returned for them.
 */
export function carryingDistances(
  { bins, record: { binSizeBp } }: Pick<Dataset, "bins" | "record">,
  { carriedBy: { startBin, endBin }, directions }: GeneDifferences,
): CarryingDistances {
  const distance = (bin: number) => (bin - bins / 2) * binSizeBp;
  const from = new Float64Array(startBin.length).fill(NaN);
  const to = new Float64Array(startBin.length).fill(NaN);
  for (const [gene, direction] of directions.entries()) {
    if (startBin[gene]! < 0 || direction === 0) continue;
    const ends = [distance(startBin[gene]!), distance(endBin[gene]!)] as const;
    from[gene] = direction > 0 ? ends[0] : 0 - ends[1];
    to[gene] = direction > 0 ? ends[1] : 0 - ends[0];
  }
  return { from, to };
}
