/** Models with branches as tf.js builds, trains, saves and loads them. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import {
  losses,
  type Scalar,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { initialWeights, type Weights } from "../../../src/model/initial_weights.ts";
import { loadModel, serializeModel } from "../../../src/model/save_load.ts";
import { sizeOf, weightShapes } from "../../../src/model/shapes.ts";
import {
  assembleModel,
  buildModel,
  modelWeightTensors,
} from "../../../src/model/tfjs/build_model.ts";
import { type TrainedModel, withInputRecord } from "../../../src/model/trained_model.ts";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { runBranched } from "../../helpers/branched_reference.ts";
import { type BranchedSamples, randomSamples } from "../../helpers/branched_samples.ts";
import { BRANCHED } from "../../helpers/branched_spec.ts";
import { largestDifference, magnitude } from "../../helpers/tolerances.ts";

const COUNT = 6;
const SAMPLES = randomSamples(BRANCHED, COUNT);

/** Without zeros or ones, so that a weight in the wrong place shows; moving variances stay above zero. */
const WEIGHTS: Weights = initialWeights(BRANCHED, 5).map((values) =>
  values.map((value, i) => value + 0.01 * (1 + i % 3))
);

function feed({ inputs, mask }: BranchedSamples): Tensor[] {
  const fed = BRANCHED.inputs.map(({ name }) => tensor(inputs[name]!.values, inputs[name]!.shape));
  return [...fed, tensor(mask, [COUNT, mask.length / COUNT])];
}

function predictWith(model: LayersModel): number[] {
  return tidy(() => [...(model.predict(feed(SAMPLES)) as Tensor).dataSync()]);
}

const EXPECTED = SAMPLES.samples.map((sample) => runBranched(BRANCHED, WEIGHTS, sample));

Deno.test("a model with branches predicts the same as a slow reference", () => {
  const model = buildModel(BRANCHED, { weights: WEIGHTS });
  deepStrictEqual(model.inputNames, [
    "signal",
    "markMask",
    "sequence",
    "summary",
    "references",
    "referenceLabels",
    "context",
    "referenceMask",
  ]);
  const found = predictWith(model);
  const apart = largestDifference(found, EXPECTED);
  ok(apart < 1e-5 * magnitude(EXPECTED), `${found} differs from ${EXPECTED} by ${apart}`);
  model.dispose();
});

Deno.test("weights are set and read in our order", () => {
  const model = assembleModel(BRANCHED, WEIGHTS);
  const found = modelWeightTensors(model, BRANCHED).map((values) => [...values.dataSync()]);
  deepStrictEqual(found, WEIGHTS.map((values) => [...values]));
  model.dispose();
});

Deno.test("gradients of the weights are those of the reference by finite differences", () => {
  const model = assembleModel(BRANCHED, WEIGHTS);
  const labels = SAMPLES.samples.map((_, i) => Math.sin(i));
  const byName = tidy(() => {
    const target = tensor(labels, [COUNT, 1]);
    // In inference batch normalisation is a fixed scale, as in the reference.
    const loss = () =>
      losses.meanSquaredError(target, model.apply(feed(SAMPLES)) as Tensor) as Scalar;
    const { grads } = variableGrads(loss);
    return Object.fromEntries(
      Object.entries(grads).map(([name, values]) => [name, [...values.dataSync()]]),
    );
  });
  const lossOf = (weights: readonly ArrayLike<number>[]) =>
    SAMPLES.samples.reduce(
      (sum, sample, i) => sum + (runBranched(BRANCHED, weights, sample) - labels[i]!) ** 2,
      0,
    ) / COUNT;
  const tensors = modelWeightTensors(model, BRANCHED);
  const layerOf = new Map(model.weights.map((weight) => [weight.read() as Tensor, weight]));
  const shapes = weightShapes(BRANCHED);
  for (const [index, { trainable, name }] of shapes.entries()) {
    if (!trainable) continue;
    const variable = tensors[index] as Variable;
    ok(layerOf.has(variable));
    const found = byName[variable.name]!;
    const precise = WEIGHTS.map((values) => Float64Array.from(values));
    const values = precise[index]!;
    const wanted = found.map((_, i) => {
      const [before, step] = [values[i]!, 1e-5];
      values[i] = before + step;
      const above = lossOf(precise);
      values[i] = before - step;
      const below = lossOf(precise);
      values[i] = before;
      return (above - below) / (2 * step);
    });
    const apart = largestDifference(found, wanted);
    ok(apart < 1e-4 * Math.max(1e-2, magnitude(wanted)), `${name} (${index}) differs by ${apart}`);
  }
  model.dispose();
});

