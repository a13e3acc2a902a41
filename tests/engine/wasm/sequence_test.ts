/** Convolutions over letters, and wide dense layers after them, against tf.js. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { Engine, PredictionPath, SessionState } from "../../../src/engine/engine.ts";
import { joinInputs } from "../../../src/engine/joined_source.ts";
import { SampleBatch, type SampleSource } from "../../../src/engine/sample_source.ts";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { weightShapes } from "../../../src/model/shapes.ts";
import type { BranchedSpec, LayerSpec } from "../../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { branchedSource, optionsFor, parseBranched } from "../../helpers/branched.ts";
import { allRows } from "../../helpers/engine_runs.ts";
import { type OneModelOptions, openOne } from "../../helpers/one_model.ts";
import { randomWeights } from "../../helpers/random_weights.ts";
import {
  BRANCH_TOLERANCES,
  GROUPED_TOLERANCE,
  largestDifference,
  magnitude,
} from "../../helpers/tolerances.ts";

const wasm = createWasmEngine();

/** A branch over letters, joined with a few numbers. */
function modelOf(name: string, bases: number, layers: readonly LayerSpec[]): BranchedSpec {
  return parseBranched({
    name,
    inputs: [{ name: "sequence", bases }, { name: "context", values: 3 }],
    branches: [
      { name: "dna", input: "sequence", layers },
      { name: "known", input: "context", layers: [] },
    ],
    head: {
      join: [{ type: "output", branch: "dna" }, { type: "output", branch: "known" }],
      layers: [{ type: "dense", units: 5 }, { type: "activation", kind: "relu" }, {
        type: "dense",
        units: 1,
      }],
    },
    loss: "meanSquaredError",
  });
}

/** Samples of some genes, whose letters are known but for some. */
function samplesOf(spec: BranchedSpec, samples: number, genes: number): SampleSource {
  const stream = new RandomStream(deriveKey(3, "letters", samples));
  const [sequence, context] = spec.inputs;
  const bases = sequence!.name === "sequence" ? sequence!.bases : 0;
  const geneOf = Uint32Array.from({ length: samples }, (_, i) => i * 7 % genes);
  const table = Uint8Array.from({ length: genes * bases }, () => stream.below(9) % 5);
  // A gene without a sequence.
  table.fill(4, 0, bases);
  return joinInputs({
    samples,
    labels: Float64Array.from({ length: samples }, () => stream.normal()),
    columns: [
      { input: sequence!, table, entryOf: geneOf },
      { input: context!, table: Float32Array.from({ length: 3 * samples }, () => stream.normal()) },
    ],
  });
}

const conv = (
  filters: number,
  width: number,
  more: { dilation?: number; padding?: "same" | "valid" } = {},
): LayerSpec => ({
  type: "conv1d",
  filters,
  width,
  dilation: more.dilation ?? 1,
  padding: more.padding ?? "same",
});
const leaky: LayerSpec = { type: "activation", kind: "leakyRelu", alpha: 0.05 };
const relu: LayerSpec = { type: "activation", kind: "relu" };
const pool = (size: number): LayerSpec => ({ type: "maxPool1d", size });
const flatten: LayerSpec = { type: "flatten" };
const dropout = (rate: number): LayerSpec => ({ type: "dropout", rate });
const dense = (units: number): LayerSpec => ({ type: "dense", units });

const gru = (units: number): LayerSpec => ({
  type: "bidirectionalGru",
  units,
  returnSequences: true,
});
const lstm = (units: number, bidirectional: boolean): LayerSpec => ({
  type: "lstm",
  units,
  bidirectional,
  returnSequences: true,
});
const normal: LayerSpec = { type: "batchNorm", momentum: 0.9, epsilon: 0.01 };

