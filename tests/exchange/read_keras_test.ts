/** Models of Keras and of plain tf.js: they predict what their programs predict. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs";
import {
  adoptNetwork,
  type ForeignNetwork,
  readLayersModel,
  readModelFile,
} from "../../src/exchange/mod.ts";
import { readKerasConfig } from "../../src/exchange/keras/config.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { openFile } from "../../src/files/file.ts";
import { serializeModel } from "../../src/model/save_load.ts";
import type { SequentialSpec } from "../../src/model/spec.ts";
import { predictSignal, trainedOf } from "../helpers/exchanged_models.ts";
import { ODD, ODD_RECURRENT } from "../helpers/odd_specs.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

const FIXTURES = new URL("../../fixtures/exchange/", import.meta.url);
/** Relative to the largest prediction: two programs in float32. */
const TOLERANCE = 1e-5;

async function readFixture(name: string): Promise<ForeignNetwork> {
  const source = await openFile(new URL(name, FIXTURES));
  const { network } = await readModelFile(source).finally(() => source.close());
  ok(network !== undefined);
  return network;
}

async function predictWith(network: ForeignNetwork, signal: readonly number[]) {
  const { record } = trainedOf(network.spec);
  return await predictSignal(
    adoptNetwork(network, { record: { ...record, transform: "none" } }),
    signal,
  );
}

function expectNear(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  strictEqual(found.length, wanted.length);
  const largest = Math.max(...Array.from(wanted, Math.abs));
  for (const [i, value] of Array.from(wanted).entries()) {
    ok(Math.abs(found[i]! - value) / largest < TOLERANCE, `${found[i]}, expected ${value}`);
  }
}

const EXPECTED: Record<"sequential" | "functional", number[]> & { signal: number[][][] } = JSON
  .parse(await Deno.readTextFile(new URL("keras.json", FIXTURES)));

for (const model of ["sequential", "functional"] as const) {
  for (const ending of ["keras", "h5"]) {
    Deno.test(`keras_${model}.${ending} predicts what Keras predicts`, async () => {
      const network = await readFixture(`keras_${model}.${ending}`);
      strictEqual(network.origin, "keras 3.15.1");
      deepStrictEqual(network.notes, []);
      const loss = { sequential: { type: "huber", delta: 1 }, functional: "binaryCrossentropy" };
      deepStrictEqual(network.spec.loss, loss[model]);
      expectNear(await predictWith(network, EXPECTED.signal.flat(2)), EXPECTED[model]);
    });
  }
}

Deno.test("weights without layers are refused, with what to save", () =>
  rejects(readFixture("keras_sequential.weights.h5"), {
    name: "FormatError",
    message: /it has weights and no layers, expected what model\.save writes/,
  }));

Deno.test("a model that plain tf.js saved is read, and predicts what tf.js predicts", async () => {
  await tf.setBackend("cpu");
  const model = tf.sequential({
    layers: [
      tf.layers.conv1d({
        inputShape: [14, 3],
        filters: 4,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        biasInitializer: "glorotNormal" as "zeros",
      }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling1d({ poolSize: 2 }),
      tf.layers.bidirectional({
        layer: tf.layers.lstm({ units: 3, recurrentActivation: "sigmoid" }) as tf.RNN,
        mergeMode: "concat",
      }),
      tf.layers.dense({ units: 1, biasInitializer: "ones" }),
    ],
  });
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: (artifacts) => {
      saved = artifacts;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" },
      });
    },
  });
  const { modelTopology, weightSpecs, weightData } = saved!;
  const json = {
    format: "layers-model",
    generatedBy: "TensorFlow.js tfjs-layers v4.22.0",
    modelTopology,
    weightsManifest: [{ paths: ["a.bin", "b.bin"], weights: weightSpecs }],
  };
  const bytes = new Uint8Array(weightData as ArrayBuffer);
  const shards: Record<string, Uint8Array<ArrayBuffer>> = {
    "a.bin": bytes.slice(0, 50),
    "b.bin": bytes.slice(50),
  };
  const { network } = await readLayersModel(
    jsonSource(json),
    (name) => Promise.resolve(bytesSource(shards[name]!, name)),
  );
  const signal = Array.from({ length: 2 * 14 * 3 }, (_, i) => (i * 7) % 11);
  const output = model.predict(tf.tensor(signal, [2, 14, 3])) as tf.Tensor;
  expectNear(await predictWith(network!, signal), await output.data());
});

