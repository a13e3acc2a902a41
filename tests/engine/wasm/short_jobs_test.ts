/** Jobs on the caller's thread and on workers, which start late and end early: the same bits, and the same contract. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { PredictionPath, Session } from "../../../src/engine/engine.ts";
import type { SampleSource } from "../../../src/engine/sample_source.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { PlannedModel } from "../../../src/engine/wasm/planned_model.ts";
import { EngineUnavailableError, SessionDisposedError } from "../../../src/errors.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { presetSpec, type SequentialPresetName } from "../../../src/model/presets.ts";
import { countWorkers } from "../../helpers/counted_workers.ts";
import { sourceOf } from "../../helpers/one_model.ts";
import { exampleData } from "../../helpers/train_example.ts";

const wasm = createWasmEngine();
/** Samples that no preset predicts on the caller's thread. */
const MANY = 500;

function open(
  preset: SequentialPresetName,
  path: PredictionPath = "direct",
): Promise<Session> {
  const spec = presetSpec(preset);
  const members = [{ weights: initialWeights(spec, 3), seed: 3, learningRate: 0.001 }];
  return wasm.createSession(spec, { members, batchSize: 50, threads: 2, path });
}

function samplesOf(preset: SequentialPresetName): SampleSource {
  return sourceOf(exampleData(presetSpec(preset), MANY));
}

/** The same samples, gathered batch by batch rather than copied by threads. */
function gathered({ resident: _, ...source }: SampleSource, gather: SampleSource["gather"]) {
  return { ...source, gather } satisfies SampleSource;
}

const ALL = Uint32Array.from({ length: MANY }, (_, row) => row);

async function predict(session: Session, source: SampleSource, rows: Uint32Array) {
  const [predicted] = await session.predict(source, [rows]);
  return [...predicted!];
}

for (const preset of ["wakawaka", "experiment5", "deepchrome", "bigru10"] as const) {
  for (const path of ["direct", "grouped"] as const) {
    Deno.test(`a prediction of ${preset} has the same bits alone and among many, ${path}`, async () => {
      using workers = countWorkers();
      await using session = await open(preset, path);
      const source = samplesOf(preset);
      const few = Array.from({ length: 20 }, (_, i) => 7 * i + 3);
      const alone: number[] = [];
      for (const row of few) alone.push(...await predict(session, source, Uint32Array.of(row)));
      strictEqual(workers.started, 0);
      const all = await predict(session, source, ALL);
      strictEqual(workers.started, 2);
      deepStrictEqual(alone, few.map((row) => all[row]));
      const backwards = await predict(session, source, ALL.toReversed());
      deepStrictEqual(backwards, all.toReversed());
      const batches = gathered(source, (rows, into) => source.gather(rows, into));
      deepStrictEqual(await predict(session, batches, ALL), all);
      deepStrictEqual(await predict(session, batches, Uint32Array.of(...few)), alone);
    });
  }
}

Deno.test("what runs on the caller's thread is decided by the work, whatever the number of threads", () => {
  for (const preset of ["wakawaka", "experiment1", "deepchrome", "bigru50"] as const) {
    const spec = presetSpec(preset);
    const [one, two] = [1, 16].map((threads) =>
      new PlannedModel(spec, { batchSize: 256, threads }).countWork([1])
    );
    strictEqual(one, two);
    const planned = new PlannedModel(spec, { batchSize: 64, threads: 1 });
    strictEqual(planned.countWork([10]), 10 * one!);
  }
  // Its multiply-adds, counted by hand: three convolutions, padded filters, and the dense layers.
  const wakawaka = new PlannedModel(presetSpec("wakawaka"), { batchSize: 256, threads: 1 });
  const byHand = 100 * 50 * 50 + 20 * 50 * 250 + 6 * 50 * 150 + 5000 + 500 + 10;
  const counted = wakawaka.countWork([1]);
  ok(counted >= byHand && counted < 1.2 * byHand, `${counted} for ${byHand}`);
});

