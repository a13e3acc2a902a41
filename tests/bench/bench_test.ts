import { ok, rejects, strictEqual, throws } from "node:assert";
import { ContractError } from "../../src/errors.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import { CHECK_SIZE, checkAgreement } from "./agreement.ts";
import { measureRate } from "./contestant.ts";
import { testWith } from "../helpers/require.ts";
import { FIGURE_NAMES } from "./figures.ts";
import { benchLoad, formatLoad } from "./load.ts";
import { readLines } from "./peer_process.ts";
import { formatTable, type Row } from "./report.ts";
import { median, summarizePairs } from "./statistics.ts";
import { withoutDropout } from "./workload.ts";

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

Deno.test("the table says when a peer was not measured", () => {
  const row: Row = {
    figure: "wakawaka-training",
    unit: "samples/s",
    threads: 2,
    ours: 51_234,
    peer: "PyTorch",
    theirs: null,
    ratio: null,
  };
  const [header, rule, missing, measured] = formatTable([
    row,
    { ...row, peer: "tf.js", theirs: 17.77, ratio: 2883.2 },
  ]).split("\n");
  strictEqual(header!.length, rule!.length);
  ok(/^\| -+ \| -+ \|/.test(rule!), rule);
  ok(missing!.includes("| 51,200 | PyTorch | not measured |"), missing);
  ok(measured!.includes("| 17.8 ") && measured!.includes("| 2,880× |"), measured);
});

Deno.test("outputs that differ, are incomplete or are not numbers do not agree", () => {
  const { steps, batchSize } = CHECK_SIZE;
  const predictions = Array.from({ length: steps * batchSize }, (_, i) => Math.sin(i) * 4);
  const losses = Array.from({ length: steps }, (_, i) => 3 - i);
  const outputs = { predictions, losses };
  const check = (theirs: typeof outputs) => checkAgreement(outputs, theirs, "two");
  check({ predictions: predictions.map((v) => v + 3e-4), losses: losses.map((v) => v * 1.0009) });
  const wrong = [
    { predictions: predictions.map((v) => v + 5e-4), losses },
    { predictions: predictions.map(() => NaN), losses },
    { predictions: predictions.slice(1), losses },
    { predictions, losses: losses.map((v) => v * 1.002) },
    { predictions, losses: losses.map(() => NaN) },
  ];
  for (const theirs of wrong) throws(() => check(theirs), ContractError);
});

Deno.test("a rate is measured over one call at least", async () => {
  let calls = 0;
  const rate = await measureRate(0, () => Promise.resolve(++calls * 100));
  strictEqual(calls, 1);
  ok(rate > 0, `${rate}`);
  await rejects(measureRate(0, () => Promise.reject(new Error("stopped"))), /stopped/);
});

Deno.test("lines are joined from the pieces in which they arrive", async () => {
  const pieces = ["[1,", "2]\n[3]\n{", "}\nunfinished"].map((text) =>
    new TextEncoder().encode(text)
  );
  const lines = await Array.fromAsync(readLines(ReadableStream.from(pieces)));
  strictEqual(lines.join(" "), "[1,2] [3] {}");
});

Deno.test("a model without dropout has the same weights as the one with it", () => {
  const spec = presetSpec("experiment2");
  const shapes = (model: typeof spec) =>
    JSON.stringify(weightShapes(model).map(({ shape }) => shape));
  ok(withoutDropout(spec).layers.length < spec.layers.length);
  strictEqual(shapes(withoutDropout(spec)), shapes(spec));
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
