/**
 * Trains two models side by side in an engine's session, step by step, on samples of your own, and asks for the gradients
 * of the output by the input. `fit` and `fitMany` do all of this for you; a session is for programs that need control.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read docs/examples/engine_session.ts
 */

import { memorySource, selectEngine } from "@waka/histone/engine";
import { initialWeights, type ModelSpec, parseSpec } from "@waka/histone/model";
import { deriveKey, RandomStream, shuffledIndices } from "@waka/histone/random";

const spec: ModelSpec = parseSpec({
  name: "tiny",
  bins: 4,
  marks: 1,
  layers: [
    { type: "conv1d", filters: 2, width: 3, dilation: 1, padding: "same" },
    { type: "activation", kind: "relu" },
    { type: "flatten" },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});
const samples = 64;
const source = memorySource({
  signal: Uint8Array.from({ length: samples * 4 }, (_, i) => (i * 7) % 11), // [sample, bin, mark]
  labels: Float64Array.from({ length: samples }, (_, i) => (i % 8) / 4), // [sample]
  bins: 4,
  marks: 1,
  transform: "log1p",
});

const { engine, reason } = await selectEngine("auto", spec);
console.log(`Engine: ${engine.name}, because ${reason}`);
const seeds = [1, 2];
// Holds threads or a GPU until it is disposed of.
await using session = await engine.createSession(spec, {
  members: seeds.map((seed) => ({ weights: initialWeights(spec, seed), seed, learningRate: 0.01 })),
  batchSize: 16,
});
for (let epoch = 0; epoch < 5; epoch++) {
  const orders = seeds.map((seed) =>
    shuffledIndices(samples, new RandomStream(deriveKey(seed, "order", epoch)))
  ); // [member][place]
  const losses = await session.runEpoch({ source, orders, epoch });
  console.log(`epoch ${epoch + 1}: ${losses.map((loss) => Number(loss).toFixed(4)).join(", ")}`);
}

const rows = seeds.map(() => Uint32Array.of(0, 1));
const predictions = await session.predict(source, rows); // [member][row]
const gradients = await session.inputGradients(source, rows);
console.log("predictions of the first sample:", predictions.map(([first]) => first?.toFixed(4)));
console.log("its gradient by bin, first model:", gradients[0]?.signal?.subarray(0, 4)); // [bin, mark]
