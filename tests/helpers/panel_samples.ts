/** Samples for models that read a panel. */

import { SampleBatch } from "../../src/engine/sample_source.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import type { PackedColumns } from "../../src/io/columns.ts";
import { panelInputs } from "../../src/model/panel_inputs.ts";
import type { ReferencePanel } from "../../src/panel/panel.ts";
import { RandomStream } from "../../src/random.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

/** Number of marks of {@linkcode randomColumns}. */
export const MARKS = 3;

/** Random counts and random labels, which no model can predict, in a full table of genes and cell types. */
export function randomColumns(cellTypes: number, genes: number, seed = 5): PackedColumns {
  const stream = new RandomStream([seed, 11]);
  const count = cellTypes * genes;
  const bins = 20;
  return {
    signal: Uint8Array.from({ length: count * bins * MARKS }, () => stream.below(9)),
    labels: Float64Array.from({ length: count }, () => 2 + stream.normal()),
    cellTypes: Array.from({ length: cellTypes }, (_, i) => `cell ${i}`),
    cellTypeIndex: Uint32Array.from({ length: count }, (_, row) => Math.floor(row / genes)),
    genes: Array.from({ length: genes }, (_, i) => `gene ${i}`),
    geneIndex: Uint32Array.from({ length: count }, (_, row) => row % genes),
    bins,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K27me3", "H3K36me3"] },
  };
}

/** The inputs that samples of a panel have. */
export function inputsOf(panel: ReferencePanel) {
  const { bins, record, cellTypes } = panel;
  return panelInputs({ bins, marks: record.marks.length, references: cellTypes.length });
}

/** Everything that a network sees of one row, by the names of its inputs; references that are absent are `null`. */
export function inputsOfRow(
  source: SampleSource,
  row: number,
): Record<string, readonly (number[] | null)[]> {
  const batch = new SampleBatch(source.inputs, 1);
  source.gather(Uint32Array.of(row), batch);
  return Object.fromEntries(batch.inputs.map(({ spec, values, entryOf, entries }) => {
    const size = "values" in spec ? spec.values : 1;
    return [
      spec.name,
      Array.from(
        entryOf,
        (entry) => entry < entries ? [...values.subarray(entry * size, (entry + 1) * size)] : null,
      ),
    ];
  }));
}
