/** A model of marks and DNA that learns planted motifs from two thousand genes in seconds. */

import type { BranchedSpec, LayerSpec } from "../../src/model/spec.ts";

const leaky: LayerSpec = { type: "activation", kind: "leakyRelu", alpha: 0.05 };

/** Makes the model for samples of a shape. */
export function smallDna(
  { bins, bases }: { readonly bins: number; readonly bases: number },
): BranchedSpec {
  return {
    name: "small-dna",
    inputs: [{ name: "signal", bins, marks: 5 }, { name: "sequence", bases }],
    branches: [
      {
        name: "marks",
        input: "signal",
        layers: [
          { type: "conv1d", filters: 8, width: 5, dilation: 1, padding: "same" },
          leaky,
          { type: "maxPool1d", size: 4 },
          { type: "flatten" },
          { type: "dense", units: 8 },
        ],
      },
      {
        name: "dna",
        input: "sequence",
        layers: [
          {
            type: "conv1d",
            filters: 32,
            width: 8,
            dilation: 1,
            padding: "same",
            initializer: "glorotNormal",
          },
          leaky,
          { type: "maxPool1d", size: 100 },
          { type: "flatten" },
          { type: "dropout", rate: 0.3 },
          { type: "dense", units: 8 },
        ],
      },
    ],
    head: {
      join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
      layers: [leaky, { type: "dense", units: 1 }],
    },
    loss: "meanSquaredError",
  };
}
