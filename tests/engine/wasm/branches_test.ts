import { deepStrictEqual, ok } from "node:assert";
import { joinInputs } from "../../../src/engine/joined_source.ts";
import type { SampleSource } from "../../../src/engine/sample_source.ts";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { loadExtendedCode } from "../../../src/engine/wasm/extended_code.ts";
import { assembleKernels } from "../../../src/engine/wasm/module.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { presetSpec } from "../../../src/model/presets.ts";
import { weightShapes } from "../../../src/model/shapes.ts";
import type { ModelSpec } from "../../../src/model/spec.ts";
import {
  BRANCHED,
  BRANCHED_PLAIN,
  branchedColumns,
  branchedSource,
  parseBranched,
  unshareColumns,
} from "../../helpers/branched.ts";
import { type OneModelOptions, openOne, sourceOf } from "../../helpers/one_model.ts";
import { largestDifference, magnitude } from "../../helpers/tolerances.ts";
import { exampleData } from "../../helpers/train_example.ts";

await loadExtendedCode();

const wasm = createWasmEngine();
const SAMPLES = 70;
const ROWS = Uint32Array.from({ length: SAMPLES }, (_, i) => SAMPLES - 1 - i);

/**
 * Layers that the other models of branches lack: batch normalisation in a branch and in the head, a GRU, and outputs
 * with gaps between their rows or directions, which a join has to close.
 */
const NORMALISED = parseBranched({
  name: "normalised",
  inputs: [
    { name: "signal", bins: 9, marks: 3 },
    { name: "sequence", bases: 8 },
    { name: "references", references: 2, values: 3 },
    { name: "summary", values: 3 },
  ],
  branches: [
    { name: "bins", input: "signal", layers: [] },
    {
      name: "profile",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 5, width: 3, dilation: 1, padding: "same" },
        { type: "activation", kind: "leakyRelu", alpha: 0.1 },
        { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
        { type: "conv1d", filters: 3, width: 2, dilation: 3, padding: "valid" },
      ],
    },
    { name: "dna", input: "sequence", layers: [{ type: "bidirectionalGru", units: 3 }] },
    { name: "own", input: "summary", layers: [{ type: "dense", units: 5 }] },
    { name: "others", input: "references", encoder: "own" },
  ],
  head: {
    join: [
      { type: "output", branch: "bins" },
      { type: "output", branch: "profile" },
      { type: "output", branch: "dna" },
      { type: "output", branch: "own" },
      { type: "difference", branch: "own", references: "others" },
    ],
    layers: [
      { type: "dense", units: 6 },
      { type: "batchNorm", momentum: 0.8, epsilon: 0.001 },
      { type: "activation", kind: "relu" },
      { type: "dense", units: 1 },
    ],
  },
  loss: "meanSquaredError",
});

/**
 * What a reference panel asks for: more references than are summed side by side, of which only means are taken, by
 * layers that are shared; distances of raw values and of encodings. The encoder ends in a sparse layer, whose rows are
 * padded to more than whole vectors.
 */
const COMPARING = parseBranched({
  name: "comparing",
  inputs: [
    { name: "summary", values: 40 },
    { name: "references", references: 11, values: 40 },
    { name: "referenceLabels", references: 11, values: 1 },
    { name: "context", values: 3 },
  ],
  branches: [
    {
      name: "sample",
      input: "summary",
      layers: [
        { type: "dense", units: 64 },
        { type: "activation", kind: "relu" },
        { type: "dense", units: 68 },
      ],
    },
    { name: "others", input: "references", encoder: "sample" },
    { name: "marks", input: "summary", layers: [] },
    { name: "marksOfOthers", input: "references", encoder: "marks" },
    { name: "small", input: "summary", layers: [{ type: "dense", units: 8 }] },
    { name: "smallOthers", input: "references", encoder: "small" },
    { name: "labels", input: "referenceLabels", layers: [] },
    { name: "known", input: "context", layers: [] },
  ],
  head: {
    join: [
      { type: "output", branch: "sample" },
      { type: "mean", branch: "others" },
      { type: "difference", branch: "sample", references: "others" },
      { type: "output", branch: "known" },
      {
        type: "distanceWeightedMean",
        near: "marks",
        references: "marksOfOthers",
        values: "labels",
        sharpness: 2,
      },
      { type: "distanceWeightedMean", near: "small", references: "smallOthers", sharpness: 0.5 },
      { type: "mean", branch: "labels" },
    ],
    layers: [
      { type: "dense", units: 12 },
      { type: "activation", kind: "gelu" },
      { type: "dense", units: 1 },
    ],
  },
  loss: "meanSquaredError",
});

function optionsFor(spec: ModelSpec, options: Partial<OneModelOptions> = {}): OneModelOptions {
  const weights = initialWeights(spec, 3);
  return { weights, seed: 5, batchSize: 25, learningRate: 0.003, ...options };
}

/** Losses, predictions, input gradients and weights after two epochs. */
async function train(
  spec: ModelSpec,
  source: SampleSource,
  options?: Partial<OneModelOptions>,
) {
  await using model = await openOne(wasm, spec, optionsFor(spec, options));
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    losses.push(await model.runEpoch({ data: source, order: ROWS, epoch }));
  }
  const predicted = await model.predict(source, ROWS);
  const gradients = await model.inputGradients(source, ROWS);
  return { losses, predicted, gradients, state: await model.state() };
}