/** Trains on both engines, and compares losses, moments, predictions and gradients by inputs. */
async function compare(
  spec: BranchedSpec,
  { samples = 13, genes = 5, ...more }: Partial<OneModelOptions> & {
    samples?: number;
    genes?: number;
  } = {},
): Promise<void> {
  const source = samplesOf(spec, samples, genes);
  const weights = initialWeights(spec, 4).map((values) =>
    values.map((value, i) => value + 0.02 * Math.sin(i + 1))
  );
  const options = { weights, seed: 6, batchSize: 8, learningRate: 1e-4, ...more };
  const order = Uint32Array.from({ length: samples }, (_, i) => i * 3 % samples);
  await using found = await openOne(wasm, spec, options);
  await using wanted = await openOne(createTfjsEngine("cpu"), spec, options);
  const check = (what: string, ours: ArrayLike<number>, theirs: ArrayLike<number>) => {
    const apart = largestDifference(ours, theirs) / (magnitude(theirs) || 1);
    ok(apart <= 2e-4, `${spec.name}: ${what} differ by ${apart}`);
  };
  check("predictions", await found.predict(source, order), await wanted.predict(source, order));
  const rows = order.subarray(0, 7);
  const [ours, theirs] = [
    await found.inputGradients(source, rows),
    await wanted.inputGradients(source, rows),
  ];
  check("gradients by letters", ours.sequence!, theirs.sequence!);
  const request = { data: source, order, epoch: 1 };
  check("losses", [await found.runEpoch(request)], [await wanted.runEpoch(request)]);
  const [state, other] = [await found.state(), await wanted.state()];
  for (const [i, moments] of other.firstMoments.entries()) {
    check(`moments of weight ${i}`, state.firstMoments[i]!, moments);
  }
  check(
    "later predictions",
    await found.predict(source, order),
    await wanted.predict(source, order),
  );
}

const CONVOLUTIONS: readonly (readonly LayerSpec[])[] = [
  ...[1, 2, 3, 4, 6, 9, 16].map((width, i) => [
    conv(3 + 4 * i, width, { padding: i % 3 === 0 ? "valid" : "same" }),
    i % 3 === 1 ? relu : leaky,
    pool(2 + i % 5),
    flatten,
    dense(3),
  ]),
  [conv(6, 4), flatten, dense(4)],
  [conv(5, 3, { dilation: 2, padding: "valid" }), leaky, pool(3), flatten, dense(4)],
  [conv(9, 5, { dilation: 3 }), pool(4), relu, flatten, dense(4)],
  [conv(4, 6), leaky, pool(41), flatten, dense(2)],
  [conv(7, 6), leaky, pool(3), conv(5, 3, { dilation: 2 }), leaky, pool(2), flatten, dense(4)],
  [conv(6, 6), { type: "activation", kind: "gelu" }, pool(5), flatten, dense(3)],
  [conv(6, 2), leaky, { type: "batchNorm", momentum: 0.9, epsilon: 0.01 }, pool(5), flatten],
  [conv(6, 6), leaky, pool(4), dropout(0.3), flatten, dense(3)],
  [conv(8, 3), leaky, pool(4), { type: "bidirectionalGru", units: 3 }],
];

Deno.test("convolutions over letters of many shapes train as in tf.js", async () => {
  for (const [index, layers] of CONVOLUTIONS.entries()) {
    await compare(modelOf(`convolution ${index}`, 41, layers));
  }
});

Deno.test("a window of more than 256 positions keeps its winners", async () => {
  await compare(modelOf("long windows", 700, [conv(5, 6), leaky, pool(300), flatten, dense(3)]));
});

/** 33 positions of 128 filters: 4,224 inputs, not a whole number of blocks. */
const WIDE = [conv(128, 2), leaky, pool(2), flatten] as const;
const WIDE_BASES = 67;

for (const rate of [0.5, 0.3]) {
  Deno.test(`a wide dense layer after a dropout of ${rate} trains as in tf.js`, async () => {
    for (
      const [genes, samples, units] of [[20, 20, 11], [2, 24, 35], [3, 30, 4], [
        2,
        150,
        82,
      ]] as const
    ) {
      const layers = [...WIDE, dropout(rate), dense(units), leaky];
      const spec = modelOf(`${genes} genes, ${units} units`, WIDE_BASES, layers);
      await compare(spec, { genes, samples, batchSize: samples });
    }
  });
}

