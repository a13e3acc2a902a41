/** Calls of a predictor that wait for each other: together, in parts, refused, ended, and after a failure. */

import { setImmediate } from "node:timers";
import {
  deepStrictEqual,
  doesNotMatch,
  match,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { BusyError, ContractError, EngineUnavailableError } from "../../src/errors.ts";
import { withCalibration } from "../../src/model/mod.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { calibrate } from "../../src/training/calibrate.ts";
import { fitEnsemble, predictEnsemble, spreadOfMembers } from "../../src/training/ensemble.ts";
import { fit } from "../../src/training/fit.ts";
import { predictIntervals } from "../../src/training/intervals.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";
import { samplesFor } from "../../src/training/samples_for.ts";
import { countWorkers } from "../helpers/counted_workers.ts";

const WASM = { engine: "wasm", threads: 2 } as const;
const SIZE = { cellTypes: 3, genes: 300, newCellTypes: 1, newGenes: 50, bins: 50 };
const { train: COLUMNS, eval: OTHERS } = simulateColumns(SIZE);
const [DATA, TEST] = [new Dataset(COLUMNS), new Dataset(OTHERS)];
const QUICK = { epochs: 1, batchSize: 64, ...WASM } as const;

let trained: Promise<TrainedModel> | undefined;
/** A model that takes the logarithm of counts. */
function modelOf(): Promise<TrainedModel> {
  return trained ??= fit("experiment1", DATA, { ...QUICK, transform: "log1p" })
    .then(({ model }) => model);
}

/** A model with which a turn is work for threads. */
async function largeModel(): Promise<TrainedModel> {
  return (await fit("wakawaka", DATA.slice(0, 64), QUICK)).model;
}

/** Samples as a caller has them, and as data sets of other types. */
function callsOf(model: TrainedModel) {
  const sample = (row: number, factor = 1) => ({
    gene: DATA.geneOf(row),
    cellType: DATA.cellTypeOf(row),
    signal: Float64Array.from(DATA.countsOf(row), (value) => value * factor),
  });
  const logarithms = {
    ...sample(8),
    signal: Float64Array.from(DATA.countsOf(8), Math.log1p),
  };
  return [
    DATA.slice(0, 100),
    [sample(3)],
    DATA.subset([5, 2, 5]),
    [sample(6, 0.37), sample(7, 1000.5)], // float32 or float64
    [sample(1, 300)], // wider integers
    samplesFor(model, [logarithms], { transform: "log1p" }),
    DATA,
    [],
  ];
}

for (const path of ["direct", "grouped", "auto"] as const) {
  Deno.test(`calls that are computed together get the bits that each gets alone, ${path}`, async () => {
    const model = await modelOf();
    const calls = callsOf(model);
    const wanted = [];
    for (const call of calls) {
      const data = call instanceof Dataset ? call : samplesFor(model, call);
      const own = path === "auto" ? data.length < 4 ? "direct" : "grouped" : path;
      wanted.push(await predict(model, data, { ...WASM, path: own }));
    }
    await using predictor = await openPredictor(model, { ...WASM, path });
    for (const _ of [1, 2]) {
      const found = await Promise.all(calls.map((call) => predictor.predict(call)));
      deepStrictEqual(found, wanted);
    }
    const { requests, samples, batches, queued, latency, engineSeconds } = predictor.counters();
    const all = wanted.reduce((sum, { length }) => sum + length, 0);
    deepStrictEqual([requests, samples, queued], [2 * calls.length, 2 * all, 0]);
    // A data set of more samples than a turn has takes several; others share theirs.
    ok(batches >= 3 && batches < 80, `${batches} batches`);
    strictEqual(latency.count, requests);
    ok(engineSeconds > 0);
    const { arithmetic } = predictor.report;
    strictEqual(/grouped/.test(arithmetic), path !== "direct");
    strictEqual(/;/.test(arithmetic), path === "auto");
  });
}

Deno.test("a call of one sample is answered while one of many is computed", async () => {
  const model = await modelOf();
  await using predictor = await openPredictor(model, WASM);
  await predictor.predict(DATA);
  const ended: string[] = [];
  const progress: number[] = [];
  const many = predictor.predict(DATA, { onProgress: ({ done }) => void progress.push(done) })
    .then((found) => (ended.push("many"), found));
  const one = predictor.predict(DATA.slice(7, 8)).then((found) => (ended.push("one"), found));
  const [all, [single]] = await Promise.all([many, one]);
  deepStrictEqual(ended, ["one", "many"]);
  strictEqual(single, all[7]);
  strictEqual(progress.at(-1), DATA.length);
  deepStrictEqual(progress, progress.toSorted((a, b) => a - b));
});

Deno.test("a call that would make too many wait is refused, and taken when they have ended", async () => {
  const model = await modelOf();
  await using predictor = await openPredictor(model, { ...WASM, maxQueued: 10 });
  // There is no better time for a call that is larger than the bound by itself.
  const first = predictor.predict(DATA.slice(0, 12));
  await rejects(predictor.predict(DATA.slice(0, 1)), (error: unknown) => {
    ok(error instanceof BusyError);
    strictEqual(error.code, "HISTONE_BUSY");
    return true;
  });
  await first;
  const few = [4, 4, 2].map((count) => predictor.predict(DATA.slice(0, count)));
  await rejects(predictor.predict(DATA.slice(0, 1)), BusyError);
  await Promise.all(few);
  await predictor.predict(DATA.slice(0, 1));
  const { rejected, requests, samples, queued } = predictor.counters();
  deepStrictEqual({ rejected, requests, samples, queued }, {
    rejected: 2,
    requests: 7,
    samples: 23,
    queued: 0,
  });
  for (const maxQueued of [0, -1, 1.5, NaN]) {
    await rejects(openPredictor(model, { ...WASM, maxQueued }), RangeError);
  }
});

Deno.test("an abort ends its own call, waiting or running, and leaves the others alone", async () => {
  const model = await modelOf();
  const wanted = await predict(model, DATA, WASM);
  await using predictor = await openPredictor(model, WASM);
  const reason = new Error("enough");
  const [running, waiting] = [new AbortController(), new AbortController()];
  const onProgress = () => {
    running.abort(reason);
    waiting.abort(reason);
  };
  const ends = await Promise.allSettled([
    predictor.predict(DATA, { onProgress, signal: running.signal }),
    predictor.predict(DATA, { signal: waiting.signal }),
    predictor.predict(DATA),
    predictor.predict([{ gene: "a", cellType: "b", signal: [1] }]),
    predictor.predict(DATA.slice(1, 2)),
  ]);
  deepStrictEqual(ends.map(({ status }) => status), [
    "rejected",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  const outcomes = ends.map((end) => end.status === "fulfilled" ? end.value : end.reason);
  deepStrictEqual(outcomes.slice(0, 3), [reason, reason, wanted]);
  deepStrictEqual([...outcomes[4]], [wanted[1]]);
  const { aborted, failed, queued } = predictor.counters();
  deepStrictEqual([aborted, failed, queued], [2, 1, 0]);
  // A call that is alone in its turn.
  const alone = new AbortController();
  const ended = predictor.predict(DATA, { signal: alone.signal, onProgress: () => alone.abort() });
  await rejects(ended, { name: "AbortError" });
  const failing = () => {
    throw reason;
  };
  await rejects(predictor.predict(DATA, { onProgress: failing }), reason);
  deepStrictEqual(await predictor.predict(DATA), wanted);
  strictEqual(predictor.health().status, "ready");
});

Deno.test("a thread that dies fails the calls that it computed, and the predictor continues with others", async () => {
  const model = await largeModel();
  const wanted = await predict(model, DATA, WASM);
  const dying = countWorkers(0);
  try {
    await using predictor = await openPredictor(model, WASM);
    const failing = predictor.predict(DATA).finally(() => dying[Symbol.dispose]());
    await rejects(failing, (error: unknown) => {
      ok(error instanceof EngineUnavailableError);
      const { status, reason } = predictor.health();
      strictEqual(status, "restarting");
      match(reason!, /worker \d of 2 failed: .*struck by a test/);
      return true;
    });
    deepStrictEqual(await predictor.predict(DATA), wanted);
    deepStrictEqual(predictor.health(), { status: "ready" });
    const { restarts, failed, queued } = predictor.counters();
    deepStrictEqual([restarts, failed, queued], [1, 1, 0]);
  } finally {
    dying[Symbol.dispose]();
  }
});

Deno.test("an engine that does not start again is named by health, and tried again later", async () => {
  const model = await largeModel();
  const one = DATA.slice(0, 1);
  const wanted = await predict(model, one, WASM);
  const dying = countWorkers(0);
  const { Memory } = WebAssembly;
  await using predictor = await openPredictor(model, WASM);
  try {
    const failing = predictor.predict(DATA);
    // What a machine without memory does.
    WebAssembly.Memory = function () {
      throw new RangeError("no memory is left");
    } as unknown as typeof Memory;
    await rejects(failing, EngineUnavailableError);
    await rejects(predictor.predict(one), /the engine failed.*: no memory is left/);
    deepStrictEqual(predictor.health(), { status: "failed", reason: "no memory is left" });
    await rejects(predictor.predict(one), /the engine failed.*: no memory is left/);
  } finally {
    WebAssembly.Memory = Memory;
    dying[Symbol.dispose]();
  }
  const later = performance.now() + 120_000;
  let found: Float32Array | undefined;
  while (found === undefined && performance.now() < later) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    found = await predictor.predict(one).catch(() => undefined);
  }
  deepStrictEqual(found, wanted);
  strictEqual(predictor.health().status, "ready");
  await predictor[Symbol.asyncDispose]();
  deepStrictEqual(predictor.health(), { status: "disposed" });
});

Deno.test("an ensemble predicts its mean, with spread and intervals where they are asked for", async () => {
  const options = { ...QUICK, members: 2 } as const;
  const results = await fitEnsemble("waka2", DATA, options);
  const plain = results.map(({ model }) => model);
  const calibration = await calibrate("waka2", DATA, QUICK);
  const models = plain.map((model) => withCalibration(model, calibration));
  const wanted = await predictEnsemble(models, TEST, WASM);
  await using predictor = await openPredictor(models, WASM);
  deepStrictEqual(await predictor.predict(TEST), wanted.mean);
  const details = await predictor.predictDetails(TEST, { confidence: 0.8 });
  deepStrictEqual(details, {
    predictions: wanted.mean,
    spread: spreadOfMembers(wanted.members),
    intervals: predictIntervals(models[0]!, TEST, { predictions: wanted.mean, confidence: 0.8 }),
  });
  notStrictEqual(details.spread![0], 0);
  await using one = await openPredictor(plain[0]!, WASM);
  deepStrictEqual(await one.predictDetails(TEST), { predictions: wanted.members[0] });
  await rejects(one.predictDetails(TEST, { confidence: 0.8 }), ContractError);
  await rejects(openPredictor([], WASM), TypeError);
});

Deno.test("a service of a thousand calls at a time ends with none waiting", async () => {
  const model = await modelOf();
  const wanted = await predict(model, DATA, WASM);
  await using predictor = await openPredictor(model, WASM);
  const rows = Array.from({ length: 1000 }, (_, i) => (7 * i) % DATA.length);
  const found = await Promise.all(rows.map((row) => predictor.predict(DATA.slice(row, row + 1))));
  deepStrictEqual(found.map(([value]) => value), rows.map((row) => wanted[row]));
  const { batches, latency } = predictor.counters();
  ok(batches < 500, `${batches} batches`);
  ok(latency.medianMs > 0 && latency.medianMs <= latency.p99Ms);
});

Deno.test("calls of one turn of the event loop are collected, whether they are prepared by then or not", async () => {
  const model = await modelOf();
  const wanted = await predict(model, DATA, WASM);
  await using predictor = await openPredictor(model, { ...WASM, collectCalls: true });
  const callLater = (row: number) =>
    new Promise<Float32Array>((resolve, reject) => {
      // Each in a task of its own, as requests are.
      setImmediate(() => predictor.predict(DATA.slice(row, row + 1)).then(resolve, reject));
    });
  const found = await Promise.all(Array.from({ length: 20 }, (_, row) => callLater(row)));
  deepStrictEqual(found.map(([value]) => value), [...wanted.subarray(0, 20)]);
  const { batches } = predictor.counters();
  ok(batches < 20, `${batches} batches`);
});

Deno.test("an engine that has one way of computing serves path auto with one session", async () => {
  const model = await modelOf();
  const some = DATA.slice(0, 5);
  const wanted = await predict(model, some, { engine: "tfjs-cpu" });
  await using predictor = await openPredictor(model, { engine: "tfjs-cpu", path: "auto" });
  deepStrictEqual(await predictor.predict(some), wanted);
  deepStrictEqual([...await predictor.predict(DATA.slice(0, 1))].length, 1);
  doesNotMatch(predictor.report.arithmetic, /;/);
});
