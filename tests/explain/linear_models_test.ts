/** Attributions of models for which every method is known exactly. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { attribute } from "../../src/explain/attribute.ts";
import type { AttributeOptions } from "../../src/explain/attribute_options.ts";
import { MatchedSamples } from "../../src/explain/matched_samples.ts";
import type { BranchedSpec } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { linearModel, modelOf } from "../helpers/hand_made_models.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";
import { withSequences } from "../helpers/sequences.ts";

const DATA = new Dataset(randomColumns(2, 12));
const { bins: BINS } = DATA;
const SIZE = BINS * MARKS;
const ROWS = [3, 17, 0];
const WEIGHTS = randomWeights(7);
const MODEL = linearModel({ bins: BINS, marks: MARKS, weights: WEIGHTS }, DATA.record);
const WASM = { engine: "wasm", threads: 1, rows: ROWS } as const;

function randomWeights(seed: number): Float32Array {
  const stream = new RandomStream(deriveKey(seed, "weights"));
  return Float32Array.from({ length: SIZE }, () => 0.1 * stream.normal());
}

/** What the network reads of a sample. */
function logarithms(position: number): number[] {
  return Array.from(DATA.countsOf(position), Math.log1p);
}

function meanOf(positions: Iterable<number>): number[] {
  const all = Array.from(positions, logarithms);
  return Array.from(
    { length: SIZE },
    (_, i) => all.reduce((sum, values) => sum + values[i]!, 0) / all.length,
  );
}

function predict(values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + value * WEIGHTS[i]!, 0.5);
}

function near(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 2e-5): void {
  strictEqual(found.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    ok(Math.abs(found[i]! - wanted[i]!) <= tolerance, `${i}: ${found[i]}, expected ${wanted[i]}`);
  }
}

async function explain(options: AttributeOptions, model = MODEL) {
  return await attribute([model], DATA, { ...WASM, ...options });
}

/** The contributions w · (x − baseline) of some samples. */
function contributions(baselineOf: (position: number) => readonly number[]): number[] {
  return ROWS.flatMap((position) => {
    const baseline = baselineOf(position);
    return logarithms(position).map((value, i) => WEIGHTS[i]! * (value - baseline[i]!));
  });
}

const ZERO = Array.from({ length: SIZE }, () => 0);
const MEAN = meanOf(DATA.rows.keys());

Deno.test("the gradient of a linear model is its weights", async () => {
  const { inputs, predictions, rows } = await explain({ method: "gradient" });
  deepStrictEqual(inputs.signal!.shape, [BINS, MARKS]);
  near(inputs.signal!.values, ROWS.flatMap(() => Array.from(WEIGHTS)), 1e-7);
  near(predictions, ROWS.map((position) => predict(logarithms(position))));
  deepStrictEqual([...rows], ROWS);
});

Deno.test("input × gradient of a linear model is each value's contribution", async () => {
  const { inputs } = await explain({ method: "input-x-gradient" });
  near(inputs.signal!.values, contributions(() => ZERO));
});

for (const method of ["integrated-gradients", "occlusion"] as const) {
  Deno.test(`${method} of a linear model are contributions relative to the baseline`, async () => {
    const zero = await explain({ method });
    near(zero.inputs.signal!.values, contributions(() => ZERO));
    const mean = await explain({ method, baseline: "mean" });
    near(mean.inputs.signal!.values, contributions(() => MEAN));
    const matched = new MatchedSamples(DATA, "signal");
    const found = await explain({ method, baseline: "matched", matches: 4 });
    near(
      found.inputs.signal!.values,
      contributions((position) => meanOf(matched.nearest(position, 4))),
    );
  });
}

Deno.test("integrated gradients say what the baselines are predicted to be, and that nothing is missing", async () => {
  const { baselinePredictions, completenessErrors } = await explain({ baseline: "mean", steps: 3 });
  near(baselinePredictions!, ROWS.map(() => predict(MEAN)));
  ok(completenessErrors!.every((error) => Math.abs(error) < 1e-4));
});

