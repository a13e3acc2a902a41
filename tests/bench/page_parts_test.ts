/** The tables of docs/benchmarks.md. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { makeParts } from "./page_parts.ts";
import { fillParts } from "./page.ts";
import type { Row } from "./report.ts";
import type { KeptResult } from "./results.ts";

const row = (figure: string, peer: string, [ours, theirs]: [number, number | null]): Row => ({
  figure,
  unit: "samples/s",
  threads: 1,
  ours,
  peer,
  theirs,
  ratio: theirs === null ? null : ours / theirs,
  ...(theirs !== null && { medians: { ours, theirs, ratio: ours / theirs * 0.9 } }),
});

const RESULT: KeptResult = {
  version: "0.9.0",
  date: "2026-12-01",
  machine: { cpu: "A processor", cores: 2, vectorBits: 256 },
  versions: { deno: "2.9.6", v8: "15" },
  engine: "wasm",
  rows: [
    row("wakawaka-training", "PyTorch 2.15.0 conv1d", [20_000, 5000]),
    row("wakawaka-training", "JAX 0.10.2 step", [20_000, 10_000]),
    row("wakawaka-training", "PyTorch compiled", [20_000, null]),
    row("deepchrome-inference", "ONNX Runtime 1.32.0 conv1d", [10_000, 40_000]),
    row("waka2-inference", "JAX 0.10.2 step", [10_000, 10_100]),
    {
      ...row("wakawaka-training-scaling", "ours", [190, 100]),
      threads: 2,
      itself: true,
    },
    {
      ...row("wakawaka-one-sample", "ONNX Runtime 1.32.0 conv1d", [50, 25]),
      unit: "µs",
      ratio: 0.5,
    },
    row("explain-wakawaka", "PyTorch 2.15.0 conv1d", [1000, 100]),
    { ...row("predict-calls-first", "none", [30, null]), unit: "ms" },
    { ...row("prepare-bam", "samtools 1.16 view", [3, 1.5]), unit: "s", ratio: 0.5 },
  ],
  disturbed: ["deepchrome-inference, 1", "explain-wakawaka, 1"],
};

const parts = new Map(makeParts([RESULT]).map(({ id, text }) => [id, text]));

Deno.test("a model's line has the best peer, both ratios and the other peers", () => {
  const lines = parts.get("training")!.split("\n");
  strictEqual(lines.length, 3);
  match(
    lines[2]!,
    /\| `wakawaka` \| 1 +\| 20,000 \| JAX step +\| 10,000 \| 2× +\| 1\.8× +\| PyTorch conv1d 5,000; PyTorch compiled not measured \|/,
  );
});

Deno.test("a ratio below one stands out, and a disturbed line is marked", () => {
  match(parts.get("inference")!, /\| `deepchrome` \| 1\* +\| 10,000 .*\| \*\*0\.25×\*\* \|/);
});

Deno.test("the summary names every line in which ours is slower, the slowest first", () => {
  strictEqual(
    parts.get("summary"),
    "Against the best peer of each line this package is faster in 1 of 3 lines and slower in 1: " +
      "deepchrome inference on 1 thread (0.25×).",
  );
});

Deno.test("machine, vectors, versions and disturbance are said", () => {
  const machine = parts.get("machine")!;
  match(machine, /A processor, whose widest vectors have 256 bits, 2 cores; Deno 2\.9\.6/);
  match(machine, /JAX 0\.10\.2, ONNX Runtime 1\.32\.0, PyTorch 2\.15\.0/);
  match(machine, /during 2 of the lines/);
});

Deno.test("times of one sample, threads and counting have their tables", () => {
  match(
    parts.get("one-sample")!,
    /kept open +\| 50 µs +\| ONNX Runtime conv1d \| 25 µs +\| \*\*0\.5×/,
  );
  match(parts.get("one-sample")!, /first call of a process +\| 30 ms/);
  match(parts.get("scaling")!, /\| `wakawaka` +\| 1\.71× +\| not measured \|/);
  match(
    parts.get("prepare")!,
    /one BAM, 5 million reads \| 3 +\| samtools 1\.16 view \| 1\.5 +\| 2 +\|/,
  );
});

Deno.test("explanations have a table of their own, and no place in the summary", () => {
  const table = parts.get("explanation")!;
  match(table, /\| `wakawaka` \| 1\* +\| 1,000 \| PyTorch conv1d \| 100 +\| 10×/);
});

Deno.test("nothing is written of what was not measured", () => {
  deepStrictEqual(makeParts([]), []);
  const few = makeParts([{ ...RESULT, rows: RESULT.rows.slice(0, 3) }]).map(({ id }) => id);
  deepStrictEqual(few, ["machine", "summary", "training"]);
});

Deno.test("the page has a place for every part", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/benchmarks.md", import.meta.url));
  const all = makeParts([RESULT, { ...RESULT, engine: "webgpu" }]);
  strictEqual(all.length, 9);
  ok(fillParts(page, all, "bench").includes("| `deepchrome` | 1*"));
});
