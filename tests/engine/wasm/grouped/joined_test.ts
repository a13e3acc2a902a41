/** Models whose samples each thread predicts by itself: kernels folded before the join, entries kept. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { joinInputs } from "../../../../src/engine/joined_source.ts";
import { entrySize, placesOf, type SampleSource } from "../../../../src/engine/sample_source.ts";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { Group } from "../../../../src/engine/wasm/grouped/group.ts";
import {
  type InputView,
  viewColumn,
} from "../../../../src/engine/wasm/grouped/joined/input_view.ts";
import { JoinedGroups } from "../../../../src/engine/wasm/grouped/joined/joined_groups.ts";
import { planJoined } from "../../../../src/engine/wasm/grouped/joined/plan.ts";
import { makeJoinedProgram } from "../../../../src/engine/wasm/grouped/joined/programs.ts";
import type { JoinedProgram } from "../../../../src/engine/wasm/grouped/joined/types.ts";
import {
  createJoinedImages,
  packJoinedImages,
} from "../../../../src/engine/wasm/grouped/joined/weights.ts";
import { makeGroupedPath } from "../../../../src/engine/wasm/grouped/path.ts";
import { EngineUnavailableError } from "../../../../src/errors.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import type { BranchedSpec } from "../../../../src/model/spec.ts";
import {
  BRANCHED_PLAIN,
  branchedColumns,
  branchedSource,
  parseBranched,
} from "../../../helpers/branched.ts";
import { countWorkers } from "../../../helpers/counted_workers.ts";
import { allRows } from "../../../helpers/engine_runs.ts";
import { randomWeights } from "../../../helpers/random_weights.ts";
import { GROUPED_TOLERANCE, largestDifference, magnitude } from "../../../helpers/tolerances.ts";

const wasm = createWasmEngine();
/** So many that they are worth threads. */
const SAMPLES = 1800;
const gelu = { type: "activation", kind: "gelu" } as const;

/** Every term on every kind of branch, in sizes that no vector width divides. */
const TERMS = parseBranched({
  name: "terms",
  inputs: [
    { name: "referenceLabels", references: 5, values: 1 },
    { name: "signal", bins: 11, marks: 3 },
    { name: "markMask", marks: 3 },
    { name: "summary", values: 7 },
    { name: "references", references: 5, values: 7 },
    { name: "context", values: 7 },
  ],
  branches: [
    { name: "labels", input: "referenceLabels", layers: [] },
    { name: "bins", input: "signal", layers: [] },
    {
      name: "profile",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 5, width: 4, dilation: 2, padding: "same" },
        gelu,
        { type: "maxPool1d", size: 3 },
        { type: "dropout", rate: 0.25 },
        { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
      ],
    },
    { name: "mask", input: "markMask", layers: [] },
    { name: "sample", input: "summary", layers: [{ type: "dense", units: 9 }, gelu] },
    { name: "others", input: "references", encoder: "sample" },
    { name: "known", input: "context", encoder: "sample" },
    { name: "raw", input: "summary", layers: [] },
    { name: "rawOfOthers", input: "references", encoder: "raw" },
    { name: "second", input: "references", layers: [{ type: "dense", units: 9 }] },
  ],
  head: {
    join: [
      { type: "mean", branch: "rawOfOthers" },
      { type: "output", branch: "bins" },
      { type: "output", branch: "profile" },
      { type: "difference", branch: "known", references: "second" },
      { type: "output", branch: "mask" },
      { type: "output", branch: "sample" },
      { type: "mean", branch: "others" },
      { type: "mean", branch: "labels" },
      { type: "difference", branch: "sample", references: "others" },
      { type: "difference", branch: "raw", references: "rawOfOthers" },
      { type: "output", branch: "raw" },
      { type: "output", branch: "sample" },
      {
        type: "distanceWeightedMean",
        near: "raw",
        references: "rawOfOthers",
        values: "labels",
        sharpness: 2,
      },
      {
        type: "distanceWeightedMean",
        near: "sample",
        references: "second",
        values: "labels",
        sharpness: 1,
      },
      {
        type: "distanceWeightedMean",
        near: "known",
        references: "others",
        values: "others",
        sharpness: 3,
      },
      {
        type: "distanceWeightedMean",
        near: "sample",
        references: "others",
        values: "rawOfOthers",
        sharpness: 1.5,
      },
    ],
    layers: [
      { type: "dense", units: 13 },
      { type: "activation", kind: "leakyRelu", alpha: 0.1 },
      { type: "dropout", rate: 0.3 },
      { type: "dense", units: 1 },
    ],
  },
  loss: "meanSquaredError",
});

