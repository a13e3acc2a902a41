import { fillArray, type PackedArray } from "../base/arrays.ts";
import type { GeneSequences } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { controlSequences } from "../data/sequence_control.ts";
import { type InputColumn, joinInputs } from "../engine/joined_source.ts";
import { memorySource } from "../engine/memory_source.ts";
import { storedSource } from "../engine/stored_source.ts";
import { describeInputShape, type SampleSource } from "../engine/sample_source.ts";
import type { SampleColumns } from "../io/columns.ts";
import { visitRows } from "../io/stored_rows.ts";
import { isStored, type StoredSignal } from "../io/stored_signal.ts";
import { isOverReferences, modelInputs, readsSequence, readsSignal } from "../model/inputs.ts";
import { panelInputs, readsPanel } from "../model/panel_inputs.ts";
import type { ModelSpec, SequenceInput, SignalInput } from "../model/spec.ts";
import { setWindowReader } from "./_windows.ts";
import { withModelBases } from "./model_bases.ts";
import {
  type DataRecord,
  type ReconcileOptions,
  reconcileRecords,
  type SequenceControl,
  type Transform,
} from "../record.ts";

// Engines may keep a copy of the samples for as long as they see the same source, so folds share one.
const known = new WeakMap<SampleColumns, Map<string, SampleSource>>();

/** Which inputs are wanted, what differences are accepted, and how much samples count. */
export interface SampleSourceOptions extends ReconcileOptions {
  /** The model, which reads the signal, the sequence or both. */
  readonly model: ModelSpec;
  /** `[sample]`: how much each counts in training. A source with weights is made for the call alone. */
  readonly weights?: Float64Array | undefined;
}

/**
 * A data set's columns as engines take them, with the transform that is still to be applied; the same source for the
 * same columns, inputs and transform. Where counts are kept for their logarithms, engines get the counts: so counts and
 * their logarithms give a model the same bits.
 *
 * @param data The samples.
 * @param record Describes the numbers that the network sees.
 * @param options Which inputs are wanted, what differences are accepted, and weights.
 * @throws {ContractError} If the data's record contradicts it, or the data lack an input.
 */
export function sampleSource(
  data: Dataset,
  record: DataRecord,
  options: SampleSourceOptions,
): SampleSource {
  const { model, weights } = options;
  const { columns, storedRecord } = withModelBases(model, data);
  const transform = reconcileRecords(record, storedRecord, options);
  checkInputShape(model, data);
  const control = record.sequence?.control;
  const wanted = {
    transform,
    hasSignal: readsSignal(model),
    hasSequence: readsSequence(model),
    ...(control && { control }),
  };
  if (weights !== undefined) return makeSource(columns, { ...wanted, weights });
  const key = JSON.stringify(wanted);
  const byKey = known.get(columns) ?? new Map<string, SampleSource>();
  known.set(columns, byKey);
  const made = byKey.get(key) ?? makeSource(columns, wanted);
  byKey.set(key, made);
  return made;
}

/** Makes a source of the signal alone, which engines may keep near the hardware, or of the sequence too. */
function makeSource(
  columns: SampleColumns,
  { transform, hasSignal, hasSequence, control, weights }: {
    readonly transform: Transform;
    readonly hasSignal: boolean;
    readonly hasSequence: boolean;
    readonly control?: SequenceControl | undefined;
    readonly weights?: Float64Array | undefined;
  },
): SampleSource {
  const { signal, labels, bins, record, geneIndex } = columns;
  const sequences = control === undefined ? columns.sequences : controlSequences(columns, control);
  const marks = record.marks.length;
  const learned = { labels, ...(weights && { weights }) };
  const samples = geneIndex.length;
  const shape = { bins, marks, transform };
  const dna = hasSequence && sequences !== undefined
    ? sequenceColumn(sequences, geneIndex)
    : undefined;
  if (!hasSignal && dna !== undefined) return joinInputs({ samples, ...learned, columns: [dna] });
  const joined = { samples, ...shape, ...learned, dna };
  return isStored(signal) ? windowedSource(signal, joined) : residentSource(signal, joined);
}

/** What samples have besides their signal. */
interface JoinedSamples extends Pick<SampleSource, "samples" | "labels" | "weights"> {
  readonly bins: number;
  readonly marks: number;
  readonly transform: Transform;
  readonly dna: InputColumn | undefined;
}

/** Makes a source of signal in memory. */
function residentSource(
  signal: PackedArray,
  { samples, dna, labels, weights, ...shape }: JoinedSamples,
): SampleSource {
  const learned = { labels, ...(weights && { weights }) };
  if (dna === undefined) return memorySource({ signal, ...shape, ...learned });
  const { bins, marks, transform } = shape;
  const own: InputColumn = { input: { name: "signal", bins, marks }, table: signal, transform };
  return joinInputs({ samples, ...learned, columns: [own, dna] });
}