Deno.test("training and few predictions take turns: each sees what the other left", async () => {
  const source = samplesOf("wakawaka");
  await using session = await open("wakawaka");
  const rows = Uint32Array.of(1, 2, 3);
  const seen = [];
  for (const epoch of [0, 1]) {
    seen.push(await predict(session, source, rows));
    await session.runEpoch({ source, orders: [ALL], epoch });
    deepStrictEqual(
      await predict(session, source, rows),
      (await predict(session, source, ALL)).slice(1, 4),
    );
  }
  notDeepStrictEqual(seen[0], seen[1]);
  const states = await session.state();
  await using other = await open("wakawaka");
  notDeepStrictEqual(await predict(other, source, rows), await predict(session, source, rows));
  await other.restore(states);
  deepStrictEqual(await predict(other, source, rows), await predict(session, source, rows));
});

Deno.test("gradients of a few inputs are found on the caller's thread, with the bits of many", async () => {
  using workers = countWorkers();
  await using session = await open("wakawaka");
  const source = samplesOf("wakawaka");
  const before = await predict(session, source, Uint32Array.of(5));
  const [few] = await session.inputGradients(source, [Uint32Array.of(5)]);
  strictEqual(workers.started, 0);
  const [many] = await session.inputGradients(source, [ALL]);
  strictEqual(workers.started, 2);
  deepStrictEqual([...few!.signal!], [...many!.signal!.subarray(5 * 500, 6 * 500)]);
  deepStrictEqual(await predict(session, source, Uint32Array.of(5)), before);
});

Deno.test("a session at rest holds no thread, and starts them when they are needed again", async () => {
  using workers = countWorkers();
  await using session = await open("wakawaka");
  const source = samplesOf("wakawaka");
  await session.rest!();
  const wanted = await predict(session, source, ALL);
  strictEqual(workers.running, 2);
  await session.rest!();
  strictEqual(workers.running, 0);
  deepStrictEqual(await predict(session, source, Uint32Array.of(9)), [wanted[9]]);
  strictEqual(workers.running, 0);
  const others = sourceOf(exampleData(presetSpec("wakawaka"), MANY + 1));
  await predict(session, others, ALL);
  deepStrictEqual(await predict(session, source, ALL), wanted);
  // Between calls that wait for each other.
  const calls = [predict(session, source, ALL), session.rest!(), predict(session, source, ALL)];
  const [first, , last] = await Promise.all(calls);
  deepStrictEqual(first, wanted);
  deepStrictEqual(last, wanted);
  strictEqual(workers.started, 6);
});

Deno.test("threads that were put to rest are not started for less work than their start takes", async () => {
  for (const path of ["direct", "grouped"] as const) {
    using workers = countWorkers();
    await using session = await open("wakawaka", path);
    const source = samplesOf("wakawaka");
    const batches = gathered(source, (rows, into) => source.gather(rows, into));
    const wanted = await predict(session, source, ALL);
    strictEqual(workers.started, 2);
    const some = ALL.subarray(30, 94);
    for (const samples of [source, batches]) {
      // After each rest the count begins again.
      for (let time = 0; time < 3; time++) {
        await session.rest!();
        deepStrictEqual(await predict(session, samples, some), wanted.slice(30, 94));
        strictEqual(workers.running, 0);
      }
      // A session that is used again and again has its threads soon.
      for (let time = 0; time < 24; time++) {
        deepStrictEqual(await predict(session, samples, some), wanted.slice(30, 94));
      }
      strictEqual(workers.running, 2);
    }
  }
});

Deno.test("calls of all sizes made together are answered in order, and those after the disposal are refused", async () => {
  using workers = countWorkers();
  const source = samplesOf("wakawaka");
  const ended: number[] = [];
  const sizes = [1, MANY, 2, 3, MANY, 1];
  const session = await open("wakawaka");
  const calls = sizes.map(async (size, call) => {
    const values = await predict(session, source, ALL.subarray(0, size));
    ended.push(call);
    return values.length;
  });
  deepStrictEqual(await Promise.all(calls), sizes);
  deepStrictEqual(ended, [0, 1, 2, 3, 4, 5]);
  const running = session.predict(source, [
    Uint32Array.from({ length: 40_000 }, (_, i) => i % MANY),
  ]);
  const waiting = [1, MANY].map((size) => predict(session, source, ALL.subarray(0, size)));
  const refused = [running, ...waiting].map((call) => rejects(call, SessionDisposedError));
  // The first has started by then.
  await new Promise((resolve) => setTimeout(resolve));
  await session[Symbol.asyncDispose]();
  await Promise.all(refused);
  await rejects(predict(session, source, Uint32Array.of(0)), SessionDisposedError);
  await rejects(session.rest!(), SessionDisposedError);
  strictEqual(workers.running, 0);
});

