/** Models of PyTorch and of this package, read from ONNX files: they predict what their programs predict. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import {
  adoptNetwork,
  type ForeignNetwork,
  modelToOnnx,
  readOnnx,
} from "../../src/exchange/mod.ts";
import { encodeOnnx, type OnnxModel, type OnnxNode } from "../../src/exchange/onnx/message.ts";
import { decodeOnnx } from "../../src/exchange/onnx/read_message.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../src/model/presets.ts";
import type { SequentialSpec } from "../../src/model/spec.ts";
import { BRANCHED } from "../helpers/branched.ts";
import { predictSignal, trainedOf } from "../helpers/exchanged_models.ts";
import { ODD, ODD_BINARY, ODD_RECURRENT } from "../helpers/odd_specs.ts";

const FIXTURES = new URL("../../fixtures/exchange/", import.meta.url);
/** Relative to the largest prediction: two programs in float32. */
const TOLERANCE = 1e-5;

const read = (bytes: Uint8Array<ArrayBuffer>, options = {}) =>
  readOnnx(bytesSource(bytes, "a.onnx"), options);

async function readNetwork(bytes: Uint8Array<ArrayBuffer>): Promise<ForeignNetwork> {
  const { network } = await read(bytes);
  ok(network !== undefined);
  return network;
}

const EXPECTED: {
  readonly signal: number[][][];
  readonly convolutional: number[];
  readonly recurrent: number[];
} = JSON.parse(await Deno.readTextFile(new URL("pytorch.json", FIXTURES)));

const PYTORCH = [
  ["pytorch_conv.onnx", "convolutional", undefined],
  ["pytorch_conv_script.onnx", "convolutional", undefined],
  ["pytorch_lstm.onnx", "recurrent", "log1p"],
  ["pytorch_lstm_script.onnx", "recurrent", "log1p"],
] as const;

for (const [file, model, transform] of PYTORCH) {
  Deno.test(`${file} predicts what PyTorch predicts`, async () => {
    const network = await readNetwork(await Deno.readFile(new URL(file, FIXTURES)));
    match(network.origin, /^ONNX by pytorch 2\.15/);
    strictEqual(network.transform, transform);
    const { record } = trainedOf(network.spec);
    const adopted = adoptNetwork(network, { record: { ...record, transform: "none" } });
    const predicted = await predictSignal(adopted, EXPECTED.signal.flat(2));
    expectNear(predicted, EXPECTED[model]);
  });
}

