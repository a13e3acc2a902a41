/**
 * All tests that compute on WebGPU with our own kernels: in a module, and a process, of their own for the reason
 * given in `tfjs_test.ts`.
 */

import { deepStrictEqual, match, ok, rejects } from "node:assert";
import type { SignalColumns } from "../../../../src/engine/memory_source.ts";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { createWebgpuEngine } from "../../../../src/engine/webgpu/engine.ts";
import { DivergedError, UnsupportedModelError } from "../../../../src/errors.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../../src/model/presets.ts";
import { testConformance } from "../../conformance.ts";
import { testFailures } from "./failures.ts";
import { testLanes } from "./lanes.ts";
import { testDna } from "./sequences.ts";
import { testUploaded } from "./uploaded.ts";
import { testFlatMemory } from "../../../helpers/flat_memory.ts";
import { openOne, sourceOf } from "../../../helpers/one_model.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";
import { comparableRun, exampleData, trainExample } from "../../../helpers/train_example.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";

// The kernels that a GPU runs, on whatever adapter there is.
const webgpu = createWebgpuEngine({ kernels: "shared" });
const wasm = createWasmEngine();
testConformance(webgpu, testWithWebgpu);
testLanes();
testUploaded(webgpu);
testDna(webgpu);
testFailures();

for (const preset of SEQUENTIAL_PRESET_NAMES) {
  const spec = presetSpec(preset, { bins: 46 });
  if (!webgpu.supports(spec).supported) continue;
  testWithWebgpu(`webgpu trains ${preset} as wasm does, dropout and all`, async () => {
    const options = comparableRun(spec);
    const found = await trainExample(webgpu, spec, options);
    const wanted = await trainExample(wasm, spec, options);
    const apart = largestDifference(found.losses, wanted.losses) / wanted.losses[0]!;
    // Both are float32, and wasm's transformed convolutions lose two bits more, which Adam passes on to the next step.
    ok(apart < 2e-4, `losses differ by ${apart}`);
    const away = largestDifference(found.predicted, wanted.predicted);
    ok(away < 1e-3, `predictions differ by ${away}, labels being 0 and 1`);
  });
}

testWithWebgpu(
  "two epochs of wakawaka with dropout agree with the wasm engine: losses to 1e-6, predictions to 1e-5",
  async () => {
    const spec = presetSpec("wakawaka");
    // In the third epoch two values of a pooling come closer to each other than rounding, and the runs part.
    const options = { samples: 600, batchSize: 50, epochs: 2 };
    const found = await trainExample(webgpu, spec, options);
    const wanted = await trainExample(wasm, spec, options);
    const losses = largestDifference(found.losses, wanted.losses) / wanted.losses[0]!;
    ok(losses < 1e-6, `losses differ by ${losses}`);
    const predicted = largestDifference(found.predicted, wanted.predicted);
    ok(predicted < 1e-5 * Math.max(1, magnitude(wanted.predicted)), `predictions: ${predicted}`);
  },
);

const SPEC = presetSpec("wakawaka", { bins: 46 });
const MEMBERS = [
  { seed: 1, learningRate: 0.001 },
  { seed: 2, learningRate: 0.01 },
  { seed: 3, learningRate: 0.003 },
].map((member) => ({ ...member, weights: initialWeights(SPEC, member.seed) }));
const MEMBER = { seed: 1, learningRate: 0.001, weights: initialWeights(SPEC, 1) };

function everySecond(count: number, first: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => 2 * i + first);
}

testWithWebgpu(
  "a model whose order ends early has the mean loss of its own steps, in pieces too",
  async () => {
    const data = exampleData(SPEC, 80);
    const orders = [everySecond(40, 0), everySecond(21, 1), everySecond(20, 0)];
    const options = { members: MEMBERS, batchSize: 10 };
    await using many = await webgpu.createSession(SPEC, options);
    await using wanted = await wasm.createSession(SPEC, options);
    for (const [start, end] of [[0, 20], [20, 40]]) {
      const request = { source: sourceOf(data), orders, epoch: 0, start, end };
      const [found, expected] = [await many.runEpoch(request), await wanted.runEpoch(request)];
      for (const [i, loss] of expected.entries()) {
        const apart = Math.abs(Number(found[i]) - Number(loss));
        if (Number.isNaN(loss)) ok(Number.isNaN(found[i]), `model ${i} is skipped`);
        else ok(apart <= 1e-4 * Number(loss), `model ${i}: ${found[i]}, not ${loss}`);
      }
    }
  },
);

testWithWebgpu("data too large for one buffer are divided", async () => {
  const data = exampleData(SPEC, 20_000);
  const order = Uint32Array.from({ length: 100 }, (_, i) => 19_999 - 199 * i);
  const run = async (largestBuffer: number) => {
    const engine = createWebgpuEngine({ largestBuffer, kernels: "shared" });
    await using session = await openOne(engine, SPEC, { ...MEMBER, batchSize: 30 });
    const loss = await session.runEpoch({ data, order, epoch: 0 });
    return { loss, predicted: await session.predict(data, order) };
  };
  const rowBytes = SPEC.bins * SPEC.marks;
  ok(20_000 * rowBytes > 3_000_000, "the data fit one buffer");
  deepStrictEqual(await run(3_000_000), await run(Infinity));
  await rejects(run(1000), (error) => {
    ok(error instanceof UnsupportedModelError);
    match(error.message, /takes \d+ bytes, a buffer can have 1000/);
    return true;
  });
});

testWithWebgpu("training and validation data take turns without mixing", async () => {
  const [first, other, third] = [50, 60, 70].map((samples) => exampleData(SPEC, samples)) as [
    SignalColumns,
    SignalColumns,
    SignalColumns,
  ];
  const second = { ...other, signal: Uint8Array.from(other.signal, (value) => 6 - value) };
  const order = Uint32Array.from({ length: 50 }, (_, row) => row);
  await using session = await openOne(webgpu, SPEC, { ...MEMBER, batchSize: 30 });
  const predict = (data: SignalColumns) => session.predict(data, order);
  const [ofFirst, ofSecond] = [await predict(first), await predict(second)];
  ok(largestDifference(ofFirst, ofSecond) > 0);
  await predict(third); // the first set makes room
  deepStrictEqual([await predict(second), await predict(first)], [ofSecond, ofFirst]);
});

testWithWebgpu("a diverged model keeps the state of the epoch before", async () => {
  const data = exampleData(SPEC, 40);
  const order = Uint32Array.from({ length: 40 }, (_, row) => row);
  await using session = await openOne(webgpu, SPEC, { ...MEMBER, batchSize: 10 });
  await session.runEpoch({ data, order, epoch: 0 });
  const before = await session.state();
  const broken = { ...data, labels: Float64Array.from(data.labels!, () => NaN) };
  await rejects(session.runEpoch({ data: broken, order, epoch: 1 }), DivergedError);
  deepStrictEqual(await session.state(), before);
  // And the GPU has that state too: the next epoch starts from it.
  ok(Number.isFinite(await session.runEpoch({ data, order, epoch: 1 })));
});

testWithWebgpu(
  "300 epochs on webgpu, a checkpoint after each: resident memory stays within 5% of the third's",
  async () => {
    await testFlatMemory("webgpu", { preset: "wakawaka", samples: 10, batchSize: 10 });
  },
);
