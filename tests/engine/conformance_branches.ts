/** What every engine that has branches must compute. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { InputGradients } from "../../src/engine/engine.ts";
import { type JoinedColumns, joinInputs } from "../../src/engine/joined_source.ts";
import {
  entrySize,
  NO_ENTRY,
  placesOf,
  type SampleSource,
} from "../../src/engine/sample_source.ts";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { ContractError } from "../../src/errors.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { isOverReferences } from "../../src/model/inputs.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import {
  type BranchedSpec,
  type InputName,
  isBranched,
  type ModelSpec,
} from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import {
  BRANCHED,
  BRANCHED_BINARY,
  BRANCHED_PLAIN,
  branchedColumns,
  branchedSource,
  unshareColumns,
} from "../helpers/branched.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import { type OneModelOptions, openOne, sourceOf, type Subject } from "../helpers/one_model.ts";
import {
  BRANCH_TOLERANCES,
  INPUT_DERIVATIVE_TOLERANCE,
  largestDifference,
  magnitude,
} from "../helpers/tolerances.ts";
import { checkBranchedRun } from "./conformance_golden.ts";
import type { Test } from "./conformance.ts";

const SPECS = [BRANCHED, BRANCHED_PLAIN, BRANCHED_BINARY];

/** Registers the tests, unless the engine says that it lacks branches. */
export function testBranches(subject: Subject, test: Test): void {
  if (!subject.engine.supports(BRANCHED).supported) return;
  test(`${subject.name} agrees with PyTorch's run of branches`, () => checkBranchedRun(subject));
  if (subject.engine.name !== "tfjs-cpu") {
    for (const spec of SPECS) {
      test(`${subject.name} trains "${spec.name}" as tf.js does`, () =>
        checkAgainstTfjs(subject, spec));
    }
  }
  for (const spec of SPECS) {
    test(`${subject.name} has the gradient of "${spec.name}" by its weights`, () =>
      checkWeightGradients(subject, spec));
  }
  for (const spec of [BRANCHED, BRANCHED_BINARY, ...FLAT]) {
    test(`${subject.name} has the gradient of "${spec.name}" by its inputs`, () =>
      checkInputGradients(subject, spec));
  }
  test(`${subject.name} gives the gradient to the first of two values that tie in a pool`, () =>
    checkTies(subject));
  test(`${subject.name} computes samples that share entries as samples with entries of their own`, () =>
    checkSharing(subject));
  test(`${subject.name} reads nothing of a reference that is missing`, () => checkMissing(subject));
  test(`${subject.name} resumes "${BRANCHED.name}" as if it had never stopped`, () =>
    checkResume(subject));
  test(`${subject.name} takes a sequential model's signal from samples with more inputs`, () =>
    checkMoreInputs(subject));
  test(`${subject.name} refuses samples that lack an input`, () => checkLack(subject));
}

function optionsFor(spec: ModelSpec): OneModelOptions {
  // Biases are zero at first, which would hide that one is missing.
  const weights = initialWeights(spec, 3).map((values) =>
    values.map((value, i) => value + 0.05 * Math.sin(i + 1))
  );
  return { weights, seed: 5, batchSize: 6, learningRate: 0.003 };
}

/** Three epochs of batches, the last of each smaller, against the reference in tf.js. */
async function checkAgainstTfjs(subject: Subject, spec: BranchedSpec): Promise<void> {
  const source = branchedSource(spec, 20);
  const options = optionsFor(spec);
  const order = Uint32Array.from({ length: 20 }, (_, i) => 7 * i % 20);
  await using found = await subject.open(spec, options);
  await using wanted = await openOne(createTfjsEngine("cpu"), spec, options);
  const compare = async () => {
    const [ours, theirs] = [
      await found.predict(source, order),
      await wanted.predict(source, order),
    ];
    const apart = largestDifference(ours, theirs) / magnitude(theirs);
    ok(apart <= BRANCH_TOLERANCES.predictions, `predictions differ by ${apart}`);
  };
  await compare();
  for (let epoch = 0; epoch < 3; epoch++) {
    const request = { data: source, order, epoch };
    const [ours, theirs] = [await found.runEpoch(request), await wanted.runEpoch(request)];
    const apart = Math.abs(ours / theirs - 1);
    ok(apart <= BRANCH_TOLERANCES.losses, `losses of epoch ${epoch} differ by ${apart}`);
  }
  await compare();
  const [ours, theirs] = [await found.weights(), await wanted.weights()];
  for (const [i, weight] of theirs.entries()) {
    const apart = largestDifference(ours[i]!, weight) / options.learningRate;
    ok(apart <= BRANCH_TOLERANCES.weights, `weight ${i} differs by ${apart} learning rates`);
  }
}

