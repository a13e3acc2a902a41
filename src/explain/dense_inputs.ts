/** The inputs of samples as plain arrays: a value for each place, also where samples share entries or lack references. */

import { UNKNOWN_BASE } from "../base/sequences.ts";
import { gatherBatch } from "../engine/gather_batch.ts";
import { gradientSize } from "../engine/path_source.ts";
import {
  entrySize,
  type GatheredInput,
  NO_ENTRY,
  placesOf,
  SampleBatch,
  type SampleSource,
} from "../engine/sample_source.ts";
import { branchInputShape, isOverReferences } from "../model/inputs.ts";
import type { InputName, InputSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";

/** By name of the input, `[row, …shape of a sample]` as the network sees it. */
export type DenseInputs = ReadonlyMap<InputName, Float32Array<ArrayBuffer>>;

/** The shape in which one sample has an input: that of its gradient. */
export function denseShape(input: InputSpec): readonly number[] {
  const shape = branchInputShape(input);
  return isOverReferences(input) ? [input.references, ...shape] : shape;
}

/** What is gathered of samples. */
export interface GatherOptions extends AbortOptions {
  /** Which inputs; labels of references come with references only. */
  readonly inputs: readonly InputSpec[];
}

/**
 * Gathers samples.
 *
 * @param source The samples.
 * @param rows Which of them.
 * @param options Which inputs, and the signal of the call.
 * @returns Their values: zeros where a reference is missing, a sequence as one-hot letters.
 */
export async function gatherDense(
  source: SampleSource,
  rows: Uint32Array,
  { inputs, signal }: GatherOptions,
): Promise<DenseInputs> {
  const batch = new SampleBatch(inputs, rows.length);
  await gatherBatch(source, rows, batch, { signal });
  return new Map(batch.inputs.map((input) => [input.spec.name, spreadEntries(input, rows.length)]));
}

/** Copies the entries of each sample to its places. */
function spreadEntries(input: GatheredInput, samples: number): Float32Array<ArrayBuffer> {
  const { spec, values, entryOf } = input;
  const size = entrySize(spec);
  const dense = new Float32Array(samples * gradientSize(spec));
  for (let place = 0; place < samples * placesOf(spec); place++) {
    const entry = entryOf[place]!;
    if (entry === NO_ENTRY) continue;
    const own = values.subarray(entry * size, (entry + 1) * size);
    if (spec.name !== "sequence") dense.set(own, place * size);
    else {
      for (const [base, code] of own.entries()) {
        if (code !== UNKNOWN_BASE) dense[(place * size + base) * 4 + code] = 1;
      }
    }
  }
  return dense;
}
