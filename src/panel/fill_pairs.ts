import { Averager } from "./averager.ts";
import type { PairRows } from "./pair_rows.ts";
import type { ReferencePanel } from "./panel.ts";
import type { SummarisedSamples } from "./summarised_samples.ts";
import { toByte } from "./summary.ts";

/**
 * Writes the marks of pairs of which a panel has no marks yet: the means over their rows.
 *
 * @param panel Its arrays, with room for all pairs.
 * @param pairs The rows of the pairs.
 * @param samples Makes their summaries.
 * @returns Whether there were any.
 */
export function fillMarks(
  { values, scales, present }: Pick<ReferencePanel, "values" | "scales" | "present">,
  pairs: PairRows,
  samples: SummarisedSamples,
): boolean {
  const averager = new Averager(samples);
  let isFilled = false;
  for (const [pair, rows] of pairs.pairs()) {
    if (present[pair] === 1) continue;
    const mean = averager.mean(rows);
    const start = pair * mean.length;
    for (let i = 0; i < mean.length; i++) values[start + i] = toByte(mean[i]!, scales[i]!);
    present[pair] = 1;
    isFilled = true;
  }
  return isFilled;
}

/**
 * Writes the labels of pairs of which no label is known yet: the means over their rows.
 *
 * @param labels `[gene, cellType]`, NaN where no label is known.
 * @param pairs The rows of the pairs.
 * @param column The labels of all rows, if there are labels.
 * @returns Whether there were any.
 */
export function fillLabels(
  labels: Float32Array,
  pairs: PairRows,
  column: Float64Array | undefined,
): boolean {
  if (column === undefined) return false;
  let isFilled = false;
  for (const [pair, rows] of pairs.pairs()) {
    if (!Number.isNaN(labels[pair])) continue;
    labels[pair] = rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length;
    isFilled = true;
  }
  return isFilled;
}