/** Makes a source of signal that is read batch by batch or, where the next rows are known, window by window. */
function windowedSource(signal: StoredSignal, joined: JoinedSamples): SampleSource {
  const { samples, dna, labels, weights, ...shape } = joined;
  const source = storedSource({
    samples,
    ...shape,
    labels,
    ...(weights && { weights }),
    visitRows: (rows, visit, options) => visitRows(signal, rows, { visit, ...options }),
    ...(dna && { others: joinInputs({ samples, columns: [dna] }) }),
  });
  setWindowReader(source, {
    signal,
    makeSource: (rows, values) =>
      residentSource(values, {
        samples: rows.length,
        ...shape,
        labels: labels && takeRows(labels, rows),
        weights: weights && takeRows(weights, rows),
        dna: dna && { ...dna, entryOf: rows.map((row) => dna.entryOf![row]!) },
      }),
  });
  return source;
}

function takeRows(values: Float64Array, rows: Uint32Array): Float64Array {
  return fillArray(new Float64Array(rows.length), (place) => values[rows[place]!]!);
}

function sequenceColumn(sequences: GeneSequences, geneIndex: Uint32Array): InputColumn {
  const { bases, entryOf } = sequences;
  return {
    input: { name: "sequence", bases },
    table: sequences,
    entryOf: geneIndex.map((gene) => entryOf[gene]!),
  };
}

/** Throws unless samples of `data` have the shape that `spec` takes. */
export function checkInputShape(spec: ModelSpec, data: Dataset): void {
  if (readsPanel(spec)) {
    checkPanelInputs(spec, data);
    return;
  }
  for (const input of modelInputs(spec)) {
    if (input.name === "sequence") {
      checkSequenceShape(spec, input, data);
      continue;
    }
    if (input.name !== "signal") {
      const found = data.hasSequences ? "signal and sequence" : "signal";
      throw new ContractError(
        `Cannot run "${spec.name}": the model reads ${input.name}, the data have ${found} only`,
      );
    }
    if (input.bins === data.bins && input.marks === data.marks.length) continue;
    throw new ContractError(
      `Cannot run "${spec.name}": the data have ${data.bins} bins × ${data.marks.length} marks, ` +
        `the model takes ${input.bins} × ${input.marks}${adviseWindow(input, data)}`,
    );
  }
}

/** Throws unless data have sequences as long as a model takes. */
function checkSequenceShape(spec: ModelSpec, { bases }: SequenceInput, data: Dataset): void {
  const found = withModelBases(spec, data).columns.sequences?.bases;
  if (found === bases) return;
  const advice =
    `Prepare the data again (deno task prepare ... --genome GENOME --sequence-half-width ${
      bases / 2
    }), or add sequences of ${bases} bases (--sequences seq_data.csv)`;
  throw new ContractError(
    found === undefined
      ? `Cannot run "${spec.name}": the model reads sequence, the data have none. ${advice}`
      : `Cannot run "${spec.name}": the data have sequences of ${found} bases, the model takes ${bases}. ${advice}`,
  );
}

/** Throws unless the inputs of a model that reads a panel are those that a panel gives to samples like `data`. */
function checkPanelInputs(spec: ModelSpec, data: Dataset): void {
  const shape = { bins: data.bins, marks: data.marks.length };
  for (const input of modelInputs(spec)) {
    const references = isOverReferences(input) ? input.references : 1;
    const wanted = panelInputs({ ...shape, references }).find(({ name }) => name === input.name);
    if (wanted === undefined) {
      throw new ContractError(
        `Cannot run "${spec.name}": the model reads ${input.name}, a panel gives summary, references, ` +
          "referenceLabels and context",
      );
    }
    if (describeInputShape(wanted) === describeInputShape(input)) continue;
    throw new ContractError(
      `Cannot run "${spec.name}": data of ${shape.bins} bins × ${shape.marks} marks give ` +
        `${describeInputShape(wanted)}, the model takes ${describeInputShape(input)}`,
    );
  }
}

/** Advises the flag with which `prepare` makes windows of as many bins as the model takes. */
function adviseWindow({ bins, marks }: SignalInput, data: Dataset): string {
  if (marks !== data.marks.length) return "";
  const halfWidthBp = bins * data.record.binSizeBp / 2;
  if (!Number.isInteger(halfWidthBp)) return "";
  return `. Prepare the data again with windows of ${bins} bins (deno task prepare ... --half-width ${halfWidthBp})`;
}