function expectNear(found: ArrayLike<number>, wanted: readonly number[]): void {
  strictEqual(found.length, wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  for (const [i, value] of wanted.entries()) {
    ok(Math.abs(found[i]! - value) / largest < TOLERANCE, `${found[i]}, expected ${value}`);
  }
}

Deno.test("a file of this package is read as the model that it was", async () => {
  const geneEffects = {
    genes: ["a"],
    effects: Float32Array.of(1),
    mean: 0.5,
    betweenVariance: 1,
    withinVariance: 2,
  };
  const labelScale = { mean: 1, sd: 2 };
  for (const spec of [presetSpec("wakawaka"), ODD_RECURRENT, BRANCHED]) {
    const model = trainedOf(spec, { geneEffects, labelScale });
    for (const transform of ["inside", "outside"] as const) {
      const { model: found } = await read(await modelToOnnx(model, { transform }));
      const none = { ...geneEffects, genes: [], effects: new Float32Array(0) };
      deepStrictEqual(found, { ...model, geneEffects: none });
    }
  }
});

/** A file without what this package says of itself. */
async function anonymous(spec: SequentialSpec, change: (onnx: OnnxModel) => OnnxModel = (o) => o) {
  const file = await modelToOnnx(trainedOf(spec), { transform: "outside" });
  const onnx = decodeOnnx(file, "a.onnx");
  return encodeOnnx(change({ ...onnx, metadata: new Map() }));
}

Deno.test("graphs of sequential models are read without their metadata: layers and weights are the same", async () => {
  const names = SEQUENTIAL_PRESET_NAMES.filter((name) => name !== "waka2");
  for (const spec of [...names.map((name) => presetSpec(name)), ODD, ODD_BINARY, ODD_RECURRENT]) {
    const network = await readNetwork(await anonymous(spec));
    const layers = spec.layers.filter(({ type }) => type !== "dropout");
    const found = network.spec as SequentialSpec;
    deepStrictEqual(withoutInitializers(found.layers), withoutInitializers(layers), spec.name);
    deepStrictEqual(network.weights, trainedOf(spec).weights, spec.name);
  }
});

function withoutInitializers(layers: readonly object[]): unknown[] {
  return layers.map((layer) =>
    Object.fromEntries(
      Object.entries(layer).filter(([name]) => name !== "initializer"),
    )
  );
}

Deno.test("an edited file of this package is read as one of another program", async () => {
  const file = await modelToOnnx(trainedOf(presetSpec("experiment1")));
  const onnx = decodeOnnx(file, "a.onnx");
  const initializers = onnx.initializers.map((tensor) =>
    tensor.name.endsWith("bias") && tensor.values instanceof Float32Array
      ? { ...tensor, values: tensor.values.map((value) => value + 1) }
      : tensor
  );
  const { model, network } = await read(encodeOnnx({ ...onnx, initializers }));
  strictEqual(model, undefined);
  match(network!.origin, /ONNX by @waka\/histone/);
});

const REFUSED:
  readonly (readonly [what: string, change: (onnx: OnnxModel) => OnnxModel, said: RegExp])[] = [
    [
      "an unknown operator",
      (onnx) => replaceNode(onnx, "Relu", { type: "Softplus" }),
      /operator Softplus "activation_1" is no layer of this package/,
    ],
    [
      "an operator of another domain",
      (onnx) => replaceNode(onnx, "Relu", { domain: "com.microsoft" }),
      /operator Relu "activation_1" is no layer/,
    ],
    [
      "a stride",
      (onnx) => replaceNode(onnx, "Conv", { attributes: new Map([["strides", { ints: [2] }]]) }),
      /operator Conv "conv1d_1" has stride 2, expected 1/,
    ],
    [
      "uneven padding",
      (onnx) => replaceNode(onnx, "Conv", { attributes: new Map([["pads", { ints: [1, 2] }]]) }),
      /is padded by 1 and 2/,
    ],
    [
      "weights that are computed",
      (onnx) => ({
        ...onnx,
        initializers: onnx.initializers.filter(({ name }) => name !== "conv1d_1/kernel"),
      }),
      /reads "conv1d_1\/kernel", expected a constant/,
    ],
    [
      "two outputs",
      (onnx) => ({ ...onnx, outputs: [...onnx.outputs, ...onnx.outputs] }),
      /it has 2 outputs, expected one/,
    ],
    [
      "a circle",
      (onnx) => ({
        ...onnx,
        nodes: [{
          name: "",
          type: "Relu",
          domain: "",
          inputs: ["signal"],
          outputs: ["signal"],
          attributes: new Map(),
        }],
      }),
      /operators form a circle/,
    ],
    [
      "an input without extents",
      (onnx) => ({ ...onnx, inputs: [{ name: "signal", shape: ["", "bins", 5] }] }),
      /its input "signal" has the axes \[\?, bins, 5\], expected samples and two others/,
    ],
  ];

function replaceNode(
  onnx: OnnxModel,
  type: string,
  by: Partial<OnnxModel["nodes"][number]>,
): OnnxModel {
  const nodes = onnx.nodes.map((node) => node.type === type ? { ...node, ...by } : node);
  return { ...onnx, nodes };
}

const SMALL: SequentialSpec = {
  name: "small",
  bins: 12,
  marks: 5,
  layers: [
    { type: "conv1d", filters: 3, width: 3, dilation: 1, padding: "same" },
    { type: "activation", kind: "relu" },
    { type: "flatten" },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};

for (const [what, change, said] of REFUSED) {
  Deno.test(`${what} is refused by name`, async () => {
    await rejects(read(await anonymous(SMALL, change)), { name: "FormatError", message: said });
  });
}

Deno.test("an input whose axes may be either way is refused unless they are named", async () => {
  const flat: SequentialSpec = { ...SMALL, layers: SMALL.layers.slice(2) };
  const file = await anonymous(flat);
  await rejects(read(file), { name: "FormatError", message: /expected it to be named \(--axes\)/ });
  const { network } = await read(file, { axes: "bins-marks" });
  deepStrictEqual(network!.weights, trainedOf(flat).weights);
});

Deno.test("operators that read one another twice over many levels end in an error", async () => {
  for (const leaf of ["nothing", "one"]) {
    const bytes = await anonymous(presetSpec("wakawaka"), (onnx) => {
      const [reshape] = onnx.nodes.filter(({ type }) => type === "Flatten");
      ok(reshape !== undefined);
      const levels = Array.from({ length: 45 }, (_, level): OnnxNode => {
        const input = level === 0 ? leaf : `level ${level - 1}`;
        const outputs = [`level ${level}`];
        return { ...reshape, name: "", type: "Concat", inputs: [input, input], outputs };
      });
      const last = { ...reshape, type: "Reshape", inputs: [reshape.inputs[0]!, "level 44"] };
      const nodes = onnx.nodes.map((node) => node === reshape ? last : node);
      const one = { name: "one", shape: [1], values: [1] };
      return {
        ...onnx,
        nodes: levels.concat(nodes),
        initializers: onnx.initializers.concat(one),
      };
    });
    await rejects(read(bytes), { name: "FormatError", message: /operator Reshape/ });
  }
});