function jsonSource(value: unknown) {
  return bytesSource(new TextEncoder().encode(JSON.stringify(value)), "model.json");
}

Deno.test("what this package saved is read without its metadata too: layers and weights are the same", async () => {
  for (const spec of [ODD, ODD_RECURRENT]) {
    const model = trainedOf(spec);
    const { json, weights } = await serializeModel(model);
    const { userDefinedMetadata: _, ...content } = JSON.parse(json);
    const open = (name: string) => Promise.resolve(bytesSource(weights, name));
    const { network } = await readLayersModel(jsonSource(content), open);
    deepStrictEqual((network!.spec as SequentialSpec).layers, spec.layers);
    deepStrictEqual(network!.weights, model.weights);
  }
});

testWith("shared", "what tensorflowjs_converter wrote is read", async () => {
  const folder = "cases/53-keras-model-by-tensorflowjs-converter/keras";
  const open = (name: string) => openFile(sharedFile(`${folder}/${name}`));
  const read = async (openShard: (name: string) => ReturnType<typeof openFile>) => {
    const json = await open("model.json");
    return await readLayersModel(json, openShard).finally(() => json.close());
  };
  // The file of the case has more bytes than its weights.
  await rejects(read(open), /its weights have 3620 bytes in group1-shard1of1\.bin, expected 2020/);
  const { network } = await read(async (name) => {
    const source = await open(name);
    const bytes = await source.read(0, 2020).finally(() => source.close());
    return bytesSource(bytes, name);
  });
  strictEqual(network!.origin, "tf.js layers by keras v2.11.0 and TensorFlow.js Converter v4.2.0");
  deepStrictEqual(network!.weights.map(({ length }) => length), [100, 4, 400, 1]);
});

/** A model of Keras with one layer between input and output. */
function withLayer(class_name: string, config: Record<string, unknown>) {
  return {
    class_name: "Sequential",
    config: {
      name: "one",
      layers: [
        { class_name: "InputLayer", config: { batch_input_shape: [null, 8, 2] } },
        { class_name, config: { name: "odd", ...config } },
        { class_name: "Flatten", config: { name: "flatten" } },
        { class_name: "Dense", config: { name: "dense", units: 1 } },
      ],
    },
  };
}

