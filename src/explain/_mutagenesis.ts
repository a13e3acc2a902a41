/** Mutagenesis: what the prediction gains if a base becomes another letter. */

import { gatherBatch } from "../engine/gather_batch.ts";
import { SampleBatch } from "../engine/sample_source.ts";
import type { SequenceInput } from "../model/spec.ts";
import { predictEditedInputs } from "./_edited_inputs.ts";
import type { Block, ExplainedNetwork, Found } from "./explained_network.ts";
import { type AttributionPlan, checkWindow } from "./attribution_plan.ts";

const LETTERS = 4;
/** Bases in the middle of a sequence that are mutated unless others are asked for. */
const USUAL_BASES = 200;

/** Explains samples by mutating their sequences. */
export async function explainByMutation(
  network: ExplainedNetwork,
  block: Block,
): Promise<Found> {
  const { positions, call: { signal } } = block;
  const input = network.wanted[0] as SequenceInput;
  const [start, end] = basesOf(network.plan, input);
  const codes = await lettersOf(network, block, input);
  const predictions = await network.predictSamples(positions, { signal });
  const samples: number[] = [];
  const bases: number[] = [];
  const letters: number[] = [];
  for (let sample = 0; sample < positions.length; sample++) {
    for (let base = start; base < end; base++) {
      for (let letter = 0; letter < LETTERS; letter++) {
        if (letter === codes[sample * input.bases + base]) continue;
        samples.push(sample);
        bases.push(base);
        letters.push(letter);
      }
    }
  }
  const predicted = await predictEditedInputs(network, {
    input,
    samples: Uint32Array.from(samples),
    write: (edit, values) => values[bases[edit]!] = letters[edit]!,
  }, block);
  const size = input.bases * LETTERS;
  const values = new Float32Array(positions.length * size).fill(NaN);
  for (let sample = 0; sample < positions.length; sample++) {
    const first = sample * size;
    values.fill(0, first + start * LETTERS, first + end * LETTERS);
  }
  for (const [edit, value] of predicted.entries()) {
    const sample = samples[edit]!;
    values[sample * size + bases[edit]! * LETTERS + letters[edit]!] = value -
      predictions[sample]!;
  }
  const shape = [input.bases, LETTERS];
  return { predictions, inputs: new Map([["sequence", { shape, values }]]) };
}

function basesOf(
  { window }: AttributionPlan,
  { bases }: SequenceInput,
): readonly [start: number, end: number] {
  if (window !== undefined) return checkWindow(window, { length: bases, what: "bases" });
  const middle = Math.floor(bases / 2);
  const half = USUAL_BASES / 2;
  return [Math.max(0, middle - half), Math.min(bases, middle + half)];
}

/** The codes of samples' bases, `[sample, base]`. */
async function lettersOf(
  network: ExplainedNetwork,
  { positions, call: { signal } }: Block,
  input: SequenceInput,
): Promise<Uint8Array> {
  const batch = new SampleBatch([input], positions.length);
  await gatherBatch(network.open.source, network.rowsOf(positions), batch, { signal });
  const { values, entryOf } = batch.input("sequence");
  const codes = new Uint8Array(positions.length * input.bases);
  for (const sample of positions.keys()) {
    const first = entryOf[sample]! * input.bases;
    codes.set(values.subarray(first, first + input.bases), sample * input.bases);
  }
  return codes;
}
