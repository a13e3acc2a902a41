/** Predictions of samples of which one input is edited, many edits at a time. */

import { gatherBatch } from "../engine/gather_batch.ts";
import { type InputColumn, joinInputs } from "../engine/joined_source.ts";
import { memorySource } from "../engine/memory_source.ts";
import {
  entrySize,
  type GatheredInput,
  placesOf,
  SampleBatch,
  type SampleSource,
} from "../engine/sample_source.ts";
import type { InputSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";
import type { Block, ExplainedNetwork } from "./explained_network.ts";

/** Values of edited inputs that are held at a time. */
const MOST_VALUES = 1 << 21;
/** Edited samples of a call: enough for all threads. */
const MOST_EDITS = 4096;

/** Edits of samples. */
export interface Edits {
  /** The input that is edited. */
  readonly input: InputSpec;
  /** `[edit]`: the place in the block of the sample that each is made to, rising. */
  readonly samples: Uint32Array;
  /** Makes an edit to the values of its sample: codes of letters for a sequence. */
  readonly write: (edit: number, values: Float32Array) => void;
}

/**
 * Predicts samples of which one input is edited.
 *
 * @param network The model.
 * @param edits What to change.
 * @param block The samples.
 * @returns `[edit]`
 */
export async function predictEditedInputs(
  network: ExplainedNetwork,
  edits: Edits,
  { positions, call: { signal, onShare } }: Block,
): Promise<Float32Array<ArrayBuffer>> {
  const { length } = edits.samples;
  const predicted = new Float32Array(length);
  const many = editsAtATime(entrySize(edits.input));
  for (let first = 0; first < length; first += many) {
    const end = Math.min(length, first + many);
    const source = await editedSource(network, edits, { positions, first, end, signal });
    const rows = Uint32Array.from({ length: end - first }, (_, row) => row);
    predicted.set(await network.predict(source, rows, { signal }), first);
    onShare(end / length);
  }
  return predicted;
}

/** How many edited samples are held together. */
export function editsAtATime(size: number): number {
  return Math.max(1, Math.min(MOST_EDITS, Math.floor(MOST_VALUES / size)));
}

/** The edited samples of some edits: what is not edited they share. */
async function editedSource(
  { inputs, open, data }: ExplainedNetwork,
  { input, samples, write }: Edits,
  { positions, first, end, signal }: AbortOptions & {
    readonly positions: Uint32Array;
    readonly first: number;
    readonly end: number;
  },
): Promise<SampleSource> {
  const from = samples[first]!;
  const own = positions.subarray(from, samples[end - 1]! + 1);
  const batch = new SampleBatch(inputs, own.length);
  const rows = Uint32Array.from(own, (position) => data.rows[position]!);
  await gatherBatch(open.source, rows, batch, { signal });
  const sampleOf = samples.slice(first, end).map((sample) => sample - from);
  const columns = batch.inputs.map((gathered): InputColumn => {
    if (gathered.spec.name !== input.name) return shareEntries(gathered, sampleOf);
    return {
      input,
      table: editEntries(gathered, sampleOf, (edit, values) => write(first + edit, values)),
    };
  });
  const [only] = columns;
  if (input.name === "signal" && columns.length === 1) {
    const { bins, marks } = input;
    const signal = only!.table as Float32Array<ArrayBuffer>;
    return memorySource({ signal, labels: undefined, bins, marks, transform: "none" });
  }
  return joinInputs({ samples: sampleOf.length, columns });
}

/** Gives each edited sample the entries of the sample that it was made of. */
function shareEntries(
  { spec, values, entries, entryOf }: GatheredInput,
  sampleOf: Uint32Array,
): InputColumn {
  const places = placesOf(spec);
  const shared = new Uint32Array(sampleOf.length * places);
  for (const [edit, sample] of sampleOf.entries()) {
    shared.set(entryOf.subarray(sample * places, (sample + 1) * places), edit * places);
  }
  const table = values.slice(0, entries * entrySize(spec));
  return { input: spec, table: tableOf(spec, table), entryOf: shared };
}

/** A copy of each sample's entry, edited. */
function editEntries(
  { spec, values, entryOf }: GatheredInput,
  sampleOf: Uint32Array,
  write: Edits["write"],
): InputColumn["table"] {
  const size = entrySize(spec);
  const table = new Float32Array(sampleOf.length * size);
  for (const [edit, sample] of sampleOf.entries()) {
    const entry = entryOf[sample]!;
    const target = table.subarray(edit * size, (edit + 1) * size);
    target.set(values.subarray(entry * size, (entry + 1) * size));
    write(edit, target);
  }
  return tableOf(spec, table);
}

/** Codes of letters are small integers. */
function tableOf(spec: InputSpec, table: Float32Array<ArrayBuffer>): InputColumn["table"] {
  return spec.name === "sequence" ? Uint8Array.from(table) : table;
}