Deno.test("a sample that is its own baseline has no relative error, and attributions of 0", async () => {
  const columns = randomColumns(1, 3);
  const data = new Dataset({ ...columns, signal: new Uint8Array(columns.signal.length) });
  const found = await attribute([MODEL], data, { ...WASM, rows: [1] });
  deepStrictEqual([...found.completenessErrors!], [NaN]);
  ok(found.inputs.signal!.values.every((value) => value === 0));
});

Deno.test("expected gradients of a linear model are contributions relative to the mean of what was drawn", async () => {
  const { inputs, predictions, baselinePredictions } = await explain({
    method: "expected-gradients",
    steps: 400,
  });
  const { values } = inputs.signal!;
  for (const [sample, position] of ROWS.entries()) {
    const own = values.subarray(sample * SIZE, (sample + 1) * SIZE);
    const sum = own.reduce((sum, value) => sum + value, 0);
    near([sum], [predictions[sample]! - baselinePredictions![sample]!], 1e-4);
    const baseline = logarithms(position).map((value, i) => value - own[i]! / WEIGHTS[i]!);
    // 400 draws of values whose deviation is about 0.7.
    const errors = baseline.map((value, i) => value - MEAN[i]!);
    ok(Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / SIZE) < 0.06);
    ok(Math.max(...baseline) < 2.4 && Math.min(...baseline) > 0);
  }
});

Deno.test("occluding a mark takes away the contributions of its bins", async () => {
  const wanted = contributions(() => MEAN);
  const { inputs } = await explain({ method: "occlusion", occlude: "mark", baseline: "mean" });
  deepStrictEqual(inputs.signal!.shape, [1, MARKS]);
  const sums = ROWS.flatMap((_, sample) =>
    Array.from({ length: MARKS }, (_, mark) => {
      const own = wanted.slice(sample * SIZE, (sample + 1) * SIZE);
      return own.reduce((sum, value, i) => sum + (i % MARKS === mark ? value : 0), 0);
    })
  );
  near(inputs.signal!.values, sums, 1e-4);
});

Deno.test("a window's fall is shared among its bins, and windows that overlap are averaged", async () => {
  const own = contributions(() => ZERO);
  const at = (sample: number, bin: number, mark: number) =>
    own[sample * SIZE + bin * MARKS + mark]!;
  const share = (sample: number, start: number, mark: number) => {
    const end = Math.min(BINS, start + 3);
    let sum = 0;
    for (let bin = start; bin < end; bin++) sum += at(sample, bin, mark);
    return sum / (end - start);
  };
  for (const stride of [1, 2, 3]) {
    const { inputs } = await explain({ method: "occlusion", occlude: { bins: 3, stride } });
    const starts: number[] = [];
    for (let start = 0; start === 0 || starts.at(-1)! + 3 < BINS; start += stride) {
      starts.push(start);
    }
    const wanted = ROWS.flatMap((_, sample) =>
      Array.from({ length: SIZE }, (_, i) => {
        const [bin, mark] = [Math.floor(i / MARKS), i % MARKS];
        const covering = starts.filter((start) => start <= bin && bin < start + 3);
        return covering.reduce((sum, start) => sum + share(sample, start, mark), 0) /
          covering.length;
      })
    );
    near(inputs.signal!.values, wanted);
  }
});

Deno.test("bins outside the window are not occluded, and get NaN", async () => {
  const { inputs } = await explain({ method: "occlusion", window: [5, 8] });
  const wanted = contributions(() => ZERO);
  for (const [i, value] of inputs.signal!.values.entries()) {
    const bin = Math.floor(i % SIZE / MARKS);
    if (bin >= 5 && bin < 8) near([value], [wanted[i]!]);
    else ok(Number.isNaN(value));
  }
});

