import { deepStrictEqual, fail, ok, rejects, strictEqual, throws } from "node:assert";
import { NO_ENTRY, SampleBatch } from "../../src/engine/sample_source.ts";
import { ContractError } from "../../src/errors.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import { checkAgreement, checkSizeOf } from "./agreement.ts";
import { Calibration, spin } from "./calibration.ts";
import { compareRates, runContest } from "./contest.ts";
import { type Contestant, measureCalls, measureRate } from "./contestant.ts";
import { testWith } from "../helpers/require.ts";
import { FIGURE_NAMES } from "./figures.ts";
import { benchLoad, formatLoad } from "./load.ts";
import { vectorBitsOf } from "./machine.ts";
import { findPython } from "./peer_python.ts";
import { PeerProcess, readLines } from "./peer_process.ts";
import { formatBest, formatTable, joinRows, type Row } from "./report.ts";
import { median, summarizePairs } from "./statistics.ts";
import {
  makeWorkload,
  readWorkload,
  sourceOfWorkload,
  withoutDropout,
  writeWorkload,
} from "./workload.ts";

Deno.test("the median of an even number of values is the mean of the middle two", () => {
  strictEqual(median([9, 1, 5]), 5);
  strictEqual(median([9, 1, 5, 6]), 5.5);
  throws(() => median([]), RangeError);
});

Deno.test("the ratio is the median of the pairs' ratios, not the ratio of the medians", () => {
  const pairs = [{ ours: 10, theirs: 5 }, { ours: 2, theirs: 1 }, { ours: 8, theirs: 2 }];
  const { ours, theirs, ratio } = summarizePairs(pairs);
  strictEqual(ours, 8);
  strictEqual(theirs, 2);
  strictEqual(ratio, 2);
});

const ROW: Row = {
  figure: "wakawaka-training",
  unit: "samples/s",
  threads: 2,
  ours: 51_234,
  peer: "PyTorch",
  theirs: null,
  ratio: null,
};

Deno.test("the table says when a peer was not measured", () => {
  const [header, rule, missing, measured] = formatTable([
    ROW,
    { ...ROW, peer: "tf.js", theirs: 17.77, ratio: 2883.2 },
  ]).split("\n");
  strictEqual(header!.length, rule!.length);
  ok(/^\| -+ \| -+ \|/.test(rule!), rule);
  ok(/\| 51,200 +\| not measured \| +\| +\| PyTorch +\|/.test(missing!), missing);
  ok(measured!.includes("| 17.8 ") && measured!.includes("| 2,880× |"), measured);
});

Deno.test("the best peer is the one to which ours is least superior, never this package itself", () => {
  const slow = { ...ROW, peer: "slow", theirs: 10_000, ratio: 5.1 };
  const quick = { ...ROW, peer: "quick", theirs: 60_000, ratio: 0.85 };
  const before = { ...ROW, peer: "ours at v1", itself: true, theirs: 70_000, ratio: 0.7 };
  const [cell, other] = joinRows([slow, before, ROW, quick, { ...quick, threads: 1, ratio: 2 }]);
  strictEqual(cell!.best, quick);
  strictEqual(cell!.others.length, 3);
  strictEqual(other!.best!.ratio, 2);
  strictEqual(joinRows([ROW])[0]!.best, undefined);
  const table = formatBest([slow, before, ROW, quick]);
  ok(/\| wakawaka-training +\| 2 +\| 0\.85× +\| +\| +\| quick +\|/.test(table), table);
});

const WORKLOAD = makeWorkload("waka3-four");

Deno.test("outputs that differ, are incomplete or are not numbers do not agree", () => {
  const size = checkSizeOf(WORKLOAD);
  // Whole genes in their four cell types.
  strictEqual(size.batchSize, 52);
  const { steps, batchSize } = size;
  const predictions = Array.from({ length: steps * batchSize }, (_, i) => Math.sin(i) * 4);
  const losses = Array.from({ length: steps }, (_, i) => 3 - i);
  const ours = { predictions, losses };
  const check = (theirs: typeof ours) => checkAgreement({ ours, theirs, size }, "two");
  check({ predictions: predictions.map((v) => v + 3e-4), losses: losses.map((v) => v * 1.0009) });
  // A program that only predicts.
  check({ predictions, losses: [] });
  const wrong = [
    { predictions: predictions.map((v) => v + 5e-4), losses },
    { predictions: predictions.map(() => NaN), losses },
    { predictions: predictions.slice(1), losses },
    { predictions, losses: losses.map((v) => v * 1.002) },
    { predictions, losses: losses.map(() => NaN) },
    { predictions, losses: losses.slice(1) },
  ];
  for (const theirs of wrong) throws(() => check(theirs), ContractError);
  throws(
    () => checkAgreement({ ours: { predictions, losses: [] }, theirs: ours, size }, "two"),
    ContractError,
  );
});

