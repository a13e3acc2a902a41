import { deepStrictEqual, ok, throws } from "node:assert";
import { UnsupportedModelError } from "../../src/errors.ts";
import { modelGraph } from "../../src/model/graph.ts";
import {
  type InputSpec,
  isBranched,
  type ModelSpec,
  type SequentialSpec,
} from "../../src/model/spec.ts";
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

function sequential(spec: ModelSpec): SequentialSpec {
  ok(!isBranched(spec));
  return spec;
}

Deno.test("a block is convolution, activation, normalisation, pooling; a pool of 1 and dropout 0 are no layers", () => {
  const { layers, bins, marks, loss } = sequential(
    specOf(POINT, { bins: 30, marks: 2, loss: "binaryCrossentropy" }),
  );
  deepStrictEqual([bins, marks, loss], [30, 2, "binaryCrossentropy"]);
  deepStrictEqual(layers.map((layer) => "kind" in layer ? layer.kind : layer.type), [
    "conv1d",
    "relu",
    "batchNorm",
    "conv1d",
    "relu",
    "batchNorm",
    "maxPool1d",
    "flatten",
    "dense",
    "relu",
    "dense",
    "sigmoid",
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

Deno.test("linear layers are between the convolutions and flattening, with a GELU after each layer", () => {
  const point: SearchPoint = { ...POINT, activation: "gelu", linear: [5], batchNorm: false };
  const { layers } = sequential(specOf(point, { bins: 30 }));
  deepStrictEqual(layers.slice(5, 9).map((layer) => "kind" in layer ? layer.kind : layer.type), [
    "linear",
    "gelu",
    "flatten",
    "dense",
  ]);
});

const BRANCHED_POINT: SearchPoint = {
  ...POINT,
  signal: [12],
  branches: [
    { input: "context", units: [4] },
    { input: "summary", units: [7, 5] },
    { input: "references", units: [] },
    { input: "referenceLabels", units: [] },
  ],
};
const INPUTS: InputSpec[] = [
  { name: "context", values: 8 },
  { name: "summary", values: 10 },
  { name: "references", references: 3, values: 10 },
  { name: "referenceLabels", references: 3, values: 1 },
];

Deno.test("branches are joined according to their inputs, references with the layers of the summary", () => {
  const spec = specOf(BRANCHED_POINT, { bins: 30, marks: 2, inputs: INPUTS });
  ok(isBranched(spec));
  deepStrictEqual(spec.inputs.map(({ name }) => name), [
    "signal",
    "context",
    "summary",
    "references",
    "referenceLabels",
  ]);
  deepStrictEqual(spec.branches[3], {
    name: "references",
    input: "references",
    encoder: "summary",
  });
  const { join, joinShape, head } = modelGraph(spec);
  deepStrictEqual(join.map(({ type, size }) => [type, size]), [
    ["output", 12],
    ["output", 4],
    ["output", 5],
    ["mean", 5],
    ["difference", 5],
    ["distanceWeightedMean", 5],
    ["mean", 1],
    ["distanceWeightedMean", 1],
  ]);
  deepStrictEqual([joinShape, head.layers.length], [[38], 3]);
});

Deno.test("a branch over an input that samples do not have is refused", () => {
  throws(() => specOf(BRANCHED_POINT, { bins: 30, marks: 2, inputs: INPUTS.slice(0, 2) }), {
    name: "UnsupportedModelError",
    message:
      'Cannot build model "searched": it reads references, samples have signal, context, summary',
  });
});
