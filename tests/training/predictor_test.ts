/** Models that are kept ready: `openPredictor`, and the sessions that `predict` keeps. */

import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError, SessionDisposedError } from "../../src/errors.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";
import type { Sample } from "../../src/training/samples_for.ts";
import { countWorkers } from "../helpers/counted_workers.ts";

const WASM = { engine: "wasm", threads: 2 } as const;
const SIZE = { cellTypes: 4, genes: 30, newCellTypes: 1, newGenes: 5, bins: 40 };
const { train: COLUMNS, eval: OTHERS } = simulateColumns(SIZE);
const [DATA, TEST] = [new Dataset(COLUMNS), new Dataset(OTHERS)];
const QUICK = { epochs: 1, batchSize: 16, ...WASM } as const;

async function trainedModel(preset: "experiment1" | "waka2" | "waka3"): Promise<TrainedModel> {
  return (await fit(preset, DATA, { ...QUICK, ...(preset === "waka2" && { geneEffects: true }) }))
    .model;
}

function rowsOf(data: Dataset, rows: readonly number[]): Dataset {
  return data.subset(Uint32Array.from(rows));
}

/** The memories that sessions of wasm have taken since. */
function countMemories(): Disposable & { readonly taken: number } {
  const { Memory } = WebAssembly;
  let taken = 0;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      // One that probes the arithmetic has a single page.
      if (descriptor.shared === true && descriptor.initial > 1) taken++;
    }
  };
  return {
    get taken() {
      return taken;
    },
    [Symbol.dispose]() {
      WebAssembly.Memory = Memory;
    },
  };
}

for (const preset of ["experiment1", "waka2", "waka3"] as const) {
  for (const path of ["direct", "grouped"] as const) {
    Deno.test(`a predictor of ${preset} gives the bits of predict, for sets and single samples, ${path}`, async () => {
      const model = await trainedModel(preset);
      const options = { ...WASM, path };
      const wanted = [...await predict(model, TEST, options)];
      await using predictor = await openPredictor(model, options);
      deepStrictEqual([...await predictor.predict(TEST)], wanted);
      const some = [3, 0, TEST.length - 1];
      deepStrictEqual(
        [...await predictor.predict(rowsOf(TEST, some))],
        some.map((row) => wanted[row]),
      );
      for (const row of some) {
        const [gene, cellType, signal] = [
          TEST.geneOf(row),
          TEST.cellTypeOf(row),
          TEST.countsOf(row),
        ];
        const sample: Sample = { gene, cellType, signal };
        deepStrictEqual([...await predictor.predict([sample])], [wanted[row]]);
        deepStrictEqual([...await predict(model, rowsOf(TEST, [row]), options)], [wanted[row]]);
      }
      const calls = some.map((row) => predictor.predict(rowsOf(TEST, [row])));
      deepStrictEqual(
        (await Promise.all(calls)).map(([value]) => value),
        some.map((i) => wanted[i]),
      );
      strictEqual(predictor.report.engine, "wasm");
      ok(/fused multiply-add(, grouped)?$/.test(predictor.report.arithmetic));
      deepStrictEqual([...await predictor.predict([])], []);
    });
  }
}

Deno.test("a predictor refuses what predict refuses, works on, and is of no use after its disposal", async () => {
  const model = await trainedModel("experiment1");
  const predictor = await openPredictor(model, WASM);
  const one = rowsOf(TEST, [2]);
  const wanted = await predictor.predict(one);
  const short = [{ gene: "a", cellType: "b", signal: [1, 2] }];
  await rejects(predictor.predict(short), TypeError);
  const narrow = new Dataset(simulateColumns({ ...SIZE, bins: 10 }).train);
  await rejects(predictor.predict(narrow), ContractError);
  const reason = new Error("enough");
  await rejects(predictor.predict(one, { signal: AbortSignal.abort(reason) }), reason);
  deepStrictEqual(await predictor.predict(one), wanted);
  const waiting = predictor.predict(one);
  const refused = rejects(waiting, SessionDisposedError);
  await predictor[Symbol.asyncDispose]();
  await predictor[Symbol.asyncDispose]();
  await refused;
  await rejects(predictor.predict(one), SessionDisposedError);
  await rejects(openPredictor(model, { ...WASM, threads: 0 }), RangeError);
  await rejects(openPredictor({ ...model, weights: [] }, WASM), ContractError);
});