Deno.test("a signal stops few and many, before and while they run, and the session works on", async () => {
  await using session = await open("wakawaka");
  const source = samplesOf("wakawaka");
  const wanted = await predict(session, source, ALL);
  const reason = new Error("enough");
  const aborted = AbortSignal.abort(reason);
  for (const rows of [ALL, Uint32Array.of(1)]) {
    await rejects(session.predict(source, [rows], { signal: aborted }), reason);
  }
  const controller = new AbortController();
  const slow = gathered(source, async (rows, into) => {
    await new Promise((resolve) => setTimeout(resolve));
    controller.abort(reason);
    source.gather(rows, into);
  });
  const { signal } = controller;
  await rejects(session.predict(slow, [Uint32Array.of(1)], { signal }), reason);
  const later = new AbortController();
  const onProgress = () => later.abort(reason);
  const long = Uint32Array.from({ length: 100_000 }, (_, i) => i % MANY);
  await rejects(session.predict(source, [long], { signal: later.signal, onProgress }), reason);
  deepStrictEqual(await predict(session, source, ALL), wanted);
  deepStrictEqual(await predict(session, source, Uint32Array.of(1)), [wanted[1]]);
});

Deno.test("after a worker's failure even a job for the caller's thread is refused, with the same error", async () => {
  using _ = countWorkers(30);
  await using session = await open("wakawaka");
  const source = samplesOf("wakawaka");
  const before = await predict(session, source, Uint32Array.of(1));
  ok(Number.isFinite(before[0]));
  const long = Uint32Array.from({ length: 10_000 }, (_, i) => i % MANY);
  await rejects(predict(session, source, long), EngineUnavailableError);
  await rejects(predict(session, source, Uint32Array.of(1)), {
    name: "EngineUnavailableError",
    message: /worker [12] of 2 failed: .*struck by a test/,
  });
  await session.rest!();
  await rejects(predict(session, source, ALL), EngineUnavailableError);
});

for (const path of ["direct", "grouped"] as const) {
  Deno.test(`a job that fails on the caller's thread leaves nothing to the next one, ${path}`, async () => {
    await using session = await open("wakawaka", path);
    const source = samplesOf("wakawaka");
    const wanted = await predict(session, source, Uint32Array.of(1, 2));
    const broken = samplesOf("wakawaka");
    const reason = new Error("it cannot be read");
    Object.defineProperty(broken.resident!.signal, "subarray", {
      value: () => {
        throw reason;
      },
    });
    for (const _ of [1, 2]) await rejects(predict(session, broken, Uint32Array.of(3)), reason);
    deepStrictEqual(await predict(session, source, Uint32Array.of(2, 1)), wanted.toReversed());
  });
}

Deno.test("sessions of one shape share plan and kernels, not weights", async () => {
  const compile = WebAssembly.compile;
  let compiled = 0;
  WebAssembly.compile = (bytes) => {
    compiled++;
    return compile(bytes);
  };
  try {
    const source = sourceOf(exampleData(presetSpec("experiment7", { bins: 60 }), 4));
    const found = [];
    for (const seed of [1, 2]) {
      const spec = { ...presetSpec("experiment7", { bins: 60 }), name: `model ${seed}` };
      const members = [{ weights: initialWeights(spec, seed), seed, learningRate: 0.001 }];
      await using session = await wasm.createSession(spec, { members, batchSize: 8 });
      found.push(await predict(session, source, Uint32Array.of(0, 1)));
    }
    strictEqual(compiled, 1);
    notDeepStrictEqual(found[0], found[1]);
  } finally {
    WebAssembly.compile = compile;
  }
});