const CONV = { filters: 2, kernel_size: [3], strides: [1], padding: "same" };
const REFUSED: readonly (readonly [what: string, config: unknown, said: RegExp])[] = [
  [
    "an unknown layer",
    withLayer("GlobalAveragePooling1D", {}),
    /layer "odd" \(GlobalAver.*is no layer of this/,
  ],
  [
    "causal padding",
    withLayer("Conv1D", { ...CONV, padding: "causal" }),
    /has padding causal, expected same/,
  ],
  ["a stride", withLayer("Conv1D", { ...CONV, strides: [2] }), /has strides 2, expected 1/],
  ["groups", withLayer("Conv1D", { ...CONV, groups: 2 }), /has groups 2, expected 1/],
  [
    "tanh",
    withLayer("Activation", { activation: "tanh" }),
    /has the activation tanh, expected linear/,
  ],
  ["a capped ReLU", withLayer("ReLU", { max_value: 6 }), /has max_value 6/],
  [
    "overlapping windows",
    withLayer("MaxPooling1D", { pool_size: [3], strides: [1] }),
    /has strides 1, expected 3/,
  ],
  [
    "a GRU that resets after",
    withLayer("Bidirectional", {
      layer: { class_name: "GRU", config: { units: 2, recurrent_activation: "sigmoid" } },
    }),
    /resets after the product/,
  ],
  [
    "another kind of model",
    { class_name: "MyModel", config: {} },
    /it is a MyModel, expected a Sequential/,
  ],
  ["no layers", { class_name: "Sequential", config: {} }, /it has no list of layers/],
  [
    "an input of another rank",
    {
      class_name: "Sequential",
      config: [{ class_name: "Dense", config: { units: 1, batch_input_shape: [null, 4] } }],
    },
    /has the shape \[null,4\], expected \[null, bins, marks\]/,
  ],
];

for (const [what, config, said] of REFUSED) {
  Deno.test(`${what} is refused by name`, () => {
    try {
      readKerasConfig(config);
    } catch (error) {
      strictEqual((error as Error).name, "UnsupportedModelError");
      match((error as Error).message, said);
      return;
    }
    throw new Error("it was read");
  });
}

Deno.test("branches of connected layers are refused, and a chain in any order is read", () => {
  const call = (name: string) => [[[name, 0, 0, {}]]];
  const input = {
    class_name: "InputLayer",
    config: { name: "in", batch_input_shape: [null, 8, 2] },
    inbound_nodes: [],
  };
  const flatten = { class_name: "Flatten", config: { name: "flat" }, inbound_nodes: call("in") };
  const dense = {
    class_name: "Dense",
    config: { name: "out", units: 1 },
    inbound_nodes: call("flat"),
  };
  const model = (layers: unknown[]) => ({
    class_name: "Functional",
    config: { name: "f", layers, input_layers: [["in", 0, 0]], output_layers: [["out", 0, 0]] },
  });
  const { layers: read } = readKerasConfig(model([dense, input, flatten]));
  deepStrictEqual(read.map(({ name }) => name), ["flat", "out"]);
  const other = { class_name: "Flatten", config: { name: "other" }, inbound_nodes: call("in") };
  let message = "";
  try {
    readKerasConfig(model([input, flatten, other, dense]));
  } catch (error) {
    message = (error as Error).message;
  }
  match(message, /layer "other" reads or shares several others, expected a chain/);
});

Deno.test("a file of weights is named without a folder, and has as many bytes as its weights", async () => {
  const { json, weights } = await serializeModel(trainedOf(ODD));
  const { userDefinedMetadata: _, ...content } = JSON.parse(json);
  const manifest = content.weightsManifest[0];
  const read = (paths: string[], bytes = weights) =>
    readLayersModel(
      jsonSource({ ...content, weightsManifest: [{ ...manifest, paths }] }),
      (name) => Promise.resolve(bytesSource(bytes, name)),
    );
  await rejects(read(["../a.bin"]), /names the file \.\.\/a\.bin, expected one beside it/);
  await rejects(
    read(["a.bin"], weights.slice(4)),
    /its weights have \d+ bytes in a\.bin, expected/,
  );
});

Deno.test("a damaged file of Keras is refused with the reason", async () => {
  const bytes = await Deno.readFile(new URL("keras_sequential.h5", FIXTURES));
  // The last bytes may hold nothing that is needed.
  for (const length of [20_000, bytes.length - 1]) {
    await rejects(readModelFile(bytesSource(bytes.slice(0, length), "a.h5")), {
      name: "FormatError",
      file: "a.h5",
      message:
        `Cannot read HDF5: it has ${length} bytes, expected ${bytes.length}, as its start says: it was ` +
        "cut short (a.h5)",
    });
  }
});

Deno.test("files of models that are not read are refused with what to write instead", async () => {
  const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const zip = (name: string) =>
    latin1(
      `PK\x03\x04${"\0".repeat(22)}${String.fromCharCode(name.length)}${"\0".repeat(3)}${name}${
        "\0".repeat(40)
      }`,
    );
  const files: readonly (readonly [bytes: Uint8Array<ArrayBuffer>, wanted: RegExp])[] = [
    [zip("archive/data.pkl"), /PyTorch's.*safetensors.*or its graph as ONNX/],
    [zip("my_model/.format_version"), /PyTorch's/],
    [latin1("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), /PyTorch's/],
    [latin1("\x80\x04\x95abc"), /a pickle of Python/],
    [zip("arr_0.npy"), /npz file of arrays, expected weights as safetensors/],
    [latin1("GGUF"), /of no kind that is read/],
    [latin1(""), /the file has 0 bytes, expected safetensors, ONNX/],
  ];
  for (const [bytes, message] of files) {
    await rejects(readModelFile(bytesSource(bytes, "a.pt")), { name: "FormatError", message });
  }
});
