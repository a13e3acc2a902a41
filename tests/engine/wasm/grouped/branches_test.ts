/** Models with branches, whose encoders and heads are computed in groups. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { PredictionPath } from "../../../../src/engine/engine.ts";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import type { BranchedSpec } from "../../../../src/model/spec.ts";
import {
  BRANCHED,
  BRANCHED_PLAIN,
  branchedSource,
  parseBranched,
} from "../../../helpers/branched.ts";
import { allRows } from "../../../helpers/engine_runs.ts";
import { readGolden } from "../../../helpers/golden.ts";
import { randomWeights } from "../../../helpers/random_weights.ts";
import { GROUPED_TOLERANCE, largestDifference, magnitude } from "../../../helpers/tolerances.ts";

const wasm = createWasmEngine();
const SAMPLES = 61;

/** Outputs with gaps between rows, of an odd number of filters; normalisation, a GRU, an encoder without layers. */
const GAPS = parseBranched({
  name: "gaps",
  inputs: [
    { name: "signal", bins: 13, marks: 3 },
    { name: "sequence", bases: 9 },
    { name: "references", references: 3, values: 5 },
    { name: "summary", values: 5 },
  ],
  branches: [
    { name: "bins", input: "signal", layers: [] },
    {
      name: "profile",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 5, width: 3, dilation: 1, padding: "same" },
        { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
        { type: "dropout", rate: 0.3 },
        { type: "conv1d", filters: 3, width: 4, dilation: 2, padding: "valid" },
        { type: "activation", kind: "gelu" },
      ],
    },
    { name: "dna", input: "sequence", layers: [{ type: "bidirectionalGru", units: 3 }] },
    {
      name: "own",
      input: "summary",
      layers: [{ type: "dense", units: 7 }, { type: "activation", kind: "gelu" }, {
        type: "dropout",
        rate: 0.2,
      }, { type: "dense", units: 5 }],
    },
    { name: "others", input: "references", encoder: "own" },
  ],
  head: {
    join: [
      { type: "output", branch: "bins" },
      { type: "output", branch: "profile" },
      { type: "output", branch: "dna" },
      { type: "difference", branch: "own", references: "others" },
    ],
    layers: [{ type: "dense", units: 6 }, { type: "activation", kind: "relu" }, {
      type: "dense",
      units: 1,
    }],
  },
  loss: "meanSquaredError",
});

/** A branch that looks letters up in tables, as the direct path does, and what follows it after a dropout. */
const LETTERS = parseBranched({
  name: "letters",
  inputs: [{ name: "signal", bins: 40, marks: 3 }, { name: "sequence", bases: 120 }],
  branches: [
    {
      name: "marks",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 7, width: 5, dilation: 1, padding: "same" },
        { type: "activation", kind: "relu" },
        { type: "maxPool1d", size: 4 },
      ],
    },
    {
      name: "dna",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 10, width: 8, dilation: 1, padding: "same" },
        { type: "activation", kind: "leakyRelu", alpha: 0.05 },
        { type: "maxPool1d", size: 12 },
        { type: "flatten" },
        { type: "dropout", rate: 0.3 },
        { type: "dense", units: 9 },
      ],
    },
  ],
  head: {
    join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
    layers: [{ type: "dense", units: 6 }, { type: "activation", kind: "relu" }, {
      type: "dense",
      units: 1,
    }],
  },
  loss: "meanSquaredError",
});

async function predict(
  spec: BranchedSpec,
  { path, threads = 1, rows = allRows(SAMPLES) }: {
    readonly path: PredictionPath;
    readonly threads?: number;
    readonly rows?: Uint32Array;
  },
): Promise<Float32Array> {
  const members = [{ weights: randomWeights(spec, 3), seed: 1, learningRate: 0.01 }];
  await using session = await wasm.createSession(spec, { members, batchSize: 20, threads, path });
  strictEqual(session.path, path);
  return (await session.predict(branchedSource(spec, SAMPLES), [rows]))[0]!;
}

const SPECS = [
  BRANCHED,
  BRANCHED_PLAIN,
  GAPS,
  LETTERS,
  presetSpec("waka3", { bins: 20, references: 7 }),
];
for (const spec of SPECS) {
  Deno.test(`both paths predict the branches of "${spec.name}" alike`, async () => {
    const wanted = await predict(spec, { path: "direct" });
    const found = await predict(spec, { path: "grouped" });
    const apart = largestDifference(found, wanted) / magnitude(wanted);
    ok(apart <= GROUPED_TOLERANCE.random, `they are ${apart} apart`);
    ok(apart > 0, "they are computed in the same way");
  });

  Deno.test(`groups predict the branches of "${spec.name}" with the same bits, however rows come`, async () => {
    const wanted = await predict(spec, { path: "grouped" });
    for (const threads of [2, 3]) {
      deepStrictEqual(await predict(spec, { path: "grouped", threads }), wanted);
    }
    const rows = Uint32Array.of(60, 3, 17, 3, 0);
    const some = await predict(spec, { path: "grouped", rows });
    deepStrictEqual(some, Float32Array.from(rows, (row) => wanted[row]!));
  });
}

Deno.test("groups predict what PyTorch predicts with branches", async () => {
  const { spec, source, weights, predictions } = await readGolden("branches");
  const members = [{ weights, seed: 0, learningRate: 0.01 }];
  const options = { members, batchSize: source.samples, path: "grouped" } as const;
  await using session = await wasm.createSession(spec, options);
  strictEqual(session.path, "grouped");
  const [found] = await session.predict(source, [allRows(source.samples)]);
  const apart = largestDifference(found!, predictions) / magnitude(predictions);
  ok(apart <= GROUPED_TOLERANCE.predictions, `they are ${apart} away`);
});
