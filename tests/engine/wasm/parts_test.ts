import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { cutChains, cutParts, joinParts, MAX_PARTS } from "../../../src/engine/wasm/plan/parts.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { isWide, trainingStages } from "../../../src/engine/wasm/plan/stages.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { presetSpec } from "../../../src/model/presets.ts";
import { openOne } from "../../helpers/one_model.ts";

Deno.test("parts cover a batch of any size without gaps, in multiples of four samples but for the last", () => {
  for (let samples = 0; samples <= 2100; samples++) {
    const parts = cutParts(samples);
    ok(parts.length <= MAX_PARTS);
    let next = 0;
    for (const [index, part] of parts.entries()) {
      deepStrictEqual([part.index, part.start], [index, next]);
      ok(part.count > 0, `${samples} samples: part ${index} is empty`);
      if (index < parts.length - 1) strictEqual(part.count % 4, 0);
      next += part.count;
    }
    strictEqual(next, samples);
  }
});

Deno.test("stretches of parts are no fewer than threads if there are as many parts, and each has a part", () => {
  for (const samples of [1, 15, 16, 17, 100, 250, 256, 1000]) {
    const parts = cutParts(samples);
    for (const threads of [1, 2, 3, 4, 7, 64]) {
      const stretches = joinParts(parts, threads);
      deepStrictEqual(stretches.flat(), parts);
      ok(stretches.every((stretch) => stretch.length > 0));
      ok(stretches.length >= Math.min(threads, parts.length));
      ok(stretches.length <= Math.max(threads, Math.ceil(samples / 128)));
    }
  }
});

/** Two wide layers, one of which skips zeros, with narrow ones before, between and after them. */
const WIDE = parseSpec({
  name: "wide",
  bins: 20,
  marks: 5,
  layers: [
    { type: "conv1d", filters: 16, width: 3, dilation: 1, padding: "same" },
    { type: "activation", kind: "relu" },
    { type: "flatten" },
    { type: "dropout", rate: 0.5 },
    { type: "dense", units: 420 },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "dense", units: 330 },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "dense", units: 9 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});

Deno.test("layers whose kernel takes half a megabyte or more are wide, others are not", () => {
  const plan = planModel(WIDE, { batchSize: 32, threads: 1 });
  deepStrictEqual(
    plan.head.nodes.map(({ kind, wide = false }) => [kind, wide]),
    [
      ["conv", false],
      ["dropout", false],
      ["sparseDense", true],
      ["dense", true],
      ["dense", false],
      ["dense", false],
    ],
  );
  const stages = trainingStages(plan, { gather: true, frozen: new Set() });
  const wide = stages.flatMap((stage) => stage.kind === "parts" ? stage.steps.filter(isWide) : []);
  strictEqual(wide.length, 4);
});

Deno.test("a model with wide layers trains and predicts the same bits on any number of threads", async () => {
  const samples = 75;
  const data = {
    signal: Uint8Array.from({ length: samples * 100 }, (_, i) => i * 7919 % 11),
    labels: Float64Array.from({ length: samples }, (_, i) => Math.sin(i)),
    bins: 20,
    marks: 5,
    transform: "none",
  } as const;
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  const run = async (threads: number) => {
    await using session = await openOne(createWasmEngine(), WIDE, {
      weights: initialWeights(WIDE, 3),
      batchSize: 50,
      learningRate: 0.001,
      seed: 5,
      threads,
    });
    const loss = await session.runEpoch({ data, order, epoch: 0 });
    const predictions = await session.predict(data, order);
    const { weights } = await session.state();
    return [loss, predictions.join(), weights.map((values) => values.join()).join(";")];
  };
  const one = await run(1);
  for (const threads of [2, 3]) {
    const other = await run(threads);
    one.forEach((value, i) => ok(value === other[i], `${threads} threads: result ${i} differs`));
  }
});

Deno.test("sequences are parts by themselves until there are many, whatever the number of threads", () => {
  const { encoders } = planModel(presetSpec("waka-dna"), { batchSize: 100, threads: 2 });
  const sequences = encoders.findIndex(({ heavy }) => heavy);
  ok(sequences >= 0);
  for (const count of [0, 1, 2, 16, 17, 100]) {
    const entries = [...encoders.map(() => count), count];
    const parts = cutChains({ encoders }, entries);
    const own = parts[sequences]!;
    strictEqual(own.length, Math.min(count, 16));
    strictEqual(own.reduce((end, part) => part.start === end ? end + part.count : NaN, 0), count);
    ok(own.every((part) => part.count >= 1));
    deepStrictEqual(parts.at(-1), cutParts(count));
  }
});

Deno.test("waka-dna in batches of 100 takes less than 130 MB in addition to the data", () => {
  const { pages } = planModel(presetSpec("waka-dna"), { batchSize: 100, threads: 2 });
  ok(pages * 65536 < 130e6, `${pages} pages`);
});
