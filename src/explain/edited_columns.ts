/** The columns of samples whose signal, or DNA, was edited. */

import type { PackedArray } from "../base/arrays.ts";
import type { GeneSequences } from "../base/sequences.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PackedColumns } from "../io/columns.ts";
import type { DataRecord } from "../record.ts";

/** What was edited, and what goes with it. */
export interface EditedSamples {
  /** `[sample]`: the positions in the data set of the samples that were edited. */
  readonly positions: readonly number[];
  /** `[sample, bin, mark]` */
  readonly signal: PackedArray;
  /** What the signal and the sequences are. */
  readonly record: DataRecord;
  /** The genes to name, among them those of the samples, as places in the data's columns; see {@linkcode genesOf}. */
  readonly genes: Uint32Array;
  /** The DNA of these genes; without it the samples have none. */
  readonly sequences?: GeneSequences | undefined;
}

/** Makes the columns of edited samples: all else is as in their data set, but they have no labels. */
export function editedColumns(
  { columns, rows }: Dataset,
  { positions, signal, record, genes, sequences }: EditedSamples,
): PackedColumns {
  const { bins, cellTypes, cellTypeGroups, cellTypeIndex, markMask, geneDetails } = columns;
  const { sequence: _, ...withoutDna } = record;
  const own = Uint32Array.from(positions, (position) => rows[position]!);
  const placeOf = new Map(Array.from(genes, (gene, place) => [gene, place]));
  return {
    signal,
    labels: undefined,
    bins,
    cellTypes,
    cellTypeGroups,
    cellTypeIndex: own.map((row) => cellTypeIndex[row]!),
    markMask,
    genes: Array.from(genes, (gene) => columns.genes[gene]!),
    geneDetails: geneDetails && Array.from(genes, (gene) => geneDetails[gene]!),
    geneIndex: own.map((row) => placeOf.get(columns.geneIndex[row]!)!),
    record: sequences === undefined ? withoutDna : record,
    sequences,
  };
}

/** The genes of samples, each once, as places in the columns. */
export function genesOf(
  { columns: { geneIndex }, rows }: Dataset,
  positions: readonly number[],
): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(new Set(positions.map((position) => geneIndex[rows[position]!]!)));
}
