/** Windows in the direction of transcription, as `waka3` and the trees see them, for what reads them as they are. */

import type { PackedArray } from "../../../src/base/arrays.ts";
import { Dataset } from "../../../src/data/dataset.ts";
import type { PackedColumns } from "../../../src/io/columns.ts";
import { inMemory } from "../../../src/io/stored_signal.ts";
import { turnedGenes } from "../../../src/panel/turned_genes.ts";

/** Training and test samples, with labels and without, share a signal, which is turned once. */
const turned = new WeakMap<PackedArray, PackedArray>();

/** The same samples, with the windows of genes on the minus strand turned round where the data have not done so. */
export function turnWindows({ columns, rows }: Dataset): Dataset {
  const own = inMemory(columns.signal, "turn windows");
  const signal = turned.get(own) ?? turnSignal({ ...columns, signal: own });
  turned.set(own, signal);
  return new Dataset(
    { ...columns, signal, record: { ...columns.record, orientation: "transcript" } },
    rows,
  );
}

function turnSignal(columns: PackedColumns): PackedArray {
  const { signal, geneIndex, bins, record } = columns;
  const marks = record.marks.length;
  const isTurned = turnedGenes(columns);
  const out = signal.slice();
  for (let row = 0; row < geneIndex.length; row++) {
    if (isTurned[geneIndex[row]!] === 0) continue;
    const start = row * bins * marks;
    for (let bin = 0; bin < bins; bin++) {
      const from = start + (bins - 1 - bin) * marks;
      for (let mark = 0; mark < marks; mark++) {
        out[start + bin * marks + mark] = signal[from + mark]!;
      }
    }
  }
  return out;
}