/** A class; a head whose first layer is activated by nothing, and normalised; no references. */
const ALONE = parseBranched({
  name: "alone",
  inputs: [{ name: "signal", bins: 20, marks: 3 }, { name: "context", values: 6 }],
  branches: [
    { name: "bins", input: "signal", layers: [] },
    { name: "known", input: "context", layers: [{ type: "dense", units: 4 }, gelu] },
  ],
  head: {
    join: [{ type: "output", branch: "known" }, { type: "output", branch: "bins" }],
    layers: [
      { type: "dense", units: 6 },
      { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
      { type: "dense", units: 3 },
      gelu,
      { type: "dense", units: 1 },
      { type: "activation", kind: "sigmoid" },
    ],
  },
  loss: "binaryCrossentropy",
});

const SPECS = [TERMS, ALONE, presetSpec("waka3", { bins: 20, references: 7 })];

const weightsOf = (spec: BranchedSpec) => randomWeights(spec, 3);

function open(spec: BranchedSpec, { path = "grouped", threads = 1 }: {
  readonly path?: "grouped" | "direct";
  readonly threads?: number;
} = {}) {
  const members = [{ weights: weightsOf(spec), seed: 1, learningRate: 0.01 }];
  return wasm.createSession(spec, { members, batchSize: 20, threads, path });
}

/** The same samples, of which an engine sees batches alone. */
function gathered(source: SampleSource, gather = source.gather.bind(source)): SampleSource {
  const { samples, inputs, labels } = source;
  return { samples, inputs, labels, gather };
}

for (const spec of SPECS) {
  const source = branchedSource(spec, SAMPLES);

  Deno.test(`samples of "${spec.name}" are predicted by each thread as the direct path predicts them`, async () => {
    const path = await makeGroupedPath(spec, []);
    strictEqual(path?.kind, "joined");
    await using direct = await open(spec, { path: "direct" });
    await using grouped = await open(spec);
    const [wanted] = await direct.predict(source, [allRows(SAMPLES)]);
    const [found] = await grouped.predict(source, [allRows(SAMPLES)]);
    const apart = largestDifference(found!, wanted!) / magnitude(wanted!);
    ok(apart <= GROUPED_TOLERANCE.random, `they are ${apart} apart`);
  });

  Deno.test(`a prediction of "${spec.name}" has the same bits from tables, in batches, alone and on any number of threads`, async () => {
    await using one = await open(spec);
    const [wanted] = await one.predict(source, [allRows(SAMPLES)]);
    const few = Uint32Array.from({ length: 15 }, (_, i) => 46 * i % SAMPLES);
    for (const threads of [1, 3]) {
      using workers = countWorkers();
      await using session = await open(spec, { threads });
      for (const from of [source, gathered(source)]) {
        for (const row of few) {
          const [found] = await session.predict(from, [Uint32Array.of(row)]);
          strictEqual(found![0], wanted![row], `row ${row}`);
        }
      }
      strictEqual(workers.started, 0);
      // So many that workers are worth starting.
      const many = Uint32Array.from(
        { length: 20 * SAMPLES },
        (_, i) => (20 * SAMPLES - i) % SAMPLES,
      );
      for (const from of [source, gathered(source), source]) {
        const [found] = await session.predict(from, [many]);
        strictEqual(many.findIndex((row, i) => found![i] !== wanted![row]), -1);
      }
      strictEqual(workers.started, threads);
      await session.rest?.();
      const [again] = await session.predict(source, [allRows(SAMPLES)]);
      deepStrictEqual(again, wanted);
    }
  });

  Deno.test(`predictions of "${spec.name}" follow weights that are set, and those that are trained`, async () => {
    await using session = await open(spec);
    const rows = [allRows(SAMPLES)];
    const [before] = await session.predict(source, rows);
    const states = await session.state();
    await session.runEpoch({ source, orders: [allRows(40)], epoch: 0 });
    const [after] = await session.predict(source, rows);
    notDeepStrictEqual(after, before);
    await session.restore(states);
    deepStrictEqual((await session.predict(source, rows))[0], before);
  });

  Deno.test(`a value of "${spec.name}" that is no number spoils the samples that have it alone`, async () => {
    const columns = branchedColumns(spec, SAMPLES);
    const summaries = columns.columns.find(({ input: { name } }) =>
      name === "summary" || name === "signal"
    )!;
    const table = Float32Array.from(summaries.table);
    const size = table.length / SAMPLES;
    for (const [sample, value] of [[100, NaN], [333, Infinity], [401, 3e38]] as const) {
      table[sample * size + 2] = value;
    }
    const spoilt = joinInputs({
      ...columns,
      columns: columns.columns.map((column) =>
        column === summaries ? { ...column, table } : column
      ),
    });
    await using session = await open(spec);
    const clean = await session.predict(source, [allRows(SAMPLES)]);
    const found = await session.predict(spoilt, [allRows(SAMPLES)]);
    const changed = [...found[0]!.keys()].filter((i) => !Object.is(found[0]![i], clean[0]![i]));
    deepStrictEqual(changed, [100, 333, 401]);
    ok(Number.isNaN(found[0]![100]));
  });
}

Deno.test("batches that cannot be gathered, or are ended, leave nothing that was not computed", async () => {
  const source = branchedSource(TERMS, SAMPLES);
  const rows = [allRows(SAMPLES)];
  await using session = await open(TERMS, { threads: 2 });
  const [wanted] = await session.predict(source, rows);
  const failing = gathered(source, (some, into) => {
    if (some.includes(500)) throw new Error("the disk is gone");
    return source.gather(some, into);
  });
  await rejects(session.predict(failing, rows), /the disk is gone/);
  deepStrictEqual((await session.predict(gathered(source), rows))[0], wanted);
  const ended = new AbortController();
  const ending = gathered(source, (some, into) => {
    ended.abort(new Error("enough"));
    return source.gather(some, into);
  });
  await rejects(session.predict(ending, rows, { signal: ended.signal }), /enough/);
  deepStrictEqual((await session.predict(gathered(source), rows))[0], wanted);
  const done: number[] = [];
  await session.predict(gathered(source), rows, {
    onProgress: (progress) => done.push(progress.done),
  });
  strictEqual(done.at(-1), SAMPLES);
  deepStrictEqual(done, done.toSorted((a, b) => a - b));
});

Deno.test("after a worker's failure no sample is predicted, wherever it would be", async () => {
  const spec = presetSpec("waka3", { bins: 20, references: 7 });
  const source = branchedSource(spec, SAMPLES);
  using _ = countWorkers(3);
  await using session = await open(spec, { threads: 2 });
  await session.predict(source, [Uint32Array.of(1)]);
  await rejects(session.predict(source, [allRows(SAMPLES)]), EngineUnavailableError);
  for (const from of [source, gathered(source)]) {
    for (const rows of [Uint32Array.of(1), allRows(SAMPLES)]) {
      await rejects(session.predict(from, [rows]), {
        name: "EngineUnavailableError",
        message: /worker [12] of 2 failed: .*struck by a test/,
      });
    }
  }
});

/** A program whose tables have room for a few samples only. */
async function makeSmall(spec: BranchedSpec): Promise<JoinedProgram> {
  const { plan, ...program } = (await makeJoinedProgram(spec))!;
  const places = plan.readers.reduce((sum, reader) => sum + reader.places, 0);
  const tables = plan.tables.map((table) => ({ ...table, capacity: 3 * places }));
  return { ...program, plan: { ...plan, tables } };
}

Deno.test("where tables are full their entries are found again, with the same bits", async () => {
  for (const spec of SPECS) {
    const views = branchedColumns(spec, SAMPLES).columns.map(viewColumn);
    const inOrder = spec.inputs.map(({ name }) =>
      views[branchedColumns(spec, 4).columns.findIndex(({ input }) => input.name === name)]!
    );
    const predicted = [];
    for (const program of [(await makeJoinedProgram(spec))!, await makeSmall(spec)]) {
      const images = createJoinedImages(program);
      packJoinedImages(program, weightsOf(spec), images);
      const groups = new JoinedGroups(program);
      groups.setWeights(images);
      groups.use(inOrder);
      const found = new Float32Array(SAMPLES);
      groups.predict(allRows(SAMPLES), found);
      const again = new Float32Array(SAMPLES);
      groups.predict(allRows(SAMPLES), again);
      deepStrictEqual(again, found);
      predicted.push(found);
    }
    deepStrictEqual(predicted[1], predicted[0]);
  }
});

Deno.test("samples whose marks no other has leave their references in the tables", async () => {
  const [references, genes, samples] = [7, 2, 200];
  const spec = presetSpec("waka3", { bins: 20, references });
  const program = await makeSmall(spec);
  const images = createJoinedImages(program);
  packJoinedImages(program, weightsOf(spec), images);
  const groups = new JoinedGroups(program);
  groups.setWeights(images);
  const ofGenes = Int32Array.from(
    { length: samples * references },
    (_, place) =>
      Math.floor(place / (samples / genes * references)) * references + place % references,
  );
  const panel = new Map<number, InputView["values"]>();
  const viewsOf = (start: number) =>
    spec.inputs.map((input): InputView => {
      const [size, places] = [entrySize(input), placesOf(input)];
      const isOfPanel = places > 1;
      const entries = isOfPanel ? genes * references : samples;
      const first = isOfPanel ? 1e6 : start;
      const drawn = () =>
        Float32Array.from({ length: entries * size }, (_, i) => Math.sin(first + i));
      const values = isOfPanel ? panel.get(size) ?? drawn() : drawn();
      if (isOfPanel) panel.set(size, values);
      const index = isOfPanel ? ofGenes : undefined;
      return { values, entries, size, places, index, transform: "none" };
    });
  const predicted = new Float32Array(samples);
  groups.use(viewsOf(1));
  groups.predict(allRows(samples), predicted);
  let computed = 0;
  const { run } = Group.prototype;
  Group.prototype.run = function (some) {
    computed += some;
    run.call(this, some);
  };
  try {
    groups.use(viewsOf(1e5));
    groups.predict(allRows(samples), predicted);
  } finally {
    Group.prototype.run = run;
  }
  // Of each sample the encoder, its projection and the head; of the references nothing.
  strictEqual(computed, 3 * samples);
});

Deno.test("models that read a sequence, or whose head is a single layer or begins with another, take other paths", () => {
  strictEqual(planJoined(presetSpec("wakawaka")), undefined);
  strictEqual(planJoined(BRANCHED_PLAIN), undefined);
  const headed = (layers: BranchedSpec["head"]["layers"]) =>
    parseBranched({ ...ALONE, loss: "meanSquaredError", head: { ...ALONE.head, layers } });
  const one = { type: "dense", units: 1 } as const;
  strictEqual(planJoined(headed([one])), undefined);
  strictEqual(planJoined(headed([gelu, { type: "dense", units: 3 }, one])), undefined);
  ok(planJoined(headed([{ type: "dense", units: 3 }, one])) !== undefined);
});
