/**
 * What boosted trees are given of a sample: the numbers that `waka3` is given, with the comparisons that a network makes of
 * them by itself made beforehand.
 */

import type { Dataset } from "../../../src/data/dataset.ts";
import { type GatheredInput, NO_ENTRY, SampleBatch } from "../../../src/engine/sample_source.ts";
import { panelInputs } from "../../../src/model/panel_inputs.ts";
import type { InputName } from "../../../src/model/spec.ts";
import { CONTEXT_VALUES } from "../../../src/panel/context.ts";
import { type ReferencePanel, summaryShape } from "../../../src/panel/mod.ts";
import { turnedInPanel } from "../../../src/panel/turned_genes.ts";
import { PanelSource } from "../../../src/training/panel_source.ts";
import { PanelVariants, SHOWN } from "../../../src/training/panel_variants.ts";

/** What is known of the references of a sample; trees are grown for each case by itself. */
export type Known = "all" | "marks" | "nothing";

/** Rows that are gathered together. */
const BATCH = 1000;
/** Sharpness of the weights by which labels of more similar references count more. */
const SHARPNESS = 10;

/** A table of numbers. */
export interface TreeInputs {
  /** `[sample, input]` */
  readonly values: Float32Array<ArrayBuffer>;
  /** Inputs of a sample. */
  readonly width: number;
}

/**
 * Makes the inputs of samples: the summary; with known marks also how it differs from the references' mean, and the least
 * distance of a reference; with known labels also their mean, deviation, least and most, and their mean weighted by
 * likeness of marks. What is missing for a sample is NaN, which the trees know how to treat.
 *
 * @param data The samples; their labels are not read.
 * @param panel Their references; those of their own cell types are left out.
 * @param known What is shown of the references.
 */
export async function makeTreeInputs(
  data: Dataset,
  panel: ReferencePanel,
  known: Known,
): Promise<TreeInputs> {
  const shape = { bins: data.bins, marks: panel.record.marks.length };
  const { columns: { geneIndex: { length: samples } } } = data;
  // Nothing is drawn: what is shown of a row is asked for by its number.
  const dropout = { labels: 0, genes: 0, references: 0, marks: 0 };
  const source = new PanelSource(data.columns, panel, {
    inputs: panelInputs({ ...shape, references: panel.cellTypes.length }),
    variants: new PanelVariants(shape.marks, samples, dropout),
    turned: turnedInPanel(panel, data.columns),
    ignoreLabels: true,
  });
  const writer = new RowWriter(known, shape);
  const values = new Float32Array(data.length * writer.width);
  for (let start = 0; start < data.length; start += BATCH) {
    const rows = data.rows.slice(start, start + BATCH).map((row) => SHOWN[known] * samples + row);
    const batch = new SampleBatch(source.inputs, rows.length);
    await source.gather(rows, batch);
    for (let place = 0; place < rows.length; place++) {
      writer.write(batch, place, values.subarray((start + place) * writer.width));
    }
  }
  return { values, width: writer.width };
}

/** Writes the inputs of one sample of a batch. */
class RowWriter {
  readonly width: number;
  readonly #known: Known;
  readonly #size: number;
  /** Places in a summary of the windows, by which likeness is judged. */
  readonly #windows: readonly number[];

  constructor(known: Known, shape: { readonly bins: number; readonly marks: number }) {
    const { values, valuesOfMark, windows } = summaryShape(shape);
    const widths = {
      nothing: values,
      marks: 2 * values + 1,
      all: 2 * values + 1 + CONTEXT_VALUES + 1,
    };
    this.width = widths[known];
    this.#known = known;
    this.#size = values;
    this.#windows = Array.from({ length: values }, (_, place) => place)
      .filter((place) => place % valuesOfMark < windows);
  }

  write(batch: SampleBatch, sample: number, out: Float32Array): void {
    const size = this.#size;
    const own = entryAt(batch, "summary", sample);
    out.set(own);
    if (this.#known === "nothing") return;
    const references = entriesAt(batch, "references", sample);
    if (references.length === 0) {
      out.fill(NaN, size, this.width);
      return;
    }
    for (let i = 0; i < size; i++) {
      const mean = references.reduce((sum, values) => sum + values[i]!, 0) / references.length;
      out[size + i] = own[i]! - mean;
    }
    const distances = references.map((values) => this.#distance(own, values));
    const least = Math.min(...distances);
    out[2 * size] = least;
    if (this.#known === "marks") return;
    out.set(entryAt(batch, "context", sample), 2 * size + 1);
    const weights = distances.map((distance) => Math.exp(-SHARPNESS * (distance - least)));
    const labels = entriesAt(batch, "referenceLabels", sample).map(([label]) => label!);
    const sum = labels.reduce((sum, label, i) => sum + weights[i]! * label, 0);
    out[2 * size + 1 + CONTEXT_VALUES] = sum / weights.reduce((sum, weight) => sum + weight, 0);
  }

  #distance(a: Float32Array, b: Float32Array): number {
    const sum = this.#windows.reduce((sum, place) => sum + (a[place]! - b[place]!) ** 2, 0);
    return sum / this.#windows.length;
  }
}

function entryAt(batch: SampleBatch, name: InputName, sample: number): Float32Array {
  const input = batch.input(name);
  return entryOf(input, input.entryOf[sample]!);
}

/** The entries that a sample has in an input of several places. */
function entriesAt(batch: SampleBatch, name: InputName, sample: number): Float32Array[] {
  const input = batch.input(name);
  const places = input.entryOf.length / batch.capacity;
  return Array.from(input.entryOf.subarray(sample * places, (sample + 1) * places))
    .filter((entry) => entry !== NO_ENTRY)
    .map((entry) => entryOf(input, entry));
}

function entryOf({ values, spec }: GatheredInput, entry: number): Float32Array {
  const { values: size } = spec as { readonly values: number };
  return values.subarray(entry * size, (entry + 1) * size);
}
