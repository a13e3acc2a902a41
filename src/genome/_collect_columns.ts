/** Collects the blocks of all cell types into columns in memory. */

import type { PackedColumns } from "../io/columns.ts";
import type { StreamedBlock } from "../io/competition_writer.ts";
import { makeCellTypeGroups } from "../io/item_groups.ts";
import { makeMarkMask } from "../io/mark_mask.ts";
import { PackedBuilder } from "../io/packing.ts";
import type { DataRecord } from "../record.ts";
import type { SampleCounts } from "./_count_sample.ts";
import { type Gene, pickGeneDetails } from "./gene.ts";

/** The genes, cell types and record that the blocks share. */
export interface CollectColumnsOptions {
  readonly record: DataRecord;
  readonly genes: readonly Gene[];
  readonly cellTypes: readonly string[];
  readonly bins: number;
  /** Labels of the genes in each cell type, `[gene]`; genes whose label is NaN have no sample there. */
  readonly labels?: ReadonlyMap<string, Float64Array> | undefined;
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  readonly missingMarks?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Number of values that are widened to float64 at a time. */
const PIECE_VALUES = 2 ** 17;

/** Collects blocks, one for each cell type. A block has all genes, or those that have a label in its cell type. */
export async function collectColumns(
  blocks: AsyncIterable<StreamedBlock>,
  options: CollectColumnsOptions,
): Promise<PackedColumns> {
  const { record, genes, cellTypes, bins, labels: given } = options;
  const { cellTypeGroups = new Map(), missingMarks = new Map() } = options;
  const genesOf = cellTypes.map((cellType) => labelledGenes(genes, given?.get(cellType)));
  const samples = genesOf.reduce((sum, { length }) => sum + length, 0);
  const signal = new PackedBuilder(samples * bins * record.marks.length);
  const labels = given === undefined ? undefined : new Float64Array(samples);
  let sample = 0;
  for await (const block of blocks) {
    for await (const part of block.signalParts) {
      const values = part as SampleCounts;
      for (let start = 0; start < values.length; start += PIECE_VALUES) {
        signal.append(Float64Array.from(values.subarray(start, start + PIECE_VALUES)));
      }
    }
    if (block.labels !== undefined) labels?.set(block.labels, sample);
    sample += block.genes.length;
  }
  return {
    signal: signal.finish(),
    labels,
    cellTypes,
    cellTypeGroups: makeCellTypeGroups(cellTypes, cellTypeGroups),
    markMask: makeMarkMask(missingMarks, { cellTypes, marks: record.marks }),
    cellTypeIndex: Uint32Array.from(genesOf.flatMap((genes, i) => genes.map(() => i))),
    genes: genes.map(({ id }) => id),
    geneDetails: genes.map(pickGeneDetails),
    geneIndex: Uint32Array.from(genesOf.flat()),
    bins,
    record,
  };
}

/** Indices of the genes that have a label, or of all genes if there are no labels. */
function labelledGenes(genes: readonly Gene[], labels: Float64Array | undefined): number[] {
  const indices = [...genes.keys()];
  return labels === undefined ? indices : indices.filter((gene) => !Number.isNaN(labels[gene]));
}
