/** Sessions that predict in groups: the same bits however rows come, and the direct path's values nearly. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { Engine, PredictionPath, Session } from "../../../../src/engine/engine.ts";
import { memorySource } from "../../../../src/engine/memory_source.ts";
import type { SampleBatch, SampleSource } from "../../../../src/engine/sample_source.ts";
import { createTfjsEngine } from "../../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../../src/model/parse_spec.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../../src/model/presets.ts";
import type { LayerSpec, SequentialSpec } from "../../../../src/model/spec.ts";
import { allRows, randomData } from "../../../helpers/engine_runs.ts";
import { ODD, ODD_BINARY, ODD_RECURRENT } from "../../../helpers/odd_specs.ts";
import { randomWeights } from "../../../helpers/random_weights.ts";
import { GROUPED_TOLERANCE, largestDifference, magnitude } from "../../../helpers/tolerances.ts";
import { testGoldenPredictions } from "../../conformance_golden.ts";
import type { Progress } from "../../../../src/progress.ts";

const wasm = createWasmEngine();
const SAMPLES = 131;

interface Opening {
  readonly path?: PredictionPath;
  readonly threads?: number;
  readonly weights?: readonly Float32Array[];
  readonly engine?: Engine;
}

function open(spec: SequentialSpec, options: Opening = {}): Promise<Session> {
  const { path = "grouped", threads = 2, weights = randomWeights(spec, 3), engine = wasm } =
    options;
  const members = [{ weights, seed: 1, learningRate: 0.01 }];
  return engine.createSession(spec, { members, batchSize: 20, threads, path });
}

async function predict(session: Session, source: SampleSource, rows = allRows(SAMPLES)) {
  return (await session.predict(source, [rows]))[0]!;
}

/** The same samples, from which threads cannot copy themselves. */
function gathered(source: SampleSource): SampleSource {
  const { samples, inputs, labels } = source;
  return {
    samples,
    inputs,
    labels,
    gather: (rows: Uint32Array, into: SampleBatch) => source.gather(rows, into),
  };
}

for (const spec of [ODD, ODD_BINARY, ODD_RECURRENT, presetSpec("wakawaka", { bins: 46 })]) {
  Deno.test(`groups predict "${spec.name}" with the same bits, however rows come`, async () => {
    const source = memorySource(randomData(spec, SAMPLES));
    await using one = await open(spec, { threads: 1 });
    const wanted = await predict(one, source);
    ok(new Set(wanted).size > SAMPLES / 2);
    for (const threads of [1, 2, 3]) {
      await using session = await open(spec, { threads });
      strictEqual(session.path, "grouped");
      deepStrictEqual(await predict(session, source), wanted, `${threads} threads`);
      deepStrictEqual(await predict(session, gathered(source)), wanted, "gathered batches");
      const backwards = allRows(SAMPLES).reverse();
      deepStrictEqual((await predict(session, source, backwards)).reverse(), wanted);
      for (const [first, last] of [[0, 1], [1, 2], [7, 12], [0, 23], [0, 25], [40, 131]] as const) {
        const rows = allRows(SAMPLES).subarray(first, last);
        deepStrictEqual(await predict(session, source, rows), wanted.slice(first, last));
      }
      strictEqual((await predict(session, source, new Uint32Array(0))).length, 0);
    }
  });
}

for (const name of SEQUENTIAL_PRESET_NAMES) {
  Deno.test(`both paths predict ${name} alike`, async () => {
    const spec = presetSpec(name);
    const source = memorySource({ ...randomData(spec, SAMPLES), transform: "log1p" });
    const weights = initialWeights(spec, 3);
    const [grouped, direct] = await Promise.all([
      open(spec, { weights }),
      open(spec, { weights, path: "direct" }),
    ]);
    await using _grouped = grouped;
    await using _direct = direct;
    strictEqual(direct.path, "direct");
    const wanted = await predict(direct, source);
    const apart = largestDifference(await predict(grouped, source), wanted) / magnitude(wanted);
    ok(apart <= GROUPED_TOLERANCE.predictions, `they are ${apart} apart`);
    ok(apart > 0, "they are computed in the same way");
  });
}

Deno.test("groups predict with the weights of the moment: after training, and after restoring", async () => {
  const data = randomData(ODD, SAMPLES);
  const source = memorySource(data);
  await using grouped = await open(ODD);
  await using direct = await open(ODD, { path: "direct" });
  const compare = async () => {
    const [found, wanted] = [await predict(grouped, source), await predict(direct, source)];
    ok(largestDifference(found, wanted) <= GROUPED_TOLERANCE.random * magnitude(wanted));
    return found;
  };
  const before = await compare();
  const state = structuredClone(await grouped.state());
  for (const session of [grouped, direct]) {
    await session.runEpoch({ source, orders: [allRows(SAMPLES)], epoch: 0 });
  }
  const after = await compare();
  ok(largestDifference(before, after) > 0.01);
  for (const session of [grouped, direct]) await session.restore(state);
  deepStrictEqual(await compare(), before);
});