for (const spec of [BRANCHED, BRANCHED_PLAIN, NORMALISED, COMPARING]) {
  Deno.test(`wasm gives "${spec.name}" the same bits for any number of threads`, async () => {
    const source = branchedSource(spec, SAMPLES);
    const one = await train(spec, source, { threads: 1 });
    for (const threads of [2, 3]) {
      deepStrictEqual(await train(spec, source, { threads }), one);
    }
  });

  Deno.test(`wasm predicts "${spec.name}" with the same bits whether samples share entries or not`, async () => {
    const columns = branchedColumns(spec, SAMPLES);
    await using model = await openOne(wasm, spec, optionsFor(spec));
    deepStrictEqual(
      await model.predict(joinInputs(columns), ROWS),
      await model.predict(joinInputs(unshareColumns(columns)), ROWS),
    );
  });

  Deno.test(`the kernels of "${spec.name}" are valid, with and without relaxed SIMD`, () => {
    const plan = planModel(spec, { batchSize: 16, threads: 2 });
    for (const fused of [true, false]) {
      ok(WebAssembly.validate(assembleKernels(plan, fused).bytes), `fused: ${fused}`);
    }
  });
}

Deno.test("wasm trains batch normalisations, a GRU and outputs with gaps in branches as tf.js does", async () => {
  const source = branchedSource(NORMALISED, 8);
  const order = ROWS.subarray(-8);
  // Normalised over few samples, some gradients are zero but for rounding, of which Adam takes whole steps.
  const options = optionsFor(NORMALISED, { batchSize: 4, learningRate: 1e-6 });
  const [found, wanted] = await Promise.all(
    [wasm, createTfjsEngine("cpu")].map(async (engine) => {
      await using model = await openOne(engine, NORMALISED, options);
      const losses: number[] = [];
      for (let epoch = 0; epoch < 5; epoch++) {
        losses.push(await model.runEpoch({ data: source, order, epoch }));
      }
      const gradients = await model.inputGradients(source, order);
      return { losses, predicted: await model.predict(source, order), gradients };
    }),
  );
  ok(largestDifference(found!.losses, wanted!.losses) < 1e-4);
  ok(largestDifference(found!.predicted, wanted!.predicted) < 1e-4);
  for (const name of ["signal", "sequence", "summary", "references"] as const) {
    const apart = largestDifference(found!.gradients[name]!, wanted!.gradients[name]!);
    ok(apart < 1e-5, `gradients by ${name} differ by ${apart}`);
  }
});

Deno.test("wasm compares many references as tf.js does, whether some of the encoders learn or not", async () => {
  const source = branchedSource(COMPARING, 20);
  const order = ROWS.subarray(-20);
  const kernels = weightShapes(COMPARING).map(({ name }) => name === "kernel");
  // All learn; then the encoder of the means is frozen; then all encoders, but not the factors of the distances.
  for (const frozen of [[], [0, 1, 2, 3], [0, 1, 2, 3, 4, 5]]) {
    const options = optionsFor(COMPARING, { batchSize: 9, frozen, weightDecay: 0.01 });
    const [found, wanted] = await Promise.all(
      [wasm, createTfjsEngine("cpu")].map(async (engine) => {
        await using model = await openOne(engine, COMPARING, options);
        const losses: number[] = [];
        for (let epoch = 0; epoch < 4; epoch++) {
          losses.push(await model.runEpoch({ data: source, order, epoch }));
        }
        const gradients = await model.inputGradients(source, order);
        const predicted = await model.predict(source, order);
        return { losses, predicted, gradients, weights: await model.weights() };
      }),
    );
    const scale = magnitude(wanted!.predicted);
    ok(largestDifference(found!.losses, wanted!.losses) < 1e-4 * wanted!.losses[0]!);
    ok(largestDifference(found!.predicted, wanted!.predicted) < 1e-4 * scale);
    for (const [i, weight] of wanted!.weights.entries()) {
      const apart = largestDifference(found!.weights[i]!, weight) / options.learningRate;
      ok(apart < 0.05, `weight ${i} (kernel: ${kernels[i]}) differs by ${apart} learning rates`);
    }
    for (const { name } of COMPARING.inputs) {
      const apart = largestDifference(found!.gradients[name]!, wanted!.gradients[name]!);
      const most = magnitude(wanted!.gradients[name]!);
      ok(apart < 1e-4 * most, `gradients by ${name} differ by ${apart} of ${most}`);
    }
  }
});

for (const preset of ["wakawaka", "experiment5", "deepchrome"] as const) {
  Deno.test(`wasm trains ${preset} with the same bits whether the signal is in memory or gathered`, async () => {
    const spec = presetSpec(preset, { bins: 50 });
    const inMemory = sourceOf(exampleData(spec, SAMPLES));
    const { samples, inputs, labels } = inMemory;
    const gathered: SampleSource = {
      samples,
      inputs,
      labels,
      gather: (rows, into) => inMemory.gather(rows, into),
    };
    deepStrictEqual(await train(spec, gathered), await train(spec, inMemory));
  });
}