Deno.test("gradients agree if they are near on average, where both sides have some", () => {
  const size = { steps: 1, batchSize: 1 };
  const outputs = { predictions: [1], losses: [1] };
  const gradients = Array.from({ length: 100 }, (_, i) => Math.cos(i));
  const check = (theirs: readonly number[] | null | undefined) =>
    checkAgreement(
      { ours: { ...outputs, gradients }, theirs: { ...outputs, gradients: theirs }, size },
      "two",
    );
  check(undefined);
  check(null);
  check(gradients.map((value) => value * 1.0009));
  // One winner of a pooling is another.
  check(gradients.with(3, gradients[3]! + 0.05));
  const wrong = [
    gradients.map((value) => value * 1.002),
    gradients.with(0, NaN),
    gradients.slice(1),
  ];
  for (const theirs of wrong) throws(() => check(theirs), ContractError);
});

Deno.test("a rate is measured over one call at least", async () => {
  let calls = 0;
  const { rate, processorRate } = await measureRate(0, () => Promise.resolve(++calls * 100));
  strictEqual(calls, 1);
  ok(rate > 0 && processorRate > 0, `${rate}`);
  await rejects(measureRate(0, () => Promise.reject(new Error("stopped"))), /stopped/);
});

Deno.test("the rate of single answers is that of a call in the middle, whatever interrupts one", async () => {
  let calls = 0;
  const { rate } = await measureCalls(0.1, async () => {
    if (calls++ === 1) await new Promise((resolve) => setTimeout(resolve, 60));
  });
  // With the interruption it would be below 1 / 0.06.
  ok(rate > 20, `${rate}`);
});

Deno.test("every contestant has a turn in every round, after one that does not count, and the order turns", async () => {
  const turns: string[] = [];
  const contestant = (label: string, rates: readonly number[]): Contestant => {
    let next = 0;
    return {
      label,
      check: () => Promise.reject(new Error("not asked")),
      measure: () => {
        turns.push(label);
        const rate = rates[next++]!;
        return Promise.resolve({ rate, processorRate: 2 * rate });
      },
    };
  };
  using calibration = new Calibration(1);
  const run = (clock: "wall" | "processor") =>
    runContest([contestant("a", [1000, 1, 8, 3]), contestant("b", [1000, 2, 2, 1])], {
      measure: "train",
      seconds: 0,
      rounds: 3,
      clock,
      calibration,
      signal: new AbortController().signal,
    });
  deepStrictEqual(await run("wall"), [[1, 8, 3], [2, 2, 1]]);
  strictEqual(turns.join(""), "ababbaab");
  deepStrictEqual((await run("processor"))[0], [2, 16, 6]);
  ok(calibration.disturbance >= 1, `${calibration.disturbance}`);
  const stopped = AbortSignal.abort(new Error("stopped"));
  const options = { measure: "train", seconds: 0, rounds: 1, calibration } as const;
  await rejects(runContest([contestant("a", [1])], { ...options, signal: stopped }), /stopped/);
});

Deno.test("the figure is best to best, and medians of the rounds stand beside", () => {
  deepStrictEqual(compareRates([1, 8, 3], [2, 2, 1]), {
    ours: 8,
    theirs: 2,
    ratio: 4,
    medians: { ours: 3, theirs: 2, ratio: 3 },
  });
});

Deno.test("the calibration loop computes what its steps say, on threads too", async () => {
  strictEqual(spin(2), (0.999 + 0.5) * 0.999 + 0.5);
  using calibration = new Calibration(2);
  for (let i = 0; i < 3; i++) await calibration.measure();
  ok(calibration.disturbance >= 1 && calibration.disturbance < 1000);
});

