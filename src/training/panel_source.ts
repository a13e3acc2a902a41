import {
  type GatheredInput,
  NO_ENTRY,
  type SampleBatch,
  type SampleSource,
} from "../engine/sample_source.ts";
import type { SampleColumns } from "../io/columns.ts";
import type { InputSpec } from "../model/spec.ts";
import type { LabelScale } from "../model/trained_model.ts";
import { CONTEXT_VALUES, writeMarksContext } from "../panel/context.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { type PanelPlaces, placeInPanel } from "../panel/references.ts";
import { SummarisedSamples, type SummarisedSamplesOptions } from "../panel/summarised_samples.ts";
import { checkPanelInputs } from "./_check_panel_inputs.ts";
import { scaleLabels } from "./_label_scale.ts";
import { EntryFinder } from "./_entry_finder.ts";
import { HiddenMarks, placeDropped } from "./_hidden_marks.ts";
import { LabelContexts } from "./_label_contexts.ts";
import { OwnSummaries } from "./_own_summaries.ts";
import { PanelLabels } from "./_panel_labels.ts";
import { PanelVariants, SHOWN } from "./panel_variants.ts";

/** How a {@linkcode PanelSource} shows its samples. */
export interface PanelSourceOptions extends SummarisedSamplesOptions {
  /** The inputs of the model. */
  readonly inputs: readonly InputSpec[];
  /**
   * What may be hidden in training.
   *
   * @default nothing
   */
  readonly variants?: PanelVariants | undefined;
  /**
   * Marks that are treated as not measured.
   *
   * @default []
   */
  readonly dropMarks?: readonly string[] | undefined;
  /**
   * The scale on which labels are given to the engine.
   *
   * @default their own
   */
  readonly labelScale?: LabelScale | undefined;
  /**
   * How much each sample counts in training, `[sample]`.
   *
   * @default {1 for each}
   */
  readonly weights?: Float64Array | undefined;
}

/** What is shown of one row. */
interface Shown {
  readonly sample: number;
  /** `[mark]`: 1 for one that is hidden or was not measured. */
  readonly hidden: Uint8Array;
  /** Number of `hidden`: rows with the same number have the same marks. */
  readonly key: number;
  /** The gene's place in the panel, −1 if it is not there or all of it is hidden. */
  readonly gene: number;
  /** Whether marks of references are shown. */
  readonly marks: boolean;
  /** Whether labels are shown. */
  readonly labels: boolean;
  /** Places of the cell types that may be references. */
  readonly references: Uint32Array;
  /** Whether the panel's label statistics are shown, if labels are. */
  readonly statistics: boolean;
}

/**
 * Samples with their references in a panel. The references of a sample are those of other cell types, by construction:
 * see `placeInPanel`. Rows from `samples` on are variants of the same samples, from which something is hidden.
 */
export class PanelSource implements SampleSource {
  readonly samples: number;
  readonly variants: number;
  readonly inputs: readonly InputSpec[];
  readonly labels: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  readonly #columns: SampleColumns;
  readonly #panel: ReferencePanel;
  readonly #summaries: SummarisedSamples;
  readonly #own: OwnSummaries;
  readonly #contexts: LabelContexts;
  readonly #places: PanelPlaces;
  readonly #variants: PanelVariants;
  readonly #hidden: HiddenMarks;
  readonly #labels: PanelLabels;
  readonly #entries: EntryFinder;
  readonly #readsReferences: boolean;