Deno.test("a predictor's report is not to be changed", async () => {
  await using predictor = await openPredictor(await trainedModel("experiment1"), WASM);
  strictEqual(Reflect.set(predictor.report, "engine", "abacus"), false);
  strictEqual(predictor.report.engine, "wasm");
});

Deno.test("what an asynchronous onNote is rejected with is thrown by its own call alone", async () => {
  const reason = new Error("no notes");
  let calls = 0;
  const onNote = () => calls++ === 0 ? Promise.reject(reason) : undefined;
  const options = { ...WASM, acceptAssembly: true, onNote };
  const other = { ...TEST.columns, record: { ...TEST.record, assembly: "hg38" } };
  const data = new Dataset(other, TEST.rows);
  const model = await trainedModel("experiment1");
  await using predictor = await openPredictor(model, options);
  await rejects(predictor.predict(data), reason);
  strictEqual((await predictor.predict(data)).length, data.length);
  calls = 0;
  await rejects(predict(model, data, options), reason);
});

Deno.test("a call with what is no array is refused, and others are let in after it", async () => {
  await using predictor = await openPredictor(await trainedModel("experiment1"), WASM);
  const samples = [...TEST];
  for (const wrong of [new Set(samples), samples.values(), samples[0], undefined, "samples"]) {
    await rejects(predictor.predict(wrong as unknown as Dataset), TypeError);
    await rejects(predictor.predictDetails(wrong as unknown as Dataset), TypeError);
  }
  strictEqual((await predictor.predict(samples)).length, samples.length);
  strictEqual(predictor.counters().queued, 0);
  strictEqual(predictor.counters().samples, samples.length);
});

Deno.test("a change of the model does not reach its predictor, and reaches the next predict", async () => {
  const trained = await trainedModel("experiment1");
  const weights = trained.weights.map((values) => Float32Array.from(values));
  const model = { ...trained, weights };
  const one = rowsOf(TEST, [2]);
  await using predictor = await openPredictor(model, WASM);
  const before = await predict(model, one, WASM);
  deepStrictEqual(await predictor.predict(one), before);
  const bias = weights.at(-1)!;
  const { 0: kept } = bias;
  for (const changed of [kept! + 1, kept! - 3, kept!]) {
    bias[0] = changed;
    const found = await predict(model, one, WASM);
    deepStrictEqual(found, await predict({ ...model }, one, WASM));
    strictEqual(found[0] === before[0], changed === kept);
    deepStrictEqual(await predictor.predict(one), before);
  }
  // The sign of a zero is a change too, of the bits.
  weights[0]!.fill(0);
  const zeros = await predict(model, one, WASM);
  weights[0]!.fill(-0);
  deepStrictEqual(await predict(model, one, WASM), zeros);
});

Deno.test("predictions of few samples share a session that holds no thread; those of many have their own", async () => {
  using memories = countMemories();
  using workers = countWorkers();
  const model = await trainedModel("experiment1");
  const [taken, started] = [memories.taken, workers.started];
  const one = rowsOf(TEST, [2]);
  const wanted = await predict(model, one, WASM);
  strictEqual(memories.taken, taken + 1);
  const calls = Array.from({ length: 20 }, () => predict(model, one, WASM));
  for (const found of await Promise.all(calls)) deepStrictEqual(found, wanted);
  strictEqual(memories.taken, taken + 1);
  await predict(model, one, { ...WASM, threads: 1 });
  await predict(model, one, { ...WASM, path: "grouped" });
  // A memory for the threads' groups, too.
  ok(memories.taken >= taken + 3);
  const now = memories.taken;
  ok(DATA.length > 64);
  await predict(model, DATA, WASM);
  strictEqual(memories.taken, now + 1);
  deepStrictEqual(await predict(model, one, WASM), wanted);
  strictEqual(memories.taken, now + 1);
  strictEqual(workers.started, started);
});

