/** The readers of models of other programs, and of this package's own in formats of others. */

import {
  modelToOnnx,
  modelToSafetensors,
  readLayersModel,
  readModelFile,
} from "../../../src/exchange/mod.ts";
import type { ReadModel } from "../../../src/exchange/mod.ts";
import { encodeOnnx } from "../../../src/exchange/onnx/message.ts";
import { decodeOnnx } from "../../../src/exchange/onnx/read_message.ts";
import { formatSafetensors } from "../../../src/exchange/safetensors.ts";
import { ContractError } from "../../../src/errors.ts";
import type { ByteSource } from "../../../src/files/byte_source.ts";
import { serializeModel } from "../../../src/model/save_load.ts";
import { sizeOf, weightShapes } from "../../../src/model/shapes.ts";
import { weightsInTfjs } from "../../../src/model/tfjs_weights.ts";
import type { ModelSpec, SequentialSpec } from "../../../src/model/spec.ts";
import { BRANCHED } from "../../helpers/branched_spec.ts";
import { trainedOf } from "../../helpers/exchanged_models.ts";
import { type Bytes, encode, expectSound, type Seed, type Target } from "../seed.ts";

const FIXTURES = new URL("../../../fixtures/exchange/", import.meta.url);

/** All that a graph of this package may have in a row. */
const SMALL: SequentialSpec = {
  name: "small",
  bins: 8,
  marks: 2,
  layers: [
    { type: "conv1d", filters: 3, width: 3, dilation: 2, padding: "same" },
    { type: "activation", kind: "gelu" },
    { type: "batchNorm", momentum: 0.99, epsilon: 0.001 },
    { type: "maxPool1d", size: 2 },
    { type: "lstm", units: 2, bidirectional: true, returnSequences: true },
    { type: "flatten" },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};

async function fixture(name: string): Promise<Seed> {
  return [{ name, kind: "binary", bytes: await Deno.readFile(new URL(name, FIXTURES)) }];
}

function binary(name: string, bytes: Bytes): Seed {
  return [{ name, kind: "binary", bytes }];
}

/** A header that is damaged as JSON, with its right length. */
function headerSeed(file: Bytes): Seed {
  const length = new DataView(file.buffer).getUint32(0, true);
  const data = file.slice(8 + length);
  const wrap = (json: Bytes): Bytes => {
    const whole = new Uint8Array(8 + json.length + data.length);
    new DataView(whole.buffer).setUint32(0, json.length, true);
    whole.set(json, 8);
    whole.set(data, 8 + json.length);
    return whole;
  };
  return [{ name: "a.safetensors", kind: "json", bytes: file.slice(8, 8 + length), wrap }];
}

function expectWeights({ model, network }: ReadModel): void {
  const { spec, weights } = model ?? network!;
  const shapes = weightShapes<ModelSpec>(spec);
  expectSound(
    weights.length === shapes.length &&
      shapes.every(({ shape }, i) => weights[i]!.length === sizeOf(shape)),
    "weights do not fill their shapes",
  );
  expectSound(weights.every((values) => values.every(Number.isFinite)), "a weight is not finite");
}

async function readAny([file]: readonly ByteSource[]): Promise<void> {
  expectWeights(await readModelFile(file!, { spec: SMALL }));
}

async function safetensorsSeeds(): Promise<Seed[]> {
  const own = await modelToSafetensors(trainedOf(SMALL));
  const { weights } = trainedOf(SMALL);
  const plain = formatSafetensors(
    weightsInTfjs(SMALL).map(({ layer, name, shape }, i) => ({
      name: `${layer}/${name}`,
      dtype: "F32",
      shape,
      bytes: new Uint8Array(Float32Array.from(weights[i]!).buffer),
    })),
    { format: "pt" },
  );
  return [binary("a.safetensors", own), headerSeed(own), headerSeed(plain)];
}

/** Files with and without what this package says of itself, which is sealed. */
async function onnxSeeds(): Promise<Seed[]> {
  const files = await Promise.all(
    [SMALL, BRANCHED].map((spec) => modelToOnnx(trainedOf(spec), { transform: "outside" })),
  );
  const anonymous = encodeOnnx(
    Object.assign(decodeOnnx(files[0]!, "a.onnx"), { metadata: new Map() }),
  );
  return [
    ...[...files, anonymous].map((file) => binary("a.onnx", file)),
    await fixture("pytorch_conv_script.onnx"),
    await fixture("pytorch_lstm.onnx"),
  ];
}

async function layersSeeds(): Promise<Seed[]> {
  const { json, weights } = await serializeModel(trainedOf(SMALL));
  const { userDefinedMetadata: _, ...content } = JSON.parse(json);
  return [[
    { name: "model.json", kind: "json", bytes: encode(JSON.stringify(content)) },
    { name: "weights.bin", kind: "binary", bytes: weights },
  ]];
}

/** Readers of models of other programs. */
export const EXCHANGE_TARGETS: readonly Target[] = [
  { name: "safetensors", allowed: [ContractError], seeds: safetensorsSeeds, read: readAny },
  { name: "onnx", seeds: onnxSeeds, read: readAny },
  {
    name: "keras-hdf5",
    seeds: async () => [await fixture("keras_sequential.h5"), await fixture("keras_functional.h5")],
    read: readAny,
  },
  {
    name: "keras-zip",
    seeds: async () => [await fixture("keras_sequential.keras")],
    read: readAny,
  },
  {
    name: "tfjs-layers",
    seeds: layersSeeds,
    async read([json, weights]) {
      expectWeights(await readLayersModel(json, () => Promise.resolve(weights!)));
    },
  },
];
