import { checkDataset } from "../check_dataset.ts";
import { missingMarksOf } from "../../io/mark_mask.ts";
import { placesByChunk, signalOfRow } from "../../io/stored_rows.ts";
import type { Dataset } from "../dataset.ts";
import { SummaryCollector } from "./collector.ts";
import type { DataSummary } from "./types.ts";

/**
 * Describes what a data set looks like: mean profile and heat map of each mark around the TSS, depths, and the labels.
 * Counts are described whatever transform the data carry.
 *
 * @param data The samples: a view of some rows, or all.
 * @returns The summary, which is as small for 800,000 samples as for 800, but for its labels.
 *
 * @example Logarithms of counts are described as counts
 * ```ts
 * import { Dataset, summariseDataset } from "@waka/histone/data";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: Float64Array.of(Math.log(2), 0), // [sample, bin, mark]
 *   labels: undefined,
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0),
 *   genes: ["ENSG00000000003"],
 *   geneIndex: Uint32Array.of(0),
 *   bins: 2,
 *   record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] },
 * });
 * const { tracks } = summariseDataset(data);
 * deepStrictEqual(tracks.map(({ profile }) => [...profile].map(Math.round)), [[1, 0]]);
 * ```
 */
export function summariseDataset(data: Dataset): DataSummary {
  checkDataset(data, "summarise data");
  const { columns, rows, record } = data;
  const { signal, labels, cellTypes, cellTypeIndex, genes, geneIndex, bins } = columns;
  const size = bins * record.marks.length;
  const collector = new SummaryCollector({
    record,
    bins,
    cellTypes,
    genes,
    transform: data.storedRecord.transform,
    missingMarks: missingMarksOf(columns),
  });
  const own = cellTypes.map((): number[] => []);
  for (const position of placesByChunk(signal, rows)) {
    const row = rows[position]!;
    const place = { cellType: cellTypeIndex[row]!, gene: geneIndex[row]! };
    const label = labels?.[row];
    collector.addSample(place, { signal: signalOfRow(signal, row, size), row: 0, label });
    if (label !== undefined) own[place.cellType]!.push(label);
  }
  for (const [cellType, values] of own.entries()) {
    if (values.length > 0) collector.setLabels(cellType, Float64Array.from(values));
  }
  return collector.finish();
}