Deno.test("eight sessions are kept, those used last; a call that fails gives its session up", async () => {
  using memories = countMemories();
  const model = await trainedModel("experiment1");
  const one = rowsOf(TEST, [2]);
  const models = Array.from({ length: 9 }, () => ({ ...model }));
  const count = async (each: TrainedModel) => {
    const before = memories.taken;
    await predict(each, one, WASM);
    return memories.taken - before;
  };
  for (const each of models) strictEqual(await count(each), 1);
  strictEqual(await count(models[8]!), 0);
  strictEqual(await count(models[1]!), 0);
  strictEqual(await count(models[0]!), 1);
  strictEqual(await count(models[2]!), 1);
  const reason = new Error("enough");
  const onProgress = () => {
    throw reason;
  };
  await rejects(predict(models[2]!, one, { ...WASM, onProgress }), reason);
  strictEqual(await count(models[2]!), 1);
  strictEqual(await count(models[2]!), 0);
});

Deno.test("models whose weights are not numbers are refused each time", async () => {
  const trained = await trainedModel("experiment1");
  const model = { ...trained, weights: trained.weights.map((values) => values.map(() => NaN)) };
  for (const _ of [1, 2]) {
    await rejects(predict(model, rowsOf(TEST, [2]), WASM), { name: "DivergedError" });
  }
  notStrictEqual(trained.weights[0]![0], NaN);
});

Deno.test("10,000 single predictions, and hundreds of models, keep no more memory than a few", async () => {
  const script = new URL("../helpers/measure_requests.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=compute", "--v8-flags=--expose-gc", script],
    stderr: "inherit",
  }).output();
  const found: Record<string, { readonly heap: number; readonly resident: number }[]> = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  deepStrictEqual(Object.keys(found), ["predictor", "predict", "models"]);
  for (const [name, [first, last]] of Object.entries(found)) {
    const grown = last!.heap - first!.heap;
    // What the compiler knows of hot code grows for a while; a kilobyte a call would be 10 MB.
    ok(grown < 500_000, `${name}: the heap has grown by ${grown} bytes`);
    // The heap tells of sessions that are kept; this is for what lies outside of it, and swings by megabytes on a busy machine.
    const residentGrown = last!.resident - first!.resident;
    ok(residentGrown < 32e6, `${name}: resident memory has grown by ${residentGrown} bytes`);
  }
});

Deno.test("a process ends although it keeps a session", async () => {
  const script = new URL("../helpers/predict_once.ts", import.meta.url).pathname;
  // A session is kept for a minute.
  const { code, signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=compute", script],
    stderr: "inherit",
    signal: AbortSignal.timeout(50_000),
  }).output();
  strictEqual(signal, null);
  strictEqual(code, 0);
});

Deno.test("on an engine whose sessions cannot rest, each call has its own, and a predictor keeps one", async () => {
  const model = await trainedModel("experiment1");
  const one = rowsOf(TEST, [2]);
  const tfjs = { engine: "tfjs-cpu" } as const;
  const [first, second] = await Promise.all([predict(model, one, tfjs), predict(model, one, tfjs)]);
  deepStrictEqual(first, second);
  deepStrictEqual(await predict(model, one, tfjs), first);
  await using predictor = await openPredictor(model, tfjs);
  deepStrictEqual(await predictor.predict(one), first);
  strictEqual(predictor.report.engine, "tfjs-cpu");
  const [wanted] = await predict(model, one, WASM);
  ok(Math.abs(first[0]! - wanted!) < 1e-4);
});