Deno.test("a wide dense layer without a dropout trains as in tf.js", async () => {
  await compare(modelOf("wide", WIDE_BASES, [...WIDE, dense(9), leaky, dense(5)]), { genes: 20 });
});

Deno.test("a dropout of many values whose rows have gaps trains as in tf.js", async () => {
  const layers = [conv(126, 2), leaky, pool(2), dropout(0.5), flatten, dense(7)];
  await compare(modelOf("gaps", WIDE_BASES, layers));
});

/** Marks beside letters, in a model that looks letters up and has a wide layer, and in one that has neither. */
function jointModel(layers: readonly LayerSpec[]): BranchedSpec {
  return parseBranched({
    name: "joint",
    inputs: [{ name: "signal", bins: 12, marks: 4 }, { name: "sequence", bases: WIDE_BASES }],
    branches: [
      {
        name: "marks",
        input: "signal",
        layers: [conv(6, 3), leaky, pool(3), flatten, dropout(0.5), dense(5)],
      },
      { name: "dna", input: "sequence", layers },
    ],
    head: {
      join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
      layers: [dense(7), leaky, dropout(0.1), dense(1)],
    },
    loss: "meanSquaredError",
  });
}

const JOINT = [
  jointModel([...WIDE, dropout(0.5), dense(9), leaky]),
  jointModel([conv(9, 6), leaky, pool(5), flatten, dropout(0.5), dense(9)]),
  jointModel([conv(9, 6), leaky, pool(5), conv(5, 3), leaky, pool(2), flatten, dense(9)]),
];

Deno.test("samples with letters are predicted on the grouped path as on the direct one", async () => {
  for (const spec of JOINT) {
    const source = branchedSource(spec, 70);
    const rows = allRows(70);
    const predict = async (path: PredictionPath) => {
      const members = [{ weights: randomWeights(spec, 5), seed: 1, learningRate: 0.1 }];
      await using session = await wasm.createSession(spec, { members, batchSize: 16, path });
      const [predicted] = await session.predict(source, [rows]);
      const [again] = await session.predict(source, [rows.toReversed()]);
      deepStrictEqual(again, predicted!.toReversed());
      return predicted!;
    };
    const wanted = await predict("direct");
    const apart = largestDifference(await predict("grouped"), wanted) / magnitude(wanted);
    ok(apart <= GROUPED_TOLERANCE.random, `predictions differ by ${apart}`);
  }
});

Deno.test("training on letters gives the same bits for any number of threads, stopped or not", async () => {
  for (const spec of JOINT) {
    // Four genes of 17 or 18 samples: some batches have enough rows of a gene for tables of subsets, the last has not.
    const source = branchedSource(spec, 70);
    const byGene = allRows(70).toSorted((a, b) => a % 4 - b % 4);
    const options = { ...optionsFor(spec), batchSize: 33 };
    const train = async (threads: number, pieces: readonly (readonly [number, number])[]) => {
      let state: SessionState | undefined;
      for (const [start, end] of pieces) {
        await using model = await openOne(wasm, spec, { ...options, threads });
        if (state !== undefined) await model.restore(state);
        await model.runEpoch({ data: source, order: byGene, epoch: 2, start, end });
        state = structuredClone(await model.state());
      }
      return state;
    };
    const wanted = await train(1, [[0, 70]]);
    deepStrictEqual(await train(2, [[0, 70]]), wanted);
    deepStrictEqual(await train(2, [[0, 33], [33, 66], [66, 70]]), wanted);
  }
});

