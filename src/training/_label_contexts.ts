import { CONTEXT_VALUES, writeLabelContext } from "../panel/context.ts";
import type { PanelLabels } from "./_panel_labels.ts";

/** The values of a context that are of labels. */
const VALUES = CONTEXT_VALUES - 1;

/** A sample whose labels of references are shown. */
export interface LabelledSample {
  readonly sample: number;
  /** The gene's place in the panel. */
  readonly gene: number;
  /** Places of the cell types that may be references. */
  readonly references: Uint32Array;
  /** Whether the panel's label statistics are shown. */
  readonly statistics: boolean;
}

/** What samples are told of the labels of their references; 21 bytes a sample keep it from one epoch to the next. */
export class LabelContexts {
  readonly #labels: PanelLabels;
  /** `[sample, value]` */
  readonly #values: Float32Array;
  readonly #isKnown: Uint8Array;

  /** Has room for so many samples. */
  constructor(labels: PanelLabels, samples: number) {
    this.#labels = labels;
    this.#values = new Float32Array(VALUES * samples);
    this.#isKnown = new Uint8Array(samples);
  }

  /** Writes the context from a place in `values` on. */
  write(labelled: LabelledSample, values: Float32Array, start: number): void {
    const from = this.#find(labelled);
    for (let i = 0; i < VALUES; i++) values[start + i] = this.#values[from + i]!;
  }

  /** The mean of the known labels; 0 without any. */
  meanOf(labelled: LabelledSample): number {
    return this.#values[this.#find(labelled)]!;
  }

  /** Where a sample's context is. */
  #find({ sample, gene, references: places, statistics }: LabelledSample): number {
    const start = VALUES * sample;
    if (this.#isKnown[sample] === 0) {
      writeLabelContext(this.#values, start, this.#labels.knownOf(gene, { places, statistics }));
      this.#isKnown[sample] = 1;
    }
    return start;
  }
}
