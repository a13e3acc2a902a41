import { memorySource } from "../engine/memory_source.ts";
import { entrySize, placesOf, type SampleSource } from "../engine/sample_source.ts";
import { modelInputs } from "../model/inputs.ts";
import type { ModelSpec } from "../model/spec.ts";

/**
 * A sample of zeros, of the kind that a model reads: predicting it makes an engine ready.
 *
 * @param spec The model.
 */
export function blankSource(spec: ModelSpec): SampleSource {
  const inputs = modelInputs(spec);
  const [first, ...others] = inputs;
  if (first?.name === "signal" && others.length === 0) {
    const { bins, marks } = first;
    const signal = new Uint8Array(bins * marks);
    return memorySource({ signal, labels: undefined, bins, marks, transform: "log1p" });
  }
  return {
    samples: 1,
    inputs,
    labels: undefined,
    gather(rows, into) {
      into.samples = rows.length;
      for (const input of into.inputs) {
        input.entries = 1;
        input.values.fill(0, 0, entrySize(input.spec));
        input.entryOf.fill(0, 0, placesOf(input.spec));
      }
    },
  };
}