Deno.test("an ensemble's attributions are the mean of its models', with their standard deviation", async () => {
  const seeds = [7, 8, 9];
  const models = seeds.map((seed) =>
    linearModel({ bins: BINS, marks: MARKS, weights: randomWeights(seed) }, DATA.record)
  );
  const found = await attribute(models, DATA, { ...WASM, method: "gradient" });
  strictEqual(found.models, 3);
  const { values, standardDeviations } = found.inputs.signal!;
  const weights = seeds.map(randomWeights);
  const means = WEIGHTS.map((_, i) => weights.reduce((sum, own) => sum + own[i]!, 0) / 3);
  const deviations = WEIGHTS.map((_, i) =>
    Math.sqrt(weights.reduce((sum, own) => sum + (own[i]! - means[i]!) ** 2, 0) / 2)
  );
  near(values.subarray(0, SIZE), means, 1e-7);
  near(standardDeviations!.subarray(SIZE, 2 * SIZE), deviations, 1e-6);
  strictEqual((await explain({ method: "gradient" })).inputs.signal!.standardDeviations, undefined);
});

/** Letters of DNA, each with a weight at each base; beside the marks, which add nothing. */
const BASES = 6;
const DNA_SPEC: BranchedSpec = {
  name: "linear-dna",
  inputs: [{ name: "signal", bins: BINS, marks: MARKS }, { name: "sequence", bases: BASES }],
  branches: [
    { name: "marks", input: "signal", layers: [{ type: "flatten" }, { type: "dense", units: 1 }] },
    { name: "dna", input: "sequence", layers: [{ type: "flatten" }, { type: "dense", units: 1 }] },
  ],
  head: {
    join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
    layers: [{ type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
};
const LETTER_WEIGHTS = Float32Array.from({ length: BASES * 4 }, (_, i) => Math.sin(1 + i));

function dnaModel(data: Dataset) {
  return modelOf(DNA_SPEC, [
    new Float32Array(SIZE),
    Float32Array.of(0),
    LETTER_WEIGHTS,
    Float32Array.of(0),
    Float32Array.of(1, 2),
    Float32Array.of(0),
  ], data.record);
}

const DNA = new Dataset(withSequences(randomColumns(1, 2), ["ACGTNA", "NNACCT"]));

Deno.test("a mutation adds the new letter's weight and takes the old one's away", async () => {
  const { inputs } = await attribute([dnaModel(DNA)], DNA, {
    engine: "wasm",
    method: "mutagenesis",
  });
  deepStrictEqual(inputs.sequence!.shape, [BASES, 4]);
  const wanted = [0, 1].flatMap((position) =>
    Array.from({ length: BASES * 4 }, (_, i) => {
      const old = DNA.sequenceOf(position)![Math.floor(i / 4)]!;
      const before = old === 4 ? 0 : LETTER_WEIGHTS[i - i % 4 + old]!;
      return 2 * (LETTER_WEIGHTS[i]! - before);
    })
  );
  near(inputs.sequence!.values, wanted);
  strictEqual(inputs.sequence!.values[0], 0);
});

Deno.test("bases outside the window are not mutated", async () => {
  const { inputs } = await attribute([dnaModel(DNA)], DNA, {
    engine: "wasm",
    method: "mutagenesis",
    window: [2, 4],
    rows: [1],
  });
  deepStrictEqual(
    Array.from(inputs.sequence!.values, Number.isNaN),
    Array.from({ length: BASES * 4 }, (_, i) => i < 8 || i >= 16),
  );
});

Deno.test("input × gradient is there for the letter that is there", async () => {
  const found = await attribute([dnaModel(DNA)], DNA, {
    engine: "wasm",
    method: "input-x-gradient",
    rows: [0],
  });
  const codes = DNA.sequenceOf(0)!;
  near(
    found.inputs.sequence!.values,
    LETTER_WEIGHTS.map((weight, i) => codes[Math.floor(i / 4)] === i % 4 ? 2 * weight : 0),
  );
  ok(found.inputs.signal!.values.every((value) => value === 0));
});

Deno.test("letters stay as they are on the way from a baseline", async () => {
  const found = await attribute([dnaModel(DNA)], DNA, { engine: "wasm" });
  deepStrictEqual(Object.keys(found.inputs), ["signal"]);
  near(found.baselinePredictions!, found.predictions, 0);
});
