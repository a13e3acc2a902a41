/** Small models in awkward shapes. */

import { parseSpec } from "../../src/model/parse_spec.ts";
import type { SequentialSpec } from "../../src/model/spec.ts";

/** Every kind of layer in shapes that no vector width or tile divides. */
export const ODD: SequentialSpec = parseSpec({
  name: "odd",
  bins: 37,
  marks: 7,
  layers: [
    { type: "conv1d", filters: 6, width: 4, dilation: 3, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.2 },
    { type: "batchNorm", momentum: 0.9, epsilon: 0.01 },
    { type: "maxPool1d", size: 2 },
    { type: "dropout", rate: 0.25 },
    { type: "conv1d", filters: 5, width: 3, dilation: 2, padding: "valid" },
    { type: "activation", kind: "relu" },
    { type: "maxPool1d", size: 4 },
    { type: "flatten" },
    { type: "dense", units: 9 },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});

/** The same ending in a class. */
export const ODD_BINARY: SequentialSpec = parseSpec({
  ...ODD,
  name: "odd binary",
  layers: [...ODD.layers, { type: "activation", kind: "sigmoid" }],
  loss: "binaryCrossentropy",
});

/** The same with losses whose slopes do not grow with the error. */
export const ODD_HUBER: SequentialSpec = parseSpec({
  ...ODD,
  name: "odd with Huber's loss",
  loss: { type: "huber", delta: 0.5 },
});
export const ODD_RANKED: SequentialSpec = parseSpec({ ...ODD, name: "odd ranked", loss: "rank" });

/** The same with a recurrent layer, which not every engine has. */
export const ODD_RECURRENT: SequentialSpec = parseSpec({
  ...ODD,
  name: "odd recurrent",
  layers: ODD.layers.map((layer) =>
    layer.type === "flatten" ? { type: "bidirectionalGru", units: 5 } : layer
  ),
});

/** Recurrent layers between others, which return their states at each position or the last one alone. */
export const ODD_SEQUENCES: SequentialSpec = parseSpec({
  ...ODD,
  name: "odd sequences",
  layers: [
    ...ODD.layers.slice(0, 4),
    { type: "lstm", units: 5, bidirectional: true, returnSequences: true },
    ...ODD.layers.slice(4, 8),
    { type: "bidirectionalGru", units: 3, returnSequences: true },
    { type: "lstm", units: 7 },
    ...ODD.layers.slice(9),
  ],
});

/** The same without batch normalisation, which makes samples depend on each other. */
export function withoutBatchNorm(spec: SequentialSpec): SequentialSpec {
  return { ...spec, layers: spec.layers.filter(({ type }) => type !== "batchNorm") };
}
