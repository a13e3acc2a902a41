/**
 * Occluded samples of models that read a panel: the counts are edited, and summaries are made of them as of any sample's.
 *
 * @module
 */

import { Dataset } from "../data/dataset.ts";
import type { SampleColumns } from "../io/columns.ts";
import { type Edits, editsAtATime } from "./_edited_samples.ts";
import type { Block, ExplainedNetwork } from "./explained_network.ts";

/**
 * Predicts edited samples.
 *
 * @param network The model.
 * @param editWith Makes the edits, given each sample's baseline; of signals as the data store them.
 * @param block The samples.
 * @returns `[edit]`
 */
export async function predictEditedData(
  network: ExplainedNetwork,
  editWith: (baselineOf: (sample: number) => Float32Array) => Edits,
  { positions, call: { signal, onShare } }: Block,
): Promise<Float32Array<ArrayBuffer>> {
  const baselines = Array.from(positions, (position) => network.dataBaseline(position));
  const { samples, write } = editWith((sample) => baselines[sample]!);
  const { data } = network;
  const size = data.bins * data.marks.length;
  const predicted = new Float32Array(samples.length);
  const many = editsAtATime(size);
  for (let first = 0; first < samples.length; first += many) {
    const end = Math.min(samples.length, first + many);
    const edited = new Float32Array((end - first) * size);
    for (let edit = first; edit < end; edit++) {
      const target = edited.subarray((edit - first) * size, (edit - first + 1) * size);
      target.set(storedSignal(data, positions[samples[edit]!]!));
      write(edit, target);
    }
    const own = Array.from(samples.subarray(first, end), (sample) => positions[sample]!);
    const source = await network.open.sourceOf(new Dataset(editedColumns(data, own, edited)));
    const rows = Uint32Array.from(own, (_, row) => row);
    predicted.set(await network.predict(source, rows, { signal }), first);
    onShare(end / samples.length);
  }
  return predicted;
}

/** The signal of a sample as its data store it: counts, where these are kept. */
function storedSignal(data: Dataset, position: number): ArrayLike<number> {
  return data.hasCounts ? data.countsOf(position) : data.signalOf(position);
}

/** Columns of samples with other signals, with the genes of these samples alone. */
function editedColumns(
  data: Dataset,
  positions: readonly number[],
  signal: Float32Array<ArrayBuffer>,
): SampleColumns {
  const { columns, storedRecord: { sequence: _, ...record } } = data;
  const { cellTypes, cellTypeGroups, cellTypeIndex, markMask, geneIndex, bins } = columns;
  const rows = Uint32Array.from(positions, (position) => data.rows[position]!);
  const genes = [...new Set(Array.from(rows, (row) => geneIndex[row]!))];
  const placeOf = new Map(genes.map((gene, place) => [gene, place]));
  const { geneDetails } = columns;
  return {
    signal,
    labels: undefined,
    cellTypes,
    cellTypeGroups,
    cellTypeIndex: rows.map((row) => cellTypeIndex[row]!),
    markMask,
    genes: genes.map((gene) => columns.genes[gene]!),
    geneDetails: geneDetails && genes.map((gene) => geneDetails[gene]!),
    geneIndex: rows.map((row) => placeOf.get(geneIndex[row]!)!),
    bins,
    record,
  };
}
