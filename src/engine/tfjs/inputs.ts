import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import { branchInputShape, isOverReferences } from "../../model/inputs.ts";
import type { InputSpec } from "../../model/spec.ts";
import { REFERENCE_MASK } from "../../model/wiring.ts";
import {
  entrySize,
  type GatheredInput,
  NO_ENTRY,
  placesOf,
  type SampleBatch,
} from "../sample_source.ts";

/** Letters of DNA. */
const LETTERS = 4;

/** What a network is fed, by the name of its input. */
export type FedTensors = Readonly<Record<string, Tensor>>;

/**
 * A batch as a network of tf.js reads it: every sample with entries of its own, `[sample, …]` or
 * `[sample, reference, …]` with zeros where a reference is missing, a sequence one-hot; and `referenceMask` where there
 * are references.
 *
 * @param batch Gathered samples.
 * @returns Tensors that the caller disposes of.
 */
export function feedTensors({ inputs, samples }: SampleBatch): FedTensors {
  const fed: Record<string, Tensor> = {};
  for (const input of inputs) {
    const { spec } = input;
    const values = spec.name === "sequence"
      ? spreadLetters(input, samples)
      : spreadEntries(input, samples);
    fed[spec.name] = tensor(values, [samples, ...fedShape(spec)]);
  }
  const over = inputs.find(({ spec }) => isOverReferences(spec));
  if (over !== undefined) {
    const places = placesOf(over.spec);
    const present = Float32Array.from(
      over.entryOf.subarray(0, samples * places),
      (entry) => entry === NO_ENTRY ? 0 : 1,
    );
    fed[REFERENCE_MASK] = tensor(present, [samples, places]);
  }
  return fed;
}

/**
 * Shape of what a network of tf.js reads from one sample.
 *
 * @param input An input of the model.
 * @returns Such as `[bins, marks]`, `[bases, 4]` or `[references, values]`.
 */
export function fedShape(input: InputSpec): number[] {
  const shape = [...branchInputShape(input)];
  return isOverReferences(input) ? [input.references, ...shape] : shape;
}

function spreadEntries(
  { spec, values, entryOf }: GatheredInput,
  samples: number,
): Float32Array<ArrayBuffer> {
  const size = entrySize(spec);
  const places = samples * placesOf(spec);
  const spread = new Float32Array(places * size);
  for (let place = 0; place < places; place++) {
    const entry = entryOf[place]!;
    if (entry === NO_ENTRY) continue;
    spread.set(values.subarray(entry * size, (entry + 1) * size), place * size);
  }
  return spread;
}

function spreadLetters(
  { spec, values, entryOf }: GatheredInput,
  samples: number,
): Float32Array<ArrayBuffer> {
  const bases = entrySize(spec);
  const spread = new Float32Array(samples * bases * LETTERS);
  for (let sample = 0; sample < samples; sample++) {
    const from = entryOf[sample]! * bases;
    const to = sample * bases;
    for (let base = 0; base < bases; base++) {
      const code = values[from + base]!;
      if (code < LETTERS) spread[LETTERS * (to + base) + code] = 1;
    }
  }
  return spread;
}
