/**
 * All tests that compute on WebGPU with our own kernels: in a module, and a process, of their own for the reason
 * given in `tfjs_test.ts`.
 */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../../../src/data/dataset.ts";
import type { SignalColumns } from "../../../../src/engine/memory_source.ts";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { createWebgpuEngine } from "../../../../src/engine/webgpu/engine.ts";
import {
  DivergedError,
  EngineUnavailableError,
  UnsupportedModelError,
} from "../../../../src/errors.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { PRESET_NAMES, presetSpec } from "../../../../src/model/presets.ts";
import { simulateColumns } from "../../../../src/simulate/mod.ts";
import { CheckpointFolder } from "../../../../src/training/checkpoint_folder.ts";
import { fit } from "../../../../src/training/fit.ts";
import type { FitCheckpoint, FitOptions, FitResult } from "../../../../src/training/fit_types.ts";
import { testConformance } from "../../conformance.ts";
import { withDirectory } from "../../../helpers/command.ts";
import { testFlatMemory } from "../../../helpers/flat_memory.ts";
import { checkLostGpu } from "../../../helpers/lost_gpu.ts";
import { openOne, sourceOf } from "../../../helpers/one_model.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";
import { comparableRun, exampleData, trainExample } from "../../../helpers/train_example.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";

const webgpu = createWebgpuEngine();
const wasm = createWasmEngine();
testConformance(webgpu, testWithWebgpu);

for (const preset of PRESET_NAMES) {
  const spec = presetSpec(preset, { bins: 46 });
  if (!webgpu.supports(spec).supported) continue;
  testWithWebgpu(`webgpu trains ${preset} as wasm does, dropout and all`, async () => {
    const options = comparableRun(spec);
    const found = await trainExample(webgpu, spec, options);
    const wanted = await trainExample(wasm, spec, options);
    const apart = largestDifference(found.losses, wanted.losses) / wanted.losses[0];
    ok(apart < 1e-4, `losses differ by ${apart}`);
    const away = largestDifference(found.predicted, wanted.predicted);
    ok(away < 1e-3, `predictions differ by ${away}, labels being 0 and 1`);
  });
}

testWithWebgpu(
  "three epochs of wakawaka with dropout agree with the wasm engine: losses to 1e-4, predictions to 1e-3",
  async () => {
    const spec = presetSpec("wakawaka");
    const options = { samples: 600, batchSize: 50, epochs: 3 };
    const found = await trainExample(webgpu, spec, options);
    const wanted = await trainExample(wasm, spec, options);
    const losses = largestDifference(found.losses, wanted.losses) / wanted.losses[0];
    ok(losses < 1e-4, `losses differ by ${losses}`);
    const predicted = largestDifference(found.predicted, wanted.predicted);
    ok(predicted < 1e-3 * Math.max(1, magnitude(wanted.predicted)), `predictions: ${predicted}`);
  },
);

const SPEC = presetSpec("wakawaka", { bins: 46 });
const MEMBERS = [
  { seed: 1, learningRate: 0.001 },
  { seed: 2, learningRate: 0.01 },
  { seed: 3, learningRate: 0.003 },
].map((member) => ({ ...member, weights: initialWeights(SPEC, member.seed) }));

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
        if (Number.isNaN(loss)) ok(Number.isNaN(found[i]), `model ${i} rests`);
        else {ok(
            Math.abs(+found[i] - +loss) <= 1e-4 * +loss,
            `model ${i}: ${found[i]}, not ${loss}`,
          );}
      }
    }
  },
);

