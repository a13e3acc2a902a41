import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { startWorker } from "../../../src/base/workers.ts";
import { describeGpu } from "../../../src/engine/gpu.ts";
import { selectEngine } from "../../../src/engine/select.ts";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { createBarrierMemory } from "../../../src/engine/wasm/barrier.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { loadExtendedCode } from "../../../src/engine/wasm/extended_code.ts";
import { assembleKernels } from "../../../src/engine/wasm/module.ts";
import { MAX_PARTS } from "../../../src/engine/wasm/plan/parts.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import type { Plan } from "../../../src/engine/wasm/plan/types.ts";
import { ExecutionContext } from "../../../src/engine/wasm/ops/context.ts";
import { Runner } from "../../../src/engine/wasm/runner.ts";
import { shareColumns } from "../../../src/engine/wasm/share_columns.ts";
import { WorkerPool } from "../../../src/engine/wasm/worker_pool.ts";
import { placeWeights, transposeAll, writeArrays } from "../../../src/engine/wasm/weights.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../src/model/presets.ts";
import type { SequentialSpec as ModelSpec } from "../../../src/model/spec.ts";
import { sourceOf } from "../../helpers/one_model.ts";
import { largestDifference } from "../../helpers/tolerances.ts";
import { comparableRun, exampleData, trainExample as train } from "../../helpers/train_example.ts";
import { testConformance } from "../conformance.ts";

await loadExtendedCode();

const wasm = createWasmEngine();
const POLICY = { learningRate: 0.001, frozen: new Set<number>() };
testConformance(wasm, Deno.test);

for (const preset of SEQUENTIAL_PRESET_NAMES) {
  const spec = presetSpec(preset, { bins: 46 });
  Deno.test(`wasm trains ${preset} as tf.js does, including dropout`, async () => {
    const options = comparableRun(spec);
    const found = await train(wasm, spec, options);
    const wanted = await train(createTfjsEngine("cpu"), spec, options);
    // Both are float32: what rounding does in a step, Adam passes on to the next, and losses of four samples rise to
    // five times the first one.
    const apart = largestDifference(found.losses, wanted.losses) / wanted.losses[0]!;
    ok(apart < 2e-4, `losses differ by ${apart}`);
    const away = largestDifference(found.predicted, wanted.predicted);
    ok(away < 1e-3, `predictions differ by ${away}, labels being 0 and 1`);
  });
}

Deno.test("wasm gives the same bits for any number of threads, batches of any size, parts left over", async () => {
  const cases = [
    ["wakawaka", 64],
    ["experiment5", 50],
    ["wakawaka", 7],
    ["wakawaka", 250],
    ["deepchrome", 100],
    ["experiment3", 40],
    ["bigru25", 50],
  ] as const;
  for (const [preset, batchSize] of cases) {
    const spec = presetSpec(preset, { bins: 50 });
    const options = { samples: batchSize + 90, batchSize, epochs: 2 };
    const one = await train(wasm, spec, { ...options, threads: 1 });
    for (const threads of [2, 3]) {
      deepStrictEqual(await train(wasm, spec, { ...options, threads }), one);
    }
  }
});

Deno.test("kernels of every preset are valid, with and without relaxed SIMD", () => {
  for (const preset of SEQUENTIAL_PRESET_NAMES) {
    const plan = planModel(presetSpec(preset), { batchSize: 250, threads: 2 });
    for (const fused of [true, false]) {
      ok(WebAssembly.validate(assembleKernels(plan, fused).bytes), `${preset}, fused: ${fused}`);
    }
  }
});

for (const preset of ["wakawaka", "bigru25"] as const) {
  Deno.test(`plain SIMD computes ${preset} as relaxed SIMD does, except for rounding`, async () => {
    const spec = presetSpec(preset, { bins: 50 });
    const [fused, plain] = [await trainAlone(spec, true), await trainAlone(spec, false)];
    ok(largestDifference(fused, plain) < 1e-5);
  });
}