Deno.test("the widest vectors follow from what the processor says it can do", () => {
  strictEqual(vectorBitsOf(["sse2", "avx", "avx2", "avx512f"]), 512);
  strictEqual(vectorBitsOf(["sse2", "avx", "avx2"]), 256);
  strictEqual(vectorBitsOf(["asimd"]), 128);
  strictEqual(vectorBitsOf([]), undefined);
});

Deno.test("a Python that lacks something is named with what it lacks", async () => {
  const found = await findPython("import a_module_that_nobody_has", "that module");
  ok("missing" in found && found.missing.includes("that module"), JSON.stringify(found));
});

Deno.test("a program that a signal stopped is known to have ended", async () => {
  const controller = new AbortController();
  const process = new PeerProcess({ program: "cat", args: [] }, controller.signal);
  strictEqual(process.ended, false);
  controller.abort();
  await process[Symbol.asyncDispose]();
  strictEqual(process.ended, true);
  await rejects(process.open("", ""), /its process has ended/);
});

Deno.test("lines are joined from the pieces in which they arrive", async () => {
  const pieces = ["[1,", "2]\n[3]\n{", "}\nunfinished"].map((text) =>
    new TextEncoder().encode(text)
  );
  const lines = await Array.fromAsync(readLines(ReadableStream.from(pieces)));
  strictEqual(lines.join(" "), "[1,2] [3] {}");
});

Deno.test("programs read the workload that was written", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["waka2", "waka3-four", "waka-dna-by-gene"] as const) {
    const workload = makeWorkload(name);
    await writeWorkload(folder, workload);
    const read = await readWorkload(folder);
    deepStrictEqual(read.spec, workload.spec);
    deepStrictEqual([read.batchSize, read.weightDecay], [workload.batchSize, workload.weightDecay]);
    const rows = Uint32Array.of(7, 4);
    const [ours, theirs] = [workload, read].map(sourceOfWorkload).map((source) => {
      const batch = new SampleBatch(source.inputs, rows.length);
      source.gather(rows, batch);
      return batch.inputs.map(({ values, entryOf }) => [
        [...values.subarray(0, 600)],
        [...entryOf],
      ]);
    });
    deepStrictEqual(theirs, ours);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a sample of a panel has its gene's other cell types as references, with their own marks", () => {
  if (!("panel" in WORKLOAD)) fail("it has a panel");
  const source = sourceOfWorkload(WORKLOAD);
  const batch = new SampleBatch(source.inputs, 1);
  source.gather(Uint32Array.of(6), batch);
  const { entryOf, values, entries } = batch.input("references");
  deepStrictEqual([...entryOf], [0, 1, NO_ENTRY, 2]);
  strictEqual(entries, 3);
  const { values: marks, size } = WORKLOAD.panel.tables[0]!;
  deepStrictEqual([...values.subarray(0, size)], [...marks.subarray(4 * size, 5 * size)]);
});

Deno.test("a model without dropout has the same weights as the one with it", () => {
  const spec = presetSpec("experiment2");
  const shapes = (model: typeof spec) =>
    JSON.stringify(weightShapes(model).map(({ shape }) => shape));
  ok(withoutDropout(spec).layers.length < spec.layers.length);
  strictEqual(shapes(withoutDropout(spec)), shapes(spec));
  const branched = presetSpec("waka3");
  strictEqual(withoutDropout(branched).head.layers.length, branched.head.layers.length - 2);
});

Deno.test("every figure can be requested by a unique name", () => {
  strictEqual(new Set(FIGURE_NAMES).size, FIGURE_NAMES.length);
});

testWith(
  "numpy",
  "the benchmark of reading finds that numpy reads the same, and measures both",
  async () => {
    const result = await benchLoad({ genes: [2], rounds: 1, log: () => {} });
    strictEqual(
      result.load.map(({ rows, kind }) => `${rows} ${kind}`).join(),
      "100 stored,100 deflated",
    );
    for (const { ours, theirs } of result.load) {
      ok([ours, theirs].every(({ seconds, megabytes }) => seconds > 0 && megabytes > 1));
    }
    ok(result.train[0]!.samplesPerSecond > 0);
    ok(/^\| 100 +\| deflated, .* s, .* MB +\| .*×/m.test(formatLoad(result)), formatLoad(result));
  },
);