testWithWebgpu("data too large for one buffer are divided", async () => {
  const data = exampleData(SPEC, 20_000);
  const order = Uint32Array.from({ length: 100 }, (_, i) => 19_999 - 199 * i);
  const run = async (largestBuffer: number) => {
    const engine = createWebgpuEngine({ largestBuffer });
    await using session = await openOne(engine, SPEC, { ...MEMBERS[0], batchSize: 30 });
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
  const sets = [exampleData(SPEC, 50), exampleData(SPEC, 60), exampleData(SPEC, 70)];
  const order = Uint32Array.from({ length: 50 }, (_, row) => row);
  const signal = Uint8Array.from(sets[1].signal, (value) => 6 - value);
  sets[1] = { ...sets[1], signal };
  await using session = await openOne(webgpu, SPEC, { ...MEMBERS[0], batchSize: 30 });
  const predict = (data: SignalColumns) => session.predict(data, order);
  const [first, second] = [await predict(sets[0]), await predict(sets[1])];
  ok(largestDifference(first, second) > 0);
  await session.predict(sets[2], order); // the first set makes room
  deepStrictEqual([await predict(sets[1]), await predict(sets[0])], [second, first]);
});

/** Runs something with a way to the device that it opens. */
async function withDevice<Result>(
  run: (device: () => GPUDevice) => Promise<Result>,
): Promise<Result> {
  const prototype = GPUAdapter.prototype;
  const { requestDevice } = prototype;
  let device: GPUDevice | undefined;
  prototype.requestDevice = async function (...parameters) {
    return device = await requestDevice.apply(this, parameters);
  };
  try {
    return await run(() => device!);
  } finally {
    prototype.requestDevice = requestDevice;
  }
}

/** Runs two epochs and does something to the device during the second; returns the session and its error. */
function failDuringEpoch(harm: (device: GPUDevice) => void) {
  return withDevice((device) => failWith(device, harm));
}

async function failWith(device: () => GPUDevice, harm: (device: GPUDevice) => void) {
  const data = exampleData(SPEC, 4000);
  const order = Uint32Array.from({ length: 4000 }, (_, row) => row);
  const session = await openOne(webgpu, SPEC, { ...MEMBERS[0], batchSize: 20 });
  const first = await session.runEpoch({ data, order: order.subarray(0, 40), epoch: 0 });
  ok(Number.isFinite(first));
  const before = await session.state();
  let harmed = false;
  const onProgress = () => {
    if (!harmed) harm(device());
    harmed = true;
  };
  const error = await session.runEpoch({ data, order, epoch: 1, onProgress }).then(
    () => undefined,
    (error: Error) => error,
  );
  return { session, before, error };
}

testWithWebgpu(
  "a lost device ends an epoch with its cause, and the state before is kept",
  async () => {
    const { session, before, error } = await failDuringEpoch((device) => device.destroy());
    ok(error instanceof EngineUnavailableError, `${error}`);
    match(error.message, /^Cannot continue computing: .* was lost/);
    strictEqual(before.step, 2);
    deepStrictEqual(await session.state(), before);
    await session[Symbol.asyncDispose]();
  },
);

testWithWebgpu("an error of the device that nobody waits for ends the run likewise", async () => {
  const { session, before, error } = await failDuringEpoch((device) => {
    device.createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
  });
  ok(error instanceof EngineUnavailableError, `${error}`);
  match(error.message, /^Cannot continue computing on .*buffer/is);
  deepStrictEqual(await session.state(), before);
  await session[Symbol.asyncDispose]();
});

testWithWebgpu("a diverged model keeps the state of the epoch before", async () => {
  const data = exampleData(SPEC, 40);
  const order = Uint32Array.from({ length: 40 }, (_, row) => row);
  await using session = await openOne(webgpu, SPEC, { ...MEMBERS[0], batchSize: 10 });
  await session.runEpoch({ data, order, epoch: 0 });
  const before = await session.state();
  const broken = { ...data, labels: Float64Array.from(data.labels!, () => NaN) };
  await rejects(session.runEpoch({ data: broken, order, epoch: 1 }), DivergedError);
  deepStrictEqual(await session.state(), before);
  // And the GPU went back too: the next epoch goes on from there.
  ok(Number.isFinite(await session.runEpoch({ data, order, epoch: 1 })));
});

const SIMULATED = new Dataset(
  simulateColumns({ cellTypes: 2, genes: 40, newCellTypes: 1, newGenes: 1, bins: 46 }).train,
);
/** Twenty batches an epoch: a piece of sixteen, after which a checkpoint can be taken, and one of four. */
const FIT = {
  ...{ engine: "webgpu", epochs: 3, batchSize: 4, transform: "log1p", seed: 5 },
} as const satisfies FitOptions;

/** Weights and losses to 1e-5, as of models that train side by side and alone: no two GPUs need round alike. */
function agree(found: FitResult, wanted: FitResult): void {
  const losses = ({ history }: FitResult) => history.map(({ loss }) => loss);
  ok(largestDifference(losses(found), losses(wanted)) < 1e-5 * magnitude(losses(wanted)));
  found.model.weights.forEach((weight, k) => {
    const apart = largestDifference(weight, wanted.model.weights[k]);
    ok(apart < 1e-5, `weight ${k} differs by ${apart}`);
  });
}

testWithWebgpu(
  "a run goes on from a checkpoint as one left alone: losses and weights to 1e-5",
  async () => {
    const checkpoints: FitCheckpoint[] = [];
    const save = (checkpoint: FitCheckpoint) => {
      checkpoints.push(structuredClone(checkpoint));
      return Promise.resolve();
    };
    const alone = await fit(SPEC, SIMULATED, FIT);
    agree(await fit(SPEC, SIMULATED, { ...FIT, checkpoint: { save, everyMinutes: 1e-9 } }), alone);
    const within = checkpoints.filter(({ position }) => position > 0);
    const between = checkpoints.filter(({ position }) => position === 0);
    deepStrictEqual([within.length, between.length], [3, 3]);
    for (const resume of [...within, ...between]) {
      agree(await fit(SPEC, SIMULATED, { ...FIT, resume }), alone);
    }
  },
);

testWithWebgpu("a run whose GPU is lost goes on from the checkpoint on disk", async () => {
  await withDirectory(async (directory) => {
    const folder = new CheckpointFolder(directory);
    const lost = withDevice((device) =>
      fit(SPEC, SIMULATED, {
        ...FIT,
        checkpoint: { save: (checkpoint) => folder.save(checkpoint) },
        onProgress: ({ epoch }) => {
          if (epoch === 3) device().destroy();
        },
      })
    );
    await rejects(lost, (error) => {
      ok(error instanceof EngineUnavailableError, `${error}`);
      match(error.message, /was lost.*Epoch 3 was not finished/);
      return true;
    });
    const { checkpoint, damaged } = (await folder.load())!;
    deepStrictEqual([checkpoint.epoch, checkpoint.position, damaged], [2, 0, []]);
    const resumed = await fit(SPEC, SIMULATED, { ...FIT, resume: checkpoint });
    agree(resumed, await fit(SPEC, SIMULATED, FIT));
  });
});

testWithWebgpu(
  "300 epochs on webgpu, a checkpoint after each: resident memory stays within 5% of the third's",
  async () => {
    await testFlatMemory("webgpu", { preset: "wakawaka", samples: 10, batchSize: 10 });
  },
);

testWithWebgpu(
  "train on webgpu ends in one line when its GPU is lost, and goes on from the last checkpoint",
  () => checkLostGpu("webgpu", { epochs: 40, batchSize: 50 }),
);