Deno.test("training does not depend on how a session predicts", async () => {
  const source = memorySource(randomData(ODD, SAMPLES));
  const states = await Promise.all((["grouped", "direct"] as const).map(async (path) => {
    await using session = await open(ODD, { path });
    await predict(session, source);
    await session.runEpoch({ source, orders: [allRows(SAMPLES)], epoch: 0 });
    await predict(session, source);
    await session.runEpoch({ source, orders: [allRows(SAMPLES)], epoch: 1 });
    return await session.state();
  }));
  deepStrictEqual(states[0], states[1]);
});

Deno.test("a session that has rested predicts in groups as before", async () => {
  const source = memorySource(randomData(ODD, SAMPLES));
  await using session = await open(ODD);
  const wanted = await predict(session, source);
  await session.rest!();
  deepStrictEqual(await predict(session, source), wanted);
  await session.runEpoch({ source, orders: [allRows(SAMPLES)], epoch: 0 });
  const trained = await predict(session, source);
  ok(largestDifference(trained, wanted) > 0);
  await session.rest!();
  deepStrictEqual(await predict(session, source), trained);
});

Deno.test("a prediction in groups stops when it is aborted, and reports its progress", async () => {
  const spec = presetSpec("wakawaka");
  const { signal, ...data } = randomData(spec, 20);
  const source = memorySource({ ...data, signal });
  const rows = new Uint32Array(200_000);
  await using session = await open(spec);
  const wanted = await predict(session, source, Uint32Array.of(0));
  const seen: number[] = [];
  const controller = new AbortController();
  const onProgress = ({ done }: Progress) => {
    seen.push(done);
    if (done > 0) controller.abort(new Error("enough"));
  };
  await rejects(
    session.predict(source, [rows], { onProgress, signal: controller.signal }),
    /enough/,
  );
  ok(seen.at(-1)! > 0 && seen.at(-1)! < rows.length, `it has reported ${seen}`);
  deepStrictEqual(await predict(session, source, Uint32Array.of(0)), wanted);
});

for (const spec of [ODD, presetSpec("wakawaka", { bins: 46 })]) {
  Deno.test(`a value of "${spec.name}" that transforms may overflow with gives NaN, others alike`, async () => {
    const { signal, ...data } = randomData(spec, SAMPLES);
    const size = spec.bins * spec.marks;
    const isOdd = (row: number) => row % 5 === 2;
    const grow = (value: number) =>
      memorySource({
        ...data,
        // By turns in all places of a sample, in lanes that share vectors with those of other samples.
        signal: Float32Array.from(signal, (own, i) => {
          const row = Math.floor(i / size);
          return isOdd(row) && i % size === row * 17 % size ? value : own;
        }),
      });
    await using grouped = await open(spec);
    await using direct = await open(spec, { path: "direct" });
    const usual = await predict(grouped, memorySource({ ...data, signal }));
    for (const value of [2 ** 65, -1e38, 3e38, Infinity, NaN]) {
      for (const source of [grow(value), gathered(grow(value))]) {
        const found = await predict(grouped, source);
        // As numbers: NaN has several patterns of bits.
        const wanted = Array.from(usual, (own, row) => isOdd(row) ? NaN : own);
        deepStrictEqual([...found], wanted, `${value}`);
      }
    }
    const large = grow(2 ** 63);
    const [found, wanted] = [await predict(grouped, large), await predict(direct, large)];
    ok(wanted.every(Number.isFinite));
    ok(largestDifference(found, wanted) <= GROUPED_TOLERANCE.random * magnitude(wanted));
    deepStrictEqual(await predict(grouped, memorySource({ ...data, signal })), usual);
  });
}

Deno.test("a model that groups do not serve is predicted directly, with the same bits", async () => {
  const wide: LayerSpec = { type: "conv1d", filters: 64, width: 3, dilation: 1, padding: "same" };
  const spec = parseSpec({
    name: "long",
    bins: 12_000,
    marks: 1,
    layers: [
      wide,
      { type: "activation", kind: "gelu" },
      { type: "maxPool1d", size: 12_000 },
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
    loss: "meanSquaredError",
  }) as SequentialSpec;
  const source = memorySource(randomData(spec, 2));
  const members = [{ weights: randomWeights(spec, 3), seed: 1, learningRate: 0.01 }];
  const found = await Promise.all((["grouped", "direct"] as const).map(async (path) => {
    const options = { members, batchSize: 1, threads: 1, path };
    await using session = await wasm.createSession(spec, options);
    strictEqual(session.path, "direct");
    return await predict(session, source, allRows(2));
  }));
  deepStrictEqual(found[0], found[1]);
});

Deno.test("a path that does not exist is refused, and engines with one way ignore the option", async () => {
  const path = "fast" as PredictionPath;
  await rejects(open(ODD, { path }), /path is "fast", expected grouped or direct/);
  await using session = await open(ODD, { engine: createTfjsEngine("cpu") });
  strictEqual(session.path, undefined);
});

testGoldenPredictions({
  ...wasm,
  name: "wasm in groups",
  createSession: (spec, options) => wasm.createSession(spec, { ...options, path: "grouped" }),
}, Deno.test);
