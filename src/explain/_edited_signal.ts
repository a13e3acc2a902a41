/**
 * Occluded samples of models that read a panel: the signal that data store is edited, and summaries are made of it as of any
 * sample's.
 *
 * @module
 */

import { Dataset } from "../data/dataset.ts";
import { type Edits, editsAtATime } from "./_edited_inputs.ts";
import { editedColumns, genesOf } from "./edited_columns.ts";
import type { Block, ExplainedNetwork } from "./explained_network.ts";
import { storedSignal } from "./stored_signal.ts";

/**
 * Predicts samples whose signal is edited.
 *
 * @param network The model.
 * @param editWith Makes the edits, given each sample's baseline; of signals as the data store them.
 * @param block The samples.
 * @returns `[edit]`
 */
export async function predictEditedSignal(
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
    const source = await network.open.sourceOf(
      new Dataset(editedColumns(data, {
        positions: own,
        signal: edited,
        record: data.storedRecord,
        genes: genesOf(data, own),
      })),
    );
    const rows = Uint32Array.from(own, (_, row) => row);
    predicted.set(await network.predict(source, rows, { signal }), first);
    onShare(end / samples.length);
  }
  return predicted;
}
