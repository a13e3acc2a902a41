/** ONNX Runtime computes of exported models what this package computes. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { modelToOnnx } from "../../src/exchange/mod.ts";
import { PRESET_NAMES, presetSpec } from "../../src/model/presets.ts";
import type { LayerSpec, ModelSpec } from "../../src/model/spec.ts";
import { BRANCHED, BRANCHED_BINARY } from "../helpers/branched.ts";
import { BRANCHED as SHARED } from "../helpers/branched_spec.ts";
import { predictRandom, trainedOf, withCounts } from "../helpers/exchanged_models.ts";
import { ODD, ODD_BINARY, ODD_RECURRENT } from "../helpers/odd_specs.ts";
import {
  HAS_ONNX_IN_NODE,
  type OnnxCase,
  type OnnxOutput,
  runOnnx,
  runOnnxInNode,
} from "../helpers/onnx_runtime.ts";
import { testWithPython } from "../helpers/python.ts";
import { testIf } from "../helpers/require.ts";

/** Relative to the largest prediction: two programs in float32, sums of up to some thousand products. */
const TOLERANCE = 1e-5;

const SMALL = { bases: 1200, references: 6 };
const GELU: LayerSpec = { type: "activation", kind: "gelu" };

/** Recurrent layers in every form, and layers over positions that presets lack. */
const SEQUENCES: ModelSpec = {
  name: "sequences",
  bins: 13,
  marks: 3,
  layers: [
    { type: "linear", units: 4 },
    GELU,
    { type: "batchNorm", momentum: 0.9, epsilon: 0.01 },
    { type: "bidirectionalGru", units: 3, returnSequences: true },
    { type: "conv1d", filters: 5, width: 3, dilation: 1, padding: "same" },
    { type: "lstm", units: 4, returnSequences: true },
    { type: "maxPool1d", size: 2 },
    { type: "lstm", units: 3, bidirectional: true, returnSequences: true },
    { type: "lstm", units: 5 },
    { type: "linear", units: 3 },
    { type: "batchNorm", momentum: 0.9, epsilon: 0.01 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};

function specs(): ModelSpec[] {
  return [
    ...PRESET_NAMES.map((name) => presetSpec(name, SMALL)),
    ODD,
    ODD_BINARY,
    ODD_RECURRENT,
    SEQUENCES,
    BRANCHED,
    BRANCHED_BINARY,
    SHARED,
  ];
}

function expectNear(
  name: string,
  output: OnnxOutput | undefined,
  wanted: ArrayLike<number>,
): void {
  deepStrictEqual(output?.shape, [wanted.length, 1], name);
  const largest = Math.max(...Array.from(wanted, Math.abs));
  for (const [i, value] of output!.values.entries()) {
    const error = Math.abs(value - wanted[i]!) / largest;
    ok(error < TOLERANCE, `${name}, sample ${i}: ${value}, expected ${wanted[i]}`);
  }
  ok(new Set(output!.values).size > 1, `${name}: all samples are alike`);
}

testWithPython(
  "onnxruntime",
  "every preset and every kind of layer is predicted by ONNX Runtime as by engine wasm",
  async () => {
    const cases: OnnxCase[] = [];
    const wanted: Float32Array[] = [];
    for (const spec of specs()) {
      const model = trainedOf(spec);
      const { inputs, predicted } = await predictRandom(model);
      cases.push({ file: await modelToOnnx(model, { transform: "outside" }), inputs });
      wanted.push(predicted);
    }
    const outputs = await runOnnx(cases);
    for (const [i, { name }] of specs().entries()) expectNear(name, outputs[i], wanted[i]!);
  },
);

testWithPython(
  "onnxruntime",
  "the graph takes counts and gives labels: transform, label scale and the mean of gene effects are inside",
  async () => {
    const labelScale = { mean: 2.5, sd: 3 };
    const geneEffects = {
      genes: ["ENSG00000000003"],
      effects: Float32Array.of(5),
      mean: 0.25,
      betweenVariance: 1,
      withinVariance: 2,
    };
    const cases: OnnxCase[] = [];
    const wanted: Float32Array[] = [];
    for (const transform of ["none", "log1p", "asinh"] as const) {
      const plain = trainedOf(ODD);
      const record = { ...plain.record, transform };
      const model = { ...plain, record, labelScale, geneEffects };
      const { inputs, predicted } = await predictRandom(plain);
      const counts = withCounts(inputs).get("signal")!;
      const signal = {
        none: inputs.get("signal")!,
        log1p: counts,
        // What asinh makes of it is what the network saw.
        asinh: { ...counts, values: inputs.get("signal")!.values.map(Math.sinh) },
      }[transform];
      cases.push({ file: await modelToOnnx(model), inputs: new Map([["signal", signal]]) });
      wanted.push(predicted.map((value) => value * 3 + 2.5 + 0.25));
    }
    const outputs = await runOnnx(cases);
    for (const [i, output] of outputs.entries()) expectNear(`transform ${i}`, output, wanted[i]!);
  },
);

testIf(HAS_ONNX_IN_NODE, "onnxruntime-node", {
  name: "presets of every kind are predicted by onnxruntime-node as by engine wasm",
  async fn() {
    const names = ["wakawaka", "waka2", "waka3", "deepchrome", "waka-dna"] as const;
    const models = names.map((name) => trainedOf(presetSpec(name, SMALL)));
    const samples = await Promise.all(models.map(predictRandom));
    const files = await Promise.all(
      models.map((model) => modelToOnnx(model, { transform: "outside" })),
    );
    const outputs = await runOnnxInNode(
      files.map((file, i) => ({ file, inputs: samples[i]!.inputs })),
    );
    for (const [i, name] of names.entries()) expectNear(name, outputs[i], samples[i]!.predicted);
  },
});

testWithPython("onnxruntime", "any number of samples may be fed", async () => {
  const model = trainedOf(presetSpec("wakawaka"));
  const { inputs, predicted } = await predictRandom(model);
  const file = await modelToOnnx(model, { transform: "outside" });
  const signal = inputs.get("signal")!;
  const few = (count: number) => {
    const values = signal.values.slice(0, count * signal.values.length / signal.shape[0]!);
    return new Map([["signal", { shape: [count, ...signal.shape.slice(1)], values }]]);
  };
  const outputs = await runOnnx([1, 4].map((count) => ({ file, inputs: few(count) })));
  deepStrictEqual(outputs.map(({ shape }) => shape), [[1, 1], [4, 1]]);
  expectNear("four", outputs[1], predicted.subarray(0, 4));
});

Deno.test("a model gives the same file again", async () => {
  const model = trainedOf(presetSpec("waka3", SMALL));
  deepStrictEqual(await modelToOnnx(model), await modelToOnnx(model));
  strictEqual((await modelToOnnx(model))[0], 8);
});