/** The gradient of each weight against central differences of the loss along it. */
async function checkWeightGradients(subject: Subject, spec: BranchedSpec): Promise<void> {
  const source = joinInputs(ownColumns(spec, 12));
  const options = { ...optionsFor(spec), batchSize: 12, learningRate: 1e-30 };
  await using model = await subject.open(spec, options);
  const fresh = structuredClone(await model.state());
  const run = async (weights: OneModelOptions["weights"]) => {
    await model.restore({ ...fresh, weights });
    const loss = await model.runEpoch({ data: source, order: allRows(12), epoch: 2 });
    return { loss, gradients: (await model.state()).firstMoments };
  };
  const { gradients } = await run(options.weights);
  const step = 1e-3;
  for (const [i, moments] of gradients.entries()) {
    const gradient = Float64Array.from(moments, (moment) => moment / 0.1);
    const norm = Math.hypot(...gradient);
    ok(norm > 0, `the gradient of weight ${i} is zero everywhere`);
    const lossAt = async (distance: number) => {
      const moved = options.weights.map((values, k) =>
        k === i ? values.map((value, j) => value + distance * gradient[j]! / norm) : values
      );
      return (await run(moved)).loss;
    };
    const derivative = (await lossAt(step) - await lossAt(-step)) / (2 * step);
    const allowed = BRANCH_TOLERANCES.derivative * norm + BRANCH_TOLERANCES.lossNoise;
    const apart = Math.abs(derivative - norm);
    ok(apart <= allowed, `weight ${i}: derivative ${derivative}, gradient's length ${norm}`);
  }
}