/** Predictions after an epoch of two steps on this thread, with relaxed SIMD or without. */
async function trainAlone(spec: ModelSpec, fused: boolean): Promise<Float32Array> {
  const plan = planModel(spec, { batchSize: 32, threads: 1 });
  const { pages } = plan;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = await WebAssembly.compile(assembleKernels(plan, fused).bytes);
  const context = new ExecutionContext({ module, memory, scratch: plan.scratch });
  const values = initialWeights(spec, 5);
  writeArrays(context, placeWeights(spec, plan), { kind: "weight", values });
  transposeAll(context, plan);
  const barrier = createBarrierMemory(MAX_PARTS);
  const runner = new Runner({
    plan,
    module,
    memory,
    barrier,
    policy: POLICY,
    thread: 0,
    threads: 1,
  });
  runner.use(shareColumns(sourceOf(exampleData(spec, 20))));
  const rows = Uint32Array.from({ length: 20 }, (_, row) => row);
  const settings = { epoch: 0, seed: 1, batchSize: 10 };
  runner.run({
    kind: "epoch",
    order: rows,
    firstPosition: 0,
    start: 0,
    end: 20,
    step: 0,
    ...settings,
  });
  const predicted = new Float32Array(20);
  runner.run({ kind: "predict", rows, predicted });
  return predicted;
}

Deno.test("wakawaka at batch 250 takes less than 64 MB in addition to the data", () => {
  const { pages } = planModel(presetSpec("wakawaka"), { batchSize: 250, threads: 16 });
  ok(pages * 65536 < 64e6, `${pages * 65536} bytes`);
});

Deno.test("a model that takes too much memory is refused with the layer's name, and auto takes tf.js", async () => {
  const spec = parseSpec({
    name: "huge",
    bins: 20_000,
    marks: 5,
    loss: "meanSquaredError",
    layers: [
      { type: "conv1d", filters: 8, width: 3, dilation: 1, padding: "same" },
      { type: "activation", kind: "relu" },
      { type: "conv1d", filters: 128, width: 3, dilation: 1, padding: "same" },
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
  });
  const support = wasm.supports(spec);
  strictEqual(support.supported, false);
  match(support.supported ? "" : support.reason, /4 GiB.*layers\[2\] \(conv1d\)/);
  await rejects(selectEngine("wasm", spec), /engine wasm: .*layers\[2\]/);
  const gpu = await describeGpu();
  if (gpu !== undefined && !gpu.software) return; // then auto takes the GPU
  const { engine, reason } = await selectEngine("auto", spec);
  strictEqual(engine.name, "tfjs-cpu");
  match(reason, /engine wasm cannot run the model: .*layers\[2\]/);
});

/** A pool whose plan has been tampered with. */
async function startPool(change: (plan: Plan) => Plan): Promise<WorkerPool> {
  const plan = planModel(presetSpec("experiment1", { bins: 20 }), { batchSize: 16, threads: 2 });
  const module = await WebAssembly.compile(assembleKernels(plan, false).bytes);
  const { pages } = plan;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const barrier = createBarrierMemory(MAX_PARTS);
  const pool = new WorkerPool({
    plan: change(plan),
    memory,
    barrier,
    policy: POLICY,
    threads: 2,
  }, (thread) => startWorker("engine", `histone ${thread}`));
  pool.use([module]);
  return pool;
}

Deno.test("a worker that traps ends the run with an error that names it, and the pool with it", async () => {
  // An address beyond the memory: the kernel of the first convolution traps.
  const pool = await startPool((plan) => ({
    ...plan,
    head: {
      ...plan.head,
      nodes: plan.head.nodes.map((node) => ({
        ...node,
        output: { ...node.output, address: 2 ** 31 - 2 ** 20 },
      })),
    },
  }));
  pool.send({ kind: "data", data: exampleData(presetSpec("experiment1", { bins: 20 }), 40) });
  const rows = Uint32Array.from({ length: 40 }, (_, row) => row);
  const predicted = new Float32Array(new SharedArrayBuffer(160));
  const job = { kind: "predict", rows, predicted } as const;
  await rejects(pool.run(job), /worker [12] of 2 failed: .*memory access out of bounds/s);
  await rejects(pool.run(job), /worker [12] of 2 failed/);
});