function trained(): TrainedModel {
  return withInputRecord({
    spec: BRANCHED,
    weights: WEIGHTS,
    record: { ...DEEPCHROME_RECORD, marks: ["a", "b", "c"], transform: "log1p" },
    training: { engine: "none", seed: 5, epochs: 1, batchSize: 2, learningRate: 0.1, samples: 3 },
  });
}

async function load(json: string, weights: Uint8Array<ArrayBuffer>): Promise<TrainedModel> {
  return await loadModel({
    json: bytesSource(new TextEncoder().encode(json), "model.json"),
    weights: bytesSource(weights, "weights.bin"),
  });
}

Deno.test("a model with branches is the same after saving and loading, in a separate format", async () => {
  const { json, weights } = await serializeModel(trained());
  strictEqual(JSON.parse(json).userDefinedMetadata.histone.version, 3);
  const loaded = await load(json, weights);
  deepStrictEqual(loaded.spec, BRANCHED);
  deepStrictEqual(loaded.weights, WEIGHTS);
  strictEqual(
    weights.length,
    4 * weightShapes(BRANCHED).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  );
});

Deno.test("tf.js alone loads a model with branches from its two files, fed as its model.json says", async () => {
  const { json, weights } = await serializeModel(trained());
  const { modelTopology, weightsManifest, userDefinedMetadata } = JSON.parse(json);
  const model = await loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: weights.buffer,
      }),
  });
  const { inputs } = userDefinedMetadata.inputs;
  deepStrictEqual(
    inputs.map(({ name, shape }: { name: string; shape: number[] }) => [name, null, ...shape]),
    model.inputs.map(({ shape }, i) => [model.inputNames[i], ...shape]),
  );
  for (const { axes, shape, values } of inputs) {
    strictEqual(axes.length, shape.length + 1);
    ok(values.length > 10);
  }
  const apart = largestDifference(predictWith(model), EXPECTED);
  ok(apart < 1e-5 * magnitude(EXPECTED), `differs by ${apart}`);
  model.dispose();
});

const EDITS: [what: string, edit: (topology: string) => string, message: RegExp][] = [
  [
    "a scale",
    (text) => text.replace('"scale":0.4', '"scale":0.5'),
    /join_5_nearness\.config\.scale is 0\.5, expected 0\.4/,
  ],
  [
    "a wire",
    (text) =>
      text.replace('[["markMask",0,0,{}]', '[["context",0,0,{}]').replace(
        '["markMask",0,0,{}],["flatten_1"',
        '["context",0,0,{}],["flatten_1"',
      ),
    /layers\.join\.inbound_nodes\[0\]\[1\]\[0\] is "context", expected "markMask"/,
  ],
  [
    "an argument",
    (text) => text.replace('["references",0,0,{}]', '["references",0,0,{"training":true}]'),
    /dense_2\.inbound_nodes\[0\]\[0\]\[3\] is \{"training":true\}, expected \{\}/,
  ],
  [
    "the order of inputs",
    (text) =>
      text.replace(
        '"input_layers":[["signal",0,0],["markMask",0,0]',
        '"input_layers":[["markMask",0,0],["signal",0,0]',
      ),
    /input_layers\[0\]\[0\] is "markMask", expected "signal"/,
  ],
  [
    "the output",
    (text) => text.replace('"output_layers":[["dense_5"', '"output_layers":[["dense_3"'),
    /output/,
  ],
  [
    "the kind",
    (text) => text.replace('"class_name":"Model"', '"class_name":"Sequential"'),
    /expected a Model/,
  ],
];

Deno.test("a topology whose connections contradict the spec is refused", async () => {
  const { json, weights } = await serializeModel(trained());
  const content = JSON.parse(json);
  for (const [what, edit, message] of EDITS) {
    const before = JSON.stringify(content.modelTopology);
    const edited = edit(before);
    ok(edited !== before, what);
    const changed = JSON.stringify({ ...content, modelTopology: JSON.parse(edited) });
    await rejects(load(changed, weights), { name: "FormatError", message });
  }
});