/** Sequential models: every engine must give the gradients of theirs too. */
const FLAT: readonly ModelSpec[] = [
  parseSpec({
    name: "flat",
    bins: 23,
    marks: 5,
    layers: [
      { type: "conv1d", filters: 6, width: 4, dilation: 2, padding: "same" },
      { type: "activation", kind: "leakyRelu", alpha: 0.2 },
      { type: "batchNorm", momentum: 0.9, epsilon: 0.01 },
      { type: "maxPool1d", size: 2 },
      { type: "dropout", rate: 0.25 },
      { type: "conv1d", filters: 5, width: 3, dilation: 1, padding: "valid" },
      { type: "maxPool1d", size: 3 },
      { type: "flatten" },
      { type: "dense", units: 9 },
      { type: "activation", kind: "gelu" },
      { type: "dense", units: 1 },
    ],
    loss: "meanSquaredError",
  }),
  parseSpec({
    name: "flat binary",
    bins: 7,
    marks: 3,
    layers: [
      { type: "flatten" },
      { type: "dense", units: 1 },
      { type: "activation", kind: "sigmoid" },
    ],
    loss: "binaryCrossentropy",
  }),
  parseSpec({
    name: "flat pool first",
    bins: 12,
    marks: 2,
    layers: [{ type: "maxPool1d", size: 5 }, { type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  }),
];

/** Samples in which each place of each sample has an entry of its own, which can be moved by itself. */
function ownColumns(spec: ModelSpec, samples: number): JoinedColumns {
  // Random numbers in place of counts, which would tie in pools.
  const stream = new RandomStream(deriveKey(31, "own"));
  const randomize = (values: ArrayLike<number>) => Float32Array.from(values, () => stream.normal());
  if (!isBranched(spec)) {
    const { signal, labels, bins, marks } = randomData(spec, samples);
    const column = { input: { name: "signal", bins, marks }, table: randomize(signal) } as const;
    return { samples, labels, columns: [column] };
  }
  const joined = unshareColumns(branchedColumns(spec, samples));
  return {
    ...joined,
    columns: joined.columns.map((column) =>
      column.input.name === "signal" ? { ...column, table: randomize(column.table) } : column
    ),
  };
}

/** Gradients against central differences of the predictions, along themselves and along random directions. */
async function checkInputGradients(subject: Subject, spec: ModelSpec): Promise<void> {
  const samples = 9;
  const joined = ownColumns(spec, samples);
  const source = joinInputs(joined);
  await using model = await subject.open(spec, optionsFor(spec));
  const rows = allRows(samples);
  const gradients = await model.inputGradients(source, rows);
  for (const { input, table } of joined.columns) {
    const { name } = input;
    const gradient = gradients[name]!;
    if (name === "sequence") {
      // Letters cannot be moved; the golden run has their gradient.
      strictEqual(gradient.length, 4 * table.length);
      continue;
    }
    strictEqual(gradient.length, table.length, name);
    const size = entrySize(input) * placesOf(input);
    const norms = normsOf(gradient, size);
    ok(Math.max(...norms) > 0, `the gradient by ${name} is zero everywhere`);
    const stream = new RandomStream(deriveKey(7, name));
    const random = Float32Array.from(gradient, () => stream.normal());
    const randomNorms = normsOf(random, size);
    const along = gradient.map((value, i) => value / (norms[Math.floor(i / size)]! || 1));
    const across = random.map((value, i) => value / randomNorms[Math.floor(i / size)]!);
    for (const direction of [along, across]) {
      const derivatives = await differentiate(joined, {
        name,
        direction,
        predict: (source) => model.predict(source, rows),
      });
      for (const [sample, norm] of norms.entries()) {
        const wanted = dotOf(gradient, direction, { start: sample * size, size });
        const allowed = INPUT_DERIVATIVE_TOLERANCE.relative * norm +
          INPUT_DERIVATIVE_TOLERANCE.noise;
        const apart = Math.abs(derivatives[sample]! - wanted);
        ok(apart <= allowed, `${name} of sample ${sample}: ${derivatives[sample]}, not ${wanted}`);
      }
    }
  }
  await checkOrderOfRows(gradients, await model.inputGradients(source, rows.toReversed()));
}

function checkOrderOfRows(found: InputGradients, reversed: InputGradients): void {
  for (const [name, values] of Object.entries(found)) {
    const size = values.length / 9;
    const wanted = Array.from(
      { length: 9 },
      (_, row) => [...values.subarray((8 - row) * size, (9 - row) * size)],
    ).flat();
    const apart = largestDifference(reversed[name as InputName]!, wanted);
    ok(apart <= 1e-6 * magnitude(wanted), `gradients by ${name} do not follow their rows`);
  }
}

/** Each sample's derivative along its part of a direction. */
async function differentiate(
  joined: JoinedColumns,
  { name, direction, predict }: {
    readonly name: InputName;
    readonly direction: Float32Array;
    readonly predict: (source: SampleSource) => Promise<Float32Array>;
  },
): Promise<Float64Array> {
  const step = 4e-3;
  const at = (distance: number) =>
    predict(joinInputs({
      ...joined,
      columns: joined.columns.map((column) =>
        column.input.name === name
          ? {
            ...column,
            table: Float32Array.from(column.table, (value, i) => value + distance * direction[i]!),
          }
          : column
      ),
    }));
  const [above, below] = [await at(step), await at(-step)];
  return Float64Array.from(above, (value, i) => (value - below[i]!) / (2 * step));
}

function normsOf(values: Float32Array, size: number): number[] {
  return Array.from(
    { length: values.length / size },
    (_, row) => Math.hypot(...values.subarray(row * size, (row + 1) * size)),
  );
}

function dotOf(
  a: Float32Array,
  b: Float32Array,
  { start, size }: { readonly start: number; readonly size: number },
): number {
  let sum = 0;
  for (let i = start; i < start + size; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Pools over constant signals: all positions of a window tie, directly and after a convolution. */
async function checkTies(subject: Subject): Promise<void> {
  const [bins, marks] = [11, 2];
  const signal = new Uint8Array(3 * bins * marks).fill(4);
  const data = { signal, labels: new Float64Array(3), bins, marks, transform: "none" } as const;
  const last = [{ type: "flatten" }, { type: "dense", units: 1 }] as const;
  const pool = { type: "maxPool1d", size: 5 } as const;
  const conv = { type: "conv1d", filters: 3, width: 1, dilation: 1, padding: "same" } as const;
  for (const layers of [[pool, ...last], [conv, pool, ...last]]) {
    const spec = parseSpec({ name: "ties", bins, marks, layers, loss: "meanSquaredError" });
    await using model = await subject.open(spec, optionsFor(spec));
    const { signal } = await model.inputGradients(data, allRows(3));
    const found = Array.from(
      { length: 3 * bins },
      (_, bin) => signal!.subarray(marks * bin, marks * (bin + 1)).some((value) => value !== 0),
    );
    const wanted = Array.from(
      { length: 3 * bins },
      (_, bin) => bin % bins === 0 || bin % bins === 5,
    );
    deepStrictEqual(found, wanted);
  }
}

async function checkSharing(subject: Subject): Promise<void> {
  for (const spec of [BRANCHED, BRANCHED_PLAIN]) {
    const joined = branchedColumns(spec, 17);
    const runs = [];
    for (const source of [joinInputs(joined), joinInputs(unshareColumns(joined))]) {
      await using model = await subject.open(spec, optionsFor(spec));
      const losses = [];
      for (const epoch of [0, 1]) {
        losses.push(await model.runEpoch({ data: source, order: allRows(17), epoch }));
      }
      runs.push({ losses, predicted: await model.predict(source, allRows(17)) });
    }
    const [shared, own] = runs;
    const apart = largestDifference(shared!.losses, own!.losses) / own!.losses[0]!;
    ok(apart <= 1e-5, `losses differ by ${apart}`);
    const scale = magnitude(own!.predicted);
    const away = largestDifference(shared!.predicted, own!.predicted) / scale;
    ok(away <= 1e-4, `predictions differ by ${away}`);
  }
}

/** Whatever stands in a table where a sample has no reference changes nothing, and its gradient is zero. */
async function checkMissing(subject: Subject): Promise<void> {
  const joined = unshareColumns(branchedColumns(BRANCHED, 9));
  const filled: JoinedColumns = {
    ...joined,
    columns: joined.columns.map((column) => {
      if (!isOverReferences(column.input)) return column;
      const size = entrySize(column.input);
      const isMissing = (i: number) => column.entryOf![Math.floor(i / size)] === NO_ENTRY;
      const table = Float32Array.from(column.table, (value, i) => isMissing(i) ? 1e6 : value);
      return { ...column, table };
    }),
  };
  await using model = await subject.open(BRANCHED, optionsFor(BRANCHED));
  const rows = allRows(9);
  const [plain, other] = [joinInputs(joined), joinInputs(filled)];
  deepStrictEqual(await model.predict(other, rows), await model.predict(plain, rows));
  const gradients = await model.inputGradients(other, rows);
  for (const { input, entryOf } of joined.columns) {
    if (!isOverReferences(input)) continue;
    const size = entrySize(input);
    const found = gradients[input.name]!;
    for (const [place, entry] of entryOf!.entries()) {
      const own = found.subarray(place * size, (place + 1) * size);
      const isZero = own.every((value) => value === 0);
      strictEqual(isZero, entry === NO_ENTRY, `${input.name}, place ${place}`);
    }
  }
}

async function checkResume(subject: Subject): Promise<void> {
  const source = branchedSource(BRANCHED, 14);
  const order = allRows(14);
  const options = optionsFor(BRANCHED);
  await using whole = await subject.open(BRANCHED, options);
  await whole.runEpoch({ data: source, order, epoch: 0 });
  const state = structuredClone(await whole.state());
  await whole.runEpoch({ data: source, order, epoch: 1 });
  await using resumed = await subject.open(BRANCHED, options);
  await resumed.restore(state);
  for (const [start, end] of [[0, 6], [6, 14]] as const) {
    await resumed.runEpoch({ data: source, order, epoch: 1, start, end });
  }
  deepStrictEqual(await resumed.state(), await whole.state());
}

async function checkMoreInputs(subject: Subject): Promise<void> {
  const { bins, marks } = { bins: 19, marks: 3 };
  const joined = branchedColumns(BRANCHED, 9);
  const { table } = joined.columns[0]!;
  const spec = parseSpec({
    name: "signal alone",
    bins,
    marks,
    layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  });
  await using model = await subject.open(spec, optionsFor(spec));
  const data = { signal: table, labels: joined.labels, bins, marks, transform: "log1p" } as const;
  const found = await model.predict(joinInputs(joined), allRows(9));
  const wanted = await model.predict(sourceOf(data), allRows(9));
  ok(largestDifference(found, wanted) <= 1e-6 * magnitude(wanted));
}

async function checkLack(subject: Subject): Promise<void> {
  await using model = await subject.open(BRANCHED, optionsFor(BRANCHED));
  const joined = branchedColumns(BRANCHED, 9);
  const fewer = joinInputs({ ...joined, columns: joined.columns.slice(0, -1) });
  await rejects(model.predict(fewer, allRows(9)), (error) => {
    ok(error instanceof ContractError);
    ok(/have no context, it takes 6 values of context/.test(error.message), error.message);
    return true;
  });
}
