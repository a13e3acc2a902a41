/** Blocks of cell types to columns in memory. */

import type { SampleColumns } from "../io/columns.ts";
import type { CompetitionBlock } from "../io/competition_writer.ts";
import { PackedBuilder } from "../io/packing.ts";
import type { DataRecord } from "../record.ts";
import type { SampleCounts } from "./_count_sample.ts";
import { detailsOf, type Gene } from "./gene.ts";

/** What blocks will hold together. */
export interface CollectColumnsOptions {
  readonly record: DataRecord;
  readonly genes: readonly Gene[];
  readonly cellTypes: readonly string[];
  readonly bins: number;
  readonly labelled: boolean;
}

/** So many values are widened at a time. */
const PIECE_VALUES = 2 ** 17;

/** Collects blocks that all have the same genes, one block a cell type. */
export async function collectColumns(
  blocks: AsyncIterable<CompetitionBlock>,
  { record, genes, cellTypes, bins, labelled }: CollectColumnsOptions,
): Promise<SampleColumns> {
  const samples = cellTypes.length * genes.length;
  const signal = new PackedBuilder(samples * bins * record.marks.length);
  const labels = labelled ? new Float64Array(samples) : undefined;
  let cellType = 0;
  for await (const block of blocks) {
    const values = block.signal as SampleCounts;
    for (let start = 0; start < values.length; start += PIECE_VALUES) {
      signal.append(Float64Array.from(values.subarray(start, start + PIECE_VALUES)));
    }
    if (block.labels !== undefined) labels?.set(block.labels, cellType * genes.length);
    cellType++;
  }
  return {
    signal: signal.finish(),
    labels,
    cellTypes,
    cellTypeIndex: Uint32Array.from({ length: samples }, (_, i) => Math.floor(i / genes.length)),
    genes: genes.map(({ id }) => id),
    geneDetails: genes.map(detailsOf),
    geneIndex: Uint32Array.from({ length: samples }, (_, i) => i % genes.length),
    bins,
    record,
  };
}