  /**
   * Compares a data set with a panel.
   *
   * @param columns The samples.
   * @param panel The panel.
   * @param options Inputs and variants.
   * @throws {ContractError} If the data contradict the panel, see `SummarisedSamples`, or the inputs are not a panel's.
   * @throws {RangeError} If a mark to drop is not one of the panel's.
   */
  constructor(columns: SampleColumns, panel: ReferencePanel, options: PanelSourceOptions) {
    const { inputs, dropMarks = [] } = options;
    checkPanelInputs(inputs, panel);
    const { marks } = panel.record;
    const samples = columns.geneIndex.length;
    this.#variants = options.variants ?? new PanelVariants(marks.length, samples);
    this.samples = samples;
    this.variants = this.#variants.count;
    this.inputs = inputs;
    this.#columns = columns;
    this.#panel = panel;
    this.#summaries = new SummarisedSamples(columns, panel, options);
    this.#places = placeInPanel(panel, columns);
    this.#hidden = new HiddenMarks(this.#summaries, this.#variants, {
      drop: placeDropped(dropMarks, marks),
      cellTypes: columns.cellTypes,
    });
    this.#own = new OwnSummaries(columns, panel, {
      summaries: this.#summaries,
      places: this.#places,
    });
    this.#labels = new PanelLabels(panel);
    this.#contexts = new LabelContexts(this.#labels, samples);
    this.labels = columns.labels && scaleLabels(columns.labels, options.labelScale);
    this.weights = options.weights;
    this.#entries = new EntryFinder(panel.present.length);
    this.#readsReferences = inputs.some(({ name }) => name === "references");
  }

  gather(rows: Uint32Array, into: SampleBatch): void {
    const shown = Array.from(rows, (row) => this.#show(row));
    const references = into.inputs.find(({ spec: { name } }) => name === "references");
    if (references !== undefined) this.#gatherReferences(shown, references);
    for (const input of into.inputs) {
      switch (input.spec.name) {
        case "summary":
          this.#gatherSummaries(shown, input);
          break;
        case "referenceLabels":
          this.#gatherLabels(shown, input, references!);
          break;
        case "context":
          this.#gatherContext(shown, input);
          break;
      }
    }
    into.samples = rows.length;
  }

  #show(row: number): Shown {
    const sample = row % this.samples;
    const variant = (row - sample) / this.samples;
    const cellType = this.#columns.cellTypeIndex[sample]!;
    const shown = this.#variants.shownIn(variant);
    const key = this.#hidden.keyOf(cellType, this.#variants.maskOf(variant));
    const gene = this.#places.genes[this.#columns.geneIndex[sample]!]!;
    return {
      sample,
      key,
      hidden: this.#hidden.marksOf(key),
      gene: shown === SHOWN.nothing ? -1 : gene,
      marks: this.#readsReferences && (shown === SHOWN.all || shown === SHOWN.marks),
      labels: shown === SHOWN.all || shown === SHOWN.labels,
      references: this.#places.references[cellType]!,
      statistics: this.#places.seesStatistics[cellType]!,
    };
  }

  #gatherSummaries(shown: readonly Shown[], input: GatheredInput): void {
    const { values, entryOf } = input;
    const { values: size } = this.#summaries.shape;
    for (const [place, { sample, hidden }] of shown.entries()) {
      this.#own.write(sample, values, place * size);
      this.#hide(hidden, values, place * size);
      entryOf[place] = place;
    }
    input.entries = shown.length;
  }

  /** Copies each reference once, with the same marks hidden as in the samples that it is shown to. */
  #gatherReferences(shown: readonly Shown[], input: GatheredInput): void {
    const { values, entryOf, spec } = input;
    const places = (spec as Extract<InputSpec, { name: "references" }>).references;
    const { scales, present, values: bytes, cellTypes: { length: cellTypes } } = this.#panel;
    const { values: size } = this.#summaries.shape;
    const finder = this.#entries;
    finder.start();
    for (const [sample, { gene, marks, references, key, hidden }] of shown.entries()) {
      const first = sample * places;
      entryOf.fill(NO_ENTRY, first, first + places);
      if (gene < 0 || !marks) continue;
      for (let i = 0; i < references.length; i++) {
        const pair = gene * cellTypes + references[i]!;
        if (present[pair] === 0) continue;
        const known = finder.entries;
        const entry = finder.find(pair, key);
        entryOf[first + i] = entry;
        if (entry < known) continue;
        const [from, to] = [pair * size, entry * size];
        for (let value = 0; value < size; value++) {
          values[to + value] = bytes[from + value]! * scales[value]!;
        }
        this.#hide(hidden, values, to);
      }
    }
    input.entries = finder.entries;
  }

  /**
   * Labels of the same references; one that is not known is the mean of those that are, 0 if all are hidden. A known label
   * has the entry of the reference's marks; the others follow, a mean for each sample that needs one.
   */
  #gatherLabels(
    shown: readonly Shown[],
    input: GatheredInput,
    references: GatheredInput | undefined,
  ): void {
    const { values, entryOf, spec } = input;
    const places = (spec as Extract<InputSpec, { name: "referenceLabels" }>).references;
    input.entries = 0;
    if (references === undefined) {
      entryOf.fill(NO_ENTRY, 0, shown.length * places);
      return;
    }
    let { entries } = references;
    entryOf.set(references.entryOf.subarray(0, shown.length * places));
    values.fill(0, 0, entries);
    for (const [place, row] of shown.entries()) {
      const { gene, marks, references, labels } = row;
      if (gene < 0 || !marks) continue;
      const first = place * places;
      let lacks = false;
      for (let i = 0; i < references.length; i++) {
        const entry = entryOf[first + i]!;
        if (entry === NO_ENTRY) continue;
        const label = labels ? this.#labels.of(gene, references[i]!) : NaN;
        if (!Number.isNaN(label)) values[entry] = label;
        else {
          entryOf[first + i] = entries;
          lacks = true;
        }
      }
      if (lacks) values[entries++] = labels ? this.#contexts.meanOf(row) : 0;
    }
    input.entries = entries;
  }

  #gatherContext(shown: readonly Shown[], input: GatheredInput): void {
    const { values, entryOf } = input;
    const { present, cellTypes: { length: cellTypes } } = this.#panel;
    for (const [place, row] of shown.entries()) {
      const { gene, marks, labels, references } = row;
      const start = place * CONTEXT_VALUES;
      if (gene >= 0 && labels) this.#contexts.write(row, values, start);
      else values.fill(0, start, start + CONTEXT_VALUES);
      const isKnown = gene >= 0 && marks &&
        references.some((reference) => present[gene * cellTypes + reference] === 1);
      writeMarksContext(values, start, isKnown);
      entryOf[place] = place;
    }
    input.entries = shown.length;
  }

  /** Sets the values of hidden marks to those of marks that were not measured. */
  #hide(hidden: Uint8Array, values: Float32Array, start: number): void {
    const { valuesOfMark } = this.#summaries.shape;
    for (let mark = 0; mark < hidden.length; mark++) {
      if (hidden[mark] === 0) continue;
      const first = start + mark * valuesOfMark;
      values.fill(0, first, first + valuesOfMark);
    }
  }
}
