/** Gradients by weights and by inputs, against central differences. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { InputGradients } from "../../src/engine/engine.ts";
import { joinInputs } from "../../src/engine/joined_source.ts";
import { entrySize, placesOf, type SampleSource } from "../../src/engine/sample_source.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import {
  type BranchedSpec,
  type InputName,
  isBranched,
  type ModelSpec,
} from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import {
  branchedColumns,
  optionsFor,
  type PlainColumns,
  unshareColumns,
} from "../helpers/branched.ts";
import { allRows, randomData } from "../helpers/engine_runs.ts";
import type { Subject } from "../helpers/one_model.ts";
import {
  BRANCH_TOLERANCES,
  INPUT_DERIVATIVE_TOLERANCE,
  largestDifference,
  magnitude,
} from "../helpers/tolerances.ts";

/** The gradient of each weight against central differences of the loss along it. */
export async function checkWeightGradients(subject: Subject, spec: BranchedSpec): Promise<void> {
  const source = joinInputs(ownColumns(spec, 12));
  const options = { ...optionsFor(spec), batchSize: 12, learningRate: 1e-30 };
  await using model = await subject.open(spec, options);
  const fresh = structuredClone(await model.state());
  const run = async (arrays: readonly Float32Array[]) => {
    const weights = arrays.map((values) => new Float32Array(values));
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
export const FLAT: readonly ModelSpec[] = [
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
function ownColumns(spec: ModelSpec, samples: number): PlainColumns {
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
export async function checkInputGradients(subject: Subject, spec: ModelSpec): Promise<void> {
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
  joined: PlainColumns,
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
export async function checkTies(subject: Subject): Promise<void> {
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
