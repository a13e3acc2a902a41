import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { describeGpu } from "../../src/engine/gpu.ts";
import { selectEngine } from "../../src/engine/select.ts";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import { bidirectionalGruGradients, runBidirectionalGru } from "../helpers/gru_reference.ts";
import { openOne } from "../helpers/one_model.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

Deno.test("the reference resets the state before the recurrent product and reads both ways", () => {
  const [first, second] = [0.5, -2];
  const weights = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]];
  const read = (h: number, x: number) => {
    const z = sigmoid(0.1 * x + 0.4 * h + 0.7);
    const r = sigmoid(0.2 * x + 0.5 * h + 0.8);
    return z * h + (1 - z) * Math.tanh(0.3 * x + 0.6 * (r * h) + 0.9);
  };
  const shape = { positions: 2, channels: 1, units: 1 };
  const found = runBidirectionalGru([first, second], [...weights, ...weights], shape);
  deepStrictEqual([...found], [read(read(0, first), second), read(read(0, second), first)]);
});

Deno.test("the reference's gradients are the derivatives of its output", () => {
  const shape = { positions: 4, channels: 3, units: 2 };
  const stream = new RandomStream(deriveKey(1, "gru"));
  const random = (length: number) => Float64Array.from({ length }, () => stream.normal());
  const input = random(12);
  const weights = [18, 12, 6, 18, 12, 6].map(random);
  const outputGradient = random(4);
  const found = bidirectionalGruGradients(input, weights, { ...shape, outputGradient });
  const lossAt = () =>
    runBidirectionalGru(input, weights, shape)
      .reduce((sum, value, i) => sum + value * outputGradient[i]!, 0);
  const derivative = (values: Float64Array, i: number) => {
    const [value, step] = [values[i]!, 1e-5];
    values[i] = value + step;
    const above = lossAt();
    values[i] = value - step;
    const below = lossAt();
    values[i] = value;
    return (above - below) / (2 * step);
  };
  const pairs = [[input, found.input], ...weights.map((values, i) => [values, found.weights[i]])];
  for (const [values, gradient] of pairs) {
    gradient!.forEach((value, i) => ok(Math.abs(derivative(values!, i) - value) < 1e-9));
  }
});

Deno.test("training on tf.js lowers the error of a model with a bidirectional GRU", async () => {
  const spec = presetSpec("bigru10", { bins: 45, marks: 2 });
  const data = randomData(spec, 8);
  const settings = { weights: initialWeights(spec, 0), seed: 0, batchSize: 4, learningRate: 0.01 };
  await using session = await openOne(createTfjsEngine("cpu"), spec, settings);
  const error = async () => {
    const predicted = await session.predict(data, allRows(8));
    return predicted.reduce((sum, value, i) => sum + (value - data.labels![i]!) ** 2, 0) / 8;
  };
  const before = await error();
  for (let epoch = 0; epoch < 4; epoch++) {
    await session.runEpoch({ data, order: allRows(8), epoch });
  }
  const after = await error();
  ok(after < 0.9 * before, `mean squared error ${before}, then ${after}`);
});

Deno.test("WebGPU refuses a layer of too many units by name, and auto takes the fastest engine that has it", async () => {
  const spec = presetSpec("bigru10");
  const layers = spec.layers.map((layer) =>
    layer.type === "bidirectionalGru" ? { ...layer, units: 300 } : layer
  );
  const reason = /its bidirectionalGru has 300 units \(layers\[9\]\), expected at most 256/;
  await rejects(selectEngine("webgpu", { ...spec, layers }), reason);
  const gpu = await describeGpu();
  const hardware = gpu !== undefined && !gpu.software;
  strictEqual((await selectEngine("auto", spec)).engine.name, hardware ? "webgpu" : "wasm");
  const { engine, reason: said } = await selectEngine("auto", { ...spec, layers });
  strictEqual(engine.name, "wasm");
  match(said, hardware ? reason : /no GPU|software adapter/);
});
