import type { SampleColumns } from "../io/columns.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { type PanelPlaces, sameCellTypes } from "../panel/references.ts";
import type { SummarisedSamples } from "../panel/summarised_samples.ts";
import { toByte } from "../panel/summary.ts";

/** What is known of whether a panel has the summary of a sample. */
const HELD = { unknown: 0, yes: 1, no: 2 } as const;

/**
 * Summaries of a data set's samples, rounded as a panel keeps those of references, so that like is compared with like. Those
 * that the panel has, to the byte, are taken from there from the second time on: making one takes ten times as long.
 */
export class OwnSummaries {
  readonly #columns: SampleColumns;
  readonly #panel: ReferencePanel;
  readonly #summaries: SummarisedSamples;
  readonly #genes: Int32Array;
  /** `[cellType]` of the data: its place in the panel, −1 if it has none. */
  readonly #cellTypes: Int32Array;
  /** `[sample]`: one of `HELD`. */
  readonly #held: Uint8Array;

  /** Compares samples with a panel. */
  constructor(
    columns: SampleColumns,
    panel: ReferencePanel,
    { summaries, places }: {
      readonly summaries: SummarisedSamples;
      readonly places: PanelPlaces;
    },
  ) {
    this.#columns = columns;
    this.#panel = panel;
    this.#summaries = summaries;
    this.#genes = places.genes;
    this.#cellTypes = Int32Array.from(
      sameCellTypes(panel.cellTypes, columns),
      ([place = -1]) => place,
    );
    this.#held = new Uint8Array(columns.geneIndex.length);
  }

  /** Writes the summary of a sample from a place in `values` on. */
  write(sample: number, values: Float32Array, start: number): void {
    const pair = this.#findPair(sample);
    if (pair >= 0 && this.#held[sample] === HELD.yes) return this.#copy(pair, values, start);
    const { scales, values: bytes } = this.#panel;
    const size = scales.length;
    this.#summaries.summarise(sample, values, start);
    let isSame = pair >= 0;
    for (let i = 0; i < size; i++) {
      const byte = toByte(values[start + i]!, scales[i]!);
      if (isSame && bytes[pair * size + i] !== byte) isSame = false;
      values[start + i] = byte * scales[i]!;
    }
    this.#held[sample] = isSame ? HELD.yes : HELD.no;
  }

  /** The place in the panel of a sample's gene in its own cell type, −1 if the panel has no marks there. */
  #findPair(sample: number): number {
    const { cellTypes, present } = this.#panel;
    const gene = this.#genes[this.#columns.geneIndex[sample]!]!;
    const cellType = this.#cellTypes[this.#columns.cellTypeIndex[sample]!]!;
    if (gene < 0 || cellType < 0) return -1;
    const pair = gene * cellTypes.length + cellType;
    return present[pair] === 1 ? pair : -1;
  }

  #copy(pair: number, values: Float32Array, start: number): void {
    const { scales, values: bytes } = this.#panel;
    const size = scales.length;
    const from = pair * size;
    for (let i = 0; i < size; i++) values[start + i] = bytes[from + i]! * scales[i]!;
  }
}