Deno.test("layers over letters that are frozen stay, and those after them learn", async () => {
  const spec = JOINT[0]!;
  const source = branchedSource(spec, 40);
  const names = weightShapes(spec).map(({ layer, name }) => `${layer}/${name}`);
  const { layer: dense } = weightShapes(spec).find(({ shape }) => shape[0] === 4224)!;
  const { layer: first } = weightShapes(spec).find(({ shape }) => shape[2] === 128)!;
  const frozenLayers: readonly (readonly (number | undefined)[])[] = [[first], [dense], [
    first,
    dense,
  ]];
  for (const layers of frozenLayers) {
    const frozen = [...weightShapes(spec).keys()].filter((index) =>
      layers.includes(weightShapes(spec)[index]!.layer)
    );
    const run = async (engine: Engine) => {
      await using model = await openOne(engine, spec, {
        ...optionsFor(spec),
        batchSize: 20,
        frozen,
      });
      await model.runEpoch({ data: source, order: allRows(40), epoch: 0 });
      return await model.weights();
    };
    const [ours, theirs] = [await run(wasm), await run(createTfjsEngine("cpu"))];
    const before = optionsFor(spec).weights;
    for (const [index, values] of ours.entries()) {
      const isSame = largestDifference(values, before[index]!) === 0;
      strictEqual(isSame, frozen.includes(index), `${names[index]} with ${layers} frozen`);
      const apart = largestDifference(values, theirs[index]!) / optionsFor(spec).learningRate;
      ok(apart <= BRANCH_TOLERANCES.weights, `${names[index]} differs by ${apart} learning rates`);
    }
  }
});

Deno.test("what predictions keep of sequences is that of the weights and of the table", async () => {
  for (const spec of JOINT) {
    const [first, second] = [branchedSource(spec, 40), branchedSource(spec, 41)];
    const rows = allRows(40);
    const fresh = async (source: SampleSource, weights: readonly Float32Array[]) => {
      await using model = await openOne(wasm, spec, { ...optionsFor(spec), weights });
      return await model.predict(source, rows);
    };
    const { weights } = optionsFor(spec);
    await using model = await openOne(wasm, spec, optionsFor(spec));
    for (const source of [first, second, first, unlettered(first), first]) {
      deepStrictEqual(await model.predict(source, rows), await fresh(source, weights));
    }
    await model.runEpoch({ data: first, order: rows, epoch: 0 });
    const trained = await model.weights();
    deepStrictEqual(await model.predict(first, rows), await fresh(first, trained));
    await model.inputGradients(second, rows);
    deepStrictEqual(
      await model.predict(first, rows.toReversed()),
      (await fresh(first, trained)).toReversed(),
    );
  }
});

/** The same samples from a source that copies codes. */
function unlettered(source: SampleSource): SampleSource {
  const { samples, inputs, labels } = source;
  return {
    samples,
    inputs,
    labels,
    async gather(rows, into) {
      const batch = new SampleBatch(inputs, rows.length);
      await source.gather(rows, batch);
      for (const input of into.inputs) {
        const { values, entryOf, entries } = batch.input(input.spec.name);
        input.values.set(values);
        input.entryOf.set(entryOf);
        input.entries = entries;
      }
      into.samples = rows.length;
    },
  };
}

/** Layers that remember, over letters and one after another, among layers that read what they return. */
const RECURRENT: readonly (readonly LayerSpec[])[] = [
  [conv(8, 3), leaky, pool(4), gru(3), gru(5), conv(4, 3), flatten, dense(3)],
  [conv(8, 3), leaky, pool(5), lstm(5, true), pool(2), lstm(3, false), dropout(0.3), flatten],
  [gru(2), { type: "linear", units: 3 }, flatten],
  [lstm(3, true), conv(3, 2, { dilation: 3 }), pool(4), {
    type: "lstm",
    units: 3,
    bidirectional: true,
  }],
  [conv(6, 6), relu, pool(4), lstm(3, true), normal, { type: "bidirectionalGru", units: 2 }],
];

Deno.test("recurrent layers over letters train as in tf.js", async () => {
  for (const [index, layers] of RECURRENT.entries()) {
    await compare(modelOf(`recurrent ${index}`, 33, layers));
  }
});
