import { branchInputShape, isOverReferences } from "../../src/model/inputs.ts";
import { sizeOf } from "../../src/model/shapes.ts";
import type { BranchedSpec } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import type { ReferenceSample } from "./branched_reference.ts";

/** Samples of a model with branches as tensors would hold them, and one by one. */
export interface BranchedSamples {
  /** By the input's name, `[sample, …]`, a sequence one-hot; zeros for references that are absent. */
  readonly inputs: Readonly<Record<string, { values: Float32Array<ArrayBuffer>; shape: number[] }>>;
  /** `[sample, reference]` */
  readonly mask: Float32Array<ArrayBuffer>;
  readonly samples: readonly ReferenceSample[];
}

/** Random samples; the first has no references, the second all of them. */
export function randomSamples(spec: BranchedSpec, count: number): BranchedSamples {
  const stream = new RandomStream(deriveKey(5, "branched", 0));
  const references = spec.inputs.find(isOverReferences)?.references ?? 0;
  const mask = Float32Array.from({ length: count * references }, (_, i) => {
    const sample = Math.floor(i / references);
    if (sample < 2) return sample;
    return stream.uniform() < 0.6 ? 1 : 0;
  });
  const inputs: Record<string, { values: Float32Array<ArrayBuffer>; shape: number[] }> = {};
  const rowLengths: Record<string, number> = {};
  for (const input of spec.inputs) {
    const entry = branchInputShape(input);
    const shape = isOverReferences(input) ? [references, ...entry] : [...entry];
    const size = sizeOf(shape);
    const values = Float32Array.from({ length: count * size }, () => stream.normal());
    if (input.name === "markMask") values.forEach((value, i) => values[i] = value > 0 ? 1 : 0);
    if (input.name === "sequence") {
      for (let base = 0; base < values.length; base += 4) {
        const letter = Math.floor(5 * stream.uniform()); // a fifth is no letter
        for (let i = 0; i < 4; i++) values[base + i] = i === letter ? 1 : 0;
      }
    }
    const row = entry.at(-1)!;
    if (isOverReferences(input)) {
      values.forEach((value, i) => values[i] = value * mask[Math.floor(i / row)]!);
    }
    inputs[input.name] = { values, shape: [count, ...shape] };
    rowLengths[input.name] = row;
  }
  const samples = Array.from({ length: count }, (_, sample) => ({
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { values }]) => {
        const size = values.length / count;
        const own = [...values.subarray(sample * size, (sample + 1) * size)];
        const length = rowLengths[name]!;
        const rows = Array.from(
          { length: size / length },
          (_, r) => own.slice(r * length, (r + 1) * length),
        );
        return [name, rows];
      }),
    ),
    mask: [...mask.subarray(sample * references, (sample + 1) * references)],
  }));
  return { inputs, mask, samples };
}
