import { deepStrictEqual, throws } from "node:assert";
import { UnsupportedModelError } from "../../src/errors.ts";
import type { SearchPoint } from "../../src/search/space.ts";
import { specOf } from "../../src/search/spec_of.ts";

const POINT: SearchPoint = {
  convolutions: [
    { filters: 8, width: 4, dilation: 1, pool: 1 },
    { filters: 6, width: 3, dilation: 2, pool: 4 },
  ],
  padding: "valid",
  activation: "relu",
  batchNorm: true,
  dropout: 0,
  dense: [10],
  learningRate: 0.01,
  batchSize: 100,
};

Deno.test("a block is convolution, activation, normalisation, pooling; a pool of 1 and dropout 0 are no layers", () => {
  const { layers, bins, marks, loss } = specOf(POINT, {
    bins: 30,
    marks: 2,
    loss: "binaryCrossentropy",
  });
  deepStrictEqual([bins, marks, loss], [30, 2, "binaryCrossentropy"]);
  deepStrictEqual(layers.map((layer) => "kind" in layer ? layer.kind : layer.type), [
    ...["conv1d", "relu", "batchNorm"],
    ...["conv1d", "relu", "batchNorm", "maxPool1d"],
    ...["flatten", "dense", "relu", "dense", "sigmoid"],
  ]);
  const conv = { type: "conv1d", filters: 6, width: 3, dilation: 2, padding: "valid" };
  deepStrictEqual(layers[3], conv);
});

Deno.test("layers that do not fit each other are refused", () => {
  const message = /layers\[3\] \(conv1d\) does not fit its input of shape \[3, 8\]/;
  throws(() => specOf(POINT, { bins: 6 }), (error) => {
    return error instanceof UnsupportedModelError && message.test(error.message);
  });
});
