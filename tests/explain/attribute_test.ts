/** What holds for attributions of any model. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import { attribute, attributeBlocks } from "../../src/explain/attribute.ts";
import type { AttributeOptions } from "../../src/explain/attribute_options.ts";
import { ATTRIBUTION_METHODS, type Attributions } from "../../src/explain/types.ts";
import { presetSpec } from "../../src/model/presets.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { linearModel, modelOf } from "../helpers/hand_made_models.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";
import { randomWeights } from "../helpers/random_weights.ts";
import { randomRows, withSequences } from "../helpers/sequences.ts";
import { packedSignal } from "../helpers/packed.ts";

const DATA = new Dataset(withSequences(randomColumns(3, 14), randomRows(14, 40)));
const SHAPE = { bins: DATA.bins, marks: MARKS };
const WASM = { engine: "wasm", threads: 1 } as const;

/** Pools and kinks. */
const POOLED_SPEC: ModelSpec = {
  name: "pooled",
  ...SHAPE,
  layers: [
    { type: "conv1d", filters: 8, width: 6, dilation: 1, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "maxPool1d", size: 2 },
    { type: "conv1d", filters: 6, width: 3, dilation: 3, padding: "same" },
    { type: "activation", kind: "relu" },
    { type: "flatten" },
    { type: "dropout", rate: 0.3 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
};

function pooledModel(seed = 3): TrainedModel {
  return modelOf(POOLED_SPEC, randomWeights(POOLED_SPEC, seed), DATA.record);
}

/** A small network of marks and DNA. */
const DNA_SPEC: ModelSpec = {
  name: "marks-and-dna",
  inputs: [{ name: "signal", ...SHAPE }, { name: "sequence", bases: 40 }],
  branches: [
    {
      name: "marks",
      input: "signal",
      layers: [
        { type: "conv1d", filters: 4, width: 3, dilation: 1, padding: "same" },
        { type: "activation", kind: "relu" },
        { type: "maxPool1d", size: 4 },
        { type: "flatten" },
        { type: "dense", units: 4 },
      ],
    },
    {
      name: "dna",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 4, width: 6, dilation: 1, padding: "same" },
        { type: "activation", kind: "relu" },
        { type: "maxPool1d", size: 10 },
        { type: "flatten" },
        { type: "dense", units: 4 },
      ],
    },
  ],
  head: {
    join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
    layers: [{ type: "activation", kind: "relu" }, { type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
};

function dnaModel(seed = 5): TrainedModel {
  return modelOf(DNA_SPEC, randomWeights(DNA_SPEC, seed), DATA.record);
}

/** A model with a panel, trained a little: it needs one. */
async function panelModel(data = DATA): Promise<TrainedModel> {
  const { sequences: _, ...columns } = data.columns;
  const { sequence: __, ...record } = columns.record;
  const plain = new Dataset({ ...columns, record });
  return (await fit("waka3", plain, { epochs: 2, batchSize: 16, ...WASM })).model;
}

const PANEL = await panelModel();

/** Numbers of all attributions as one array, for comparison to the bit. */
function bitsOf({ inputs, predictions, baselinePredictions, completenessErrors }: Attributions) {
  const arrays = [
    predictions,
    baselinePredictions ?? [],
    completenessErrors ?? [],
    ...Object.values(inputs).flatMap(({ values, standardDeviations }) => [
      values,
      standardDeviations ?? [],
    ]),
  ];
  const all = Float32Array.from(arrays.flatMap((values) => Array.from(values)));
  return Array.from(new Uint32Array(all.buffer));
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const CASES: readonly (readonly [string, TrainedModel, AttributeOptions])[] = [
  ...ATTRIBUTION_METHODS.flatMap((method) =>
    method === "mutagenesis" ? [] : [
      [`pools by ${method}`, pooledModel(), { method }] as const,
      [`a panel by ${method}`, PANEL, { method }] as const,
    ]
  ),
  ["matched genes", pooledModel(), { baseline: "matched", matches: 3 }],
  ["matched labels of a panel", PANEL, { baseline: "matched", matchBy: "label", matches: 3 }],
  ["the mean profile of a panel", PANEL, { baseline: "mean" }],
  ["occluded matched genes of a panel", PANEL, { method: "occlusion", baseline: "matched" }],
  ["DNA by input × gradient", dnaModel(), { method: "input-x-gradient" }],
  ["DNA by mutation", dnaModel(), { method: "mutagenesis", window: [10, 30] }],
  ["marks beside DNA by occlusion", dnaModel(), { method: "occlusion", occlude: "mark" }],
];

for (const [name, model, options] of CASES) {
  Deno.test(`${name}: the same however samples are divided, in whichever order, on any number of threads`, async () => {
    const rows = [5, 0, 41, 17, 18, 5];
    const wanted = await attribute([model], DATA, { ...WASM, steps: 7, rows, ...options });
    const bits = bitsOf(wanted);
    for (const other of [{ blockSize: 1 }, { blockSize: 4 }, { threads: 2 }]) {
      const found = await attribute([model], DATA, {
        ...WASM,
        steps: 7,
        rows,
        ...options,
        ...other,
      });
      deepStrictEqual(bitsOf(found).slice(0, 40), bits.slice(0, 40), JSON.stringify(other));
      strictEqual(bitsOf(found).join() === bits.join(), true, JSON.stringify(other));
    }
    const alone = await attribute([model], DATA, { ...WASM, steps: 7, rows: [41], ...options });
    for (const [input, { values }] of Object.entries(alone.inputs)) {
      const { values: all } = wanted.inputs[input as "signal"]!;
      const size = all.length / rows.length;
      strictEqual(values.length, size);
      const differs = values.findIndex((value, i) => !Object.is(value, all[2 * size + i]));
      strictEqual(differs, -1, `${input}: ${values[differs]}`);
    }
  });
}

Deno.test("blocks follow the order of rows, and all of them are the whole", async () => {
  const rows = [9, 2, 30, 31, 7];
  const found: number[][] = [];
  const options = { ...WASM, rows, blockSize: 2, method: "gradient" } as const;
  for await (const block of attributeBlocks([pooledModel()], DATA, options)) {
    found.push([...block.rows]);
  }
  deepStrictEqual(found, [[9, 2], [30, 31], [7]]);
});

Deno.test("rows are positions in the view that is given", async () => {
  for (const method of ["integrated-gradients", "occlusion"] as const) {
    const model = method === "occlusion" ? PANEL : pooledModel();
    const options = { ...WASM, method, steps: 3 };
    const view = await attribute([model], DATA.subset([30, 2, 9]), { ...options, rows: [2, 0] });
    const whole = await attribute([model], DATA, { ...options, rows: [9, 30] });
    deepStrictEqual([...view.rows], [2, 0]);
    strictEqual(bitsOf(view).join() === bitsOf(whole).join(), true);
  }
});

Deno.test("no rows have no blocks, and attributions of no samples", async () => {
  for (const [method, models] of NONE) {
    for (const occlude of method === "occlusion" ? ["bin", "mark"] as const : [undefined]) {
      const options = { ...WASM, method, occlude, steps: 2 };
      const none = await attribute(models, DATA, { ...options, rows: [] });
      const one = await attribute(models, DATA, { ...options, rows: [3] });
      deepStrictEqual([none.rows.length, none.models], [0, models.length]);
      deepStrictEqual(Object.keys(none), Object.keys(one));
      deepStrictEqual(partsOf(none), partsOf(one));
      for (const { values } of Object.values(none.inputs)) strictEqual(values.length, 0);
      strictEqual(none.predictions.length, 0);
    }
  }
  for await (const _ of attributeBlocks([pooledModel()], DATA, { ...WASM, rows: [] })) {
    throw new Error("found a block, expected none");
  }
});

/** Methods, and models whose inputs they explain. */
const NONE = [
  ["integrated-gradients", [pooledModel()]],
  ["gradient", [PANEL, PANEL]],
  ["expected-gradients", [dnaModel()]],
  ["occlusion", [PANEL]],
  ["occlusion", [pooledModel(), pooledModel()]],
  ["mutagenesis", [dnaModel()]],
] as const;

/** What attributions have of each input: its shape, and whichever values there are. */
function partsOf({ inputs }: Attributions): unknown {
  return Object.entries(inputs).map(([name, input]) => [name, input.shape, Object.keys(input)]);
}

/** Every fourth sample. */
const SOME = Array.from({ length: 11 }, (_, i) => 4 * i);

Deno.test("integrated gradients add up to the difference from the baseline, the better the more steps", async () => {
  for (const model of [pooledModel(), dnaModel(), PANEL]) {
    for (const baseline of ["zero", "mean", "matched"] as const) {
      const medians: number[] = [];
      for (const steps of [5, 200]) {
        const { completenessErrors, predictions, baselinePredictions, inputs } = await attribute(
          [model],
          DATA,
          { ...WASM, baseline, steps, rows: SOME },
        );
        const errors = completenessErrors!.map(Math.abs).sort();
        medians.push(errors[errors.length >> 1]!);
        const sums = Object.values(inputs).map(({ values }) => {
          const size = values.length / SOME.length;
          return sumOf(values.subarray(0, size));
        });
        const difference = predictions[0]! - baselinePredictions![0]!;
        const error = (sums.reduce((sum, value) => sum + value) - difference) /
          Math.abs(difference);
        ok(Math.abs(error - completenessErrors![0]!) < 1e-3, `${error}`);
      }
      ok(medians[1]! < 0.01, `${model.spec.name} ${baseline}: ${medians}`);
      ok(medians[1]! <= medians[0]!, `${model.spec.name} ${baseline}: ${medians}`);
    }
  }
});

Deno.test("a mark that the network does not look at has attributions of exactly 0 by every method", async () => {
  const weights = randomWeights(POOLED_SPEC, 4);
  // The first kernel is [width, mark, filter].
  const filters = weights[1]!.length;
  weights[0] = weights[0]!.map((value, i) => Math.floor(i / filters) % MARKS === 1 ? 0 : value);
  const model = modelOf(POOLED_SPEC, weights, DATA.record);
  for (const method of ATTRIBUTION_METHODS) {
    if (method === "mutagenesis") continue;
    const { inputs } = await attribute([model], DATA, { ...WASM, method, rows: [3, 20], steps: 5 });
    const { values } = inputs.signal!;
    ok(values.every((value, i) => i % MARKS !== 1 || value === 0), method);
    ok(values.some((value) => value !== 0), method);
  }
});

Deno.test("predictions are the network's: gene effects are left out, a label scale is undone", async () => {
  const rows = [4, 22, 40];
  for (const model of [pooledModel(), PANEL]) {
    const found = await attribute([model], DATA, { ...WASM, rows, method: "gradient" });
    // Commands predict in groups, too.
    const options = { ...WASM, geneEffects: false, path: "grouped" } as const;
    const wanted = await predict(model, DATA.subset(rows), options);
    deepStrictEqual(found.predictions, wanted);
  }
});

Deno.test("gradients are in the unit of labels", async () => {
  const found = await attribute([PANEL], DATA, { ...WASM, rows: [4], method: "gradient" });
  const { labelScale, ...unscaled } = PANEL;
  ok(labelScale!.sd !== 1);
  const other = await attribute([unscaled], DATA, { ...WASM, rows: [4], method: "gradient" });
  const [a, b] = [found.inputs.summary!.values, other.inputs.summary!.values];
  ok(a.every((value, i) => Math.abs(value - b[i]! * labelScale!.sd) < 1e-6));
});

Deno.test("what a sample lacks, and what says so, adds nothing to a panel model's prediction", async () => {
  const columns = randomColumns(3, 14);
  const markMask = Uint8Array.from({ length: 3 * MARKS }, (_, i) => i === 1 ? 0 : 1);
  const signal = packedSignal(columns).map((count, i) =>
    i < 14 * DATA.bins * MARKS && i % MARKS === 1 ? 0 : count
  );
  const data = new Dataset({ ...columns, signal, markMask });
  const model = await panelModel(data);
  for (const baseline of ["zero", "mean", "matched"] as const) {
    const { inputs, completenessErrors } = await attribute([model], data, {
      ...WASM,
      baseline,
      rows: [2, 30],
    });
    const { values } = inputs.summary!;
    const valuesOfMark = values.length / 2 / MARKS;
    const [lacking, whole] = [
      values.subarray(valuesOfMark, 2 * valuesOfMark),
      values.subarray(values.length / 2 + valuesOfMark, values.length / 2 + 2 * valuesOfMark),
    ];
    ok(lacking.every((value) => value === 0), baseline);
    ok(whole.some((value) => value !== 0), baseline);
    for (let mark = 0; mark < 2 * MARKS; mark++) {
      strictEqual(values[(mark + 1) * valuesOfMark - 1], 0, "whether a mark was measured");
    }
    const { values: context } = inputs.context!;
    deepStrictEqual([...context.subarray(4, 6), ...context.subarray(10, 12)], [0, 0, 0, 0]);
    ok(completenessErrors!.every((error) => Math.abs(error) < 0.05));
    // A reference in the cell type that lacks the mark lacks it too.
    const { values: references, shape } = inputs.references!;
    ok(references.some((value) => value !== 0));
    deepStrictEqual(shape, [3, 3 * valuesOfMark]);
  }
  const occluded = await attribute([model], data, { ...WASM, method: "occlusion", rows: [2] });
  ok(occluded.inputs.signal!.values.every((value, i) => i % MARKS !== 1 || value === 0));
});

Deno.test("inputs that are not explained stay as they are in the sample", async () => {
  const rows = [3, 18];
  const options = { ...WASM, rows, inputs: ["summary"] } as const;
  const { inputs, baselinePredictions, completenessErrors } = await attribute(
    [PANEL],
    DATA,
    options,
  );
  deepStrictEqual(Object.keys(inputs), ["summary"]);
  ok(completenessErrors!.every((error) => Math.abs(error) < 0.01));
  // Without marks of its own the sample is predicted as the same sample without signal.
  const { columns } = DATA.subset(rows);
  const silent = new Dataset({ ...columns, signal: new Uint8Array(columns.signal.length) });
  const wanted = await predict(PANEL, silent.subset(rows), WASM);
  ok(wanted.every((value, i) => Math.abs(value - baselinePredictions![i]!) < 1e-5));
});

Deno.test("an occluded bin of a panel model is that of a sample with edited counts", async () => {
  const [position, bin, mark] = [20, 9, 2];
  const { inputs, predictions } = await attribute([PANEL], DATA, {
    ...WASM,
    rows: [position],
    method: "occlusion",
    occlude: { bins: 6, stride: 6 },
  });
  deepStrictEqual(inputs.signal!.shape, [DATA.bins, MARKS]);
  const signal = packedSignal(DATA.columns).slice();
  const first = position * DATA.bins * MARKS;
  for (let other = 6; other < 12; other++) signal[first + other * MARKS + mark] = 0;
  const edited = new Dataset({ ...DATA.columns, signal });
  const [wanted] = await predict(PANEL, edited.subset([position]), WASM);
  const fall = 6 * inputs.signal!.values[bin * MARKS + mark]!;
  ok(Math.abs(fall - (predictions[0]! - wanted!)) < 1e-5, `${fall}`);
});

Deno.test("a model with a sigmoid is explained as a probability", async () => {
  const spec = presetSpec("deepchrome", SHAPE);
  const model = modelOf(spec, randomWeights(spec, 6), DATA.record);
  const { predictions, baselinePredictions, completenessErrors } = await attribute([model], DATA, {
    ...WASM,
    rows: [1, 2, 3],
    steps: 100,
  });
  ok([...predictions, ...baselinePredictions!].every((value) => value > 0 && value < 1));
  ok(completenessErrors!.every((error) => Math.abs(error) < 0.1));
});

Deno.test("progress rises to 1, and the engine is named once", async () => {
  for (const method of ATTRIBUTION_METHODS) {
    const shares: number[] = [];
    let starts = 0;
    await attribute([dnaModel(1), dnaModel(2)], DATA, {
      ...WASM,
      method,
      steps: 3,
      rows: [1, 2, 3, 4, 5],
      blockSize: 2,
      window: [5, 9],
      onStart: ({ engine }) => {
        strictEqual(engine, "wasm");
        starts++;
      },
      onProgress: ({ done, total }) => shares.push(done / total),
    });
    strictEqual(starts, 1);
    strictEqual(shares.at(-1), 1, method);
    ok(shares.every((share, i) => share >= (shares[i - 1] ?? 0) - 1e-9), `${method}: ${shares}`);
  }
});

Deno.test("an aborted signal ends the work with its reason", async () => {
  for (const method of ATTRIBUTION_METHODS) {
    const controller = new AbortController();
    const options = { ...WASM, method, blockSize: 1, signal: controller.signal };
    const reason = new Error("enough");
    await rejects(
      attribute([dnaModel()], DATA, {
        ...options,
        steps: 3,
        window: [5, 9],
        onProgress: ({ done, total }) => done > 0.3 * total && controller.abort(reason),
      }),
      reason,
    );
    await rejects(attribute([dnaModel()], DATA, options), reason);
  }
});

Deno.test("the work on a mean profile ends when it is aborted", async () => {
  const columns = randomColumns(1, 9000);
  const many = new Dataset(columns);
  const model = linearModel(
    { ...SHAPE, weights: new Float32Array(DATA.bins * MARKS) },
    many.record,
  );
  const controller = new AbortController();
  const reason = new Error("enough");
  const timer = setTimeout(() => controller.abort(reason));
  const options = { ...WASM, baseline: "mean", rows: [0], signal: controller.signal } as const;
  await rejects(attribute([model], many, options), reason);
  clearTimeout(timer);
});

Deno.test("engines agree", async () => {
  for (const model of [pooledModel(), PANEL]) {
    for (const method of ["integrated-gradients", "occlusion"] as const) {
      const options = { method, steps: 4, rows: [3, 30] };
      const found = await attribute([model], DATA, { ...options, ...WASM });
      const other = await attribute([model], DATA, { ...options, engine: "tfjs-cpu" });
      for (const [name, { values }] of Object.entries(found.inputs)) {
        const others = other.inputs[name as "signal"]!.values;
        const largest = Math.max(...values.map(Math.abs));
        const worst = Math.max(...values.map((value, i) => Math.abs(value - others[i]!)));
        ok(worst <= 1e-4 * largest, `${model.spec.name} ${method} ${name}: ${worst / largest}`);
      }
    }
  }
});

const LINEAR = linearModel({ ...SHAPE, weights: new Float32Array(DATA.bins * MARKS) }, DATA.record);

const REFUSALS: readonly (readonly [
  string,
  readonly TrainedModel[],
  AttributeOptions,
  RegExp,
])[] = [
  ["no models", [], {}, /there are 0 models/],
  [
    "an unknown method",
    [LINEAR],
    { method: "saliency" as "gradient" },
    /method is "?saliency"?, expected one of gradient, input-x-gradient/,
  ],
  [
    "an unknown baseline",
    [LINEAR],
    { baseline: "median" as "mean" },
    /baseline is .*zero, mean, matched/,
  ],
  ["no steps", [LINEAR], { steps: 0 }, /steps is 0, expected an integer >= 1/],
  ["half a step", [LINEAR], { steps: 1.5 }, /steps is 1.5/],
  ["a billion steps", [LINEAR], { steps: 1e9 }, /steps is 1000000000, .* >= 1 and <= 10000/],
  [
    "a sample that is not there",
    [LINEAR],
    { rows: [42] },
    /sample 42 was requested, the data have 42/,
  ],
  ["a sample that is no number", [LINEAR], { rows: [NaN] }, /sample NaN was requested/],
  ["a window beyond the bins", [LINEAR], { method: "occlusion", window: [5, 21] }, /from 5 to 21/],
  ["an empty window", [LINEAR], { method: "occlusion", window: [5, 5] }, /from 5 to 5/],
  [
    "a window of 0 bins",
    [LINEAR],
    { method: "occlusion", occlude: { bins: 0 } },
    /occlude.bins is 0/,
  ],
  [
    "windows that leave gaps",
    [LINEAR],
    { method: "occlusion", occlude: { bins: 2, stride: 3 } },
    /stride is 3, expected at most the window's 2/,
  ],
  [
    "mutations without DNA",
    [LINEAR],
    { method: "mutagenesis" },
    /"linear" by mutagenesis: it reads signal, expected sequence/,
  ],
  [
    "an input that is not read",
    [LINEAR],
    { inputs: ["summary"] },
    /summary of "linear".*expected some of signal/,
  ],
  ["no inputs", [LINEAR], { inputs: [] }, /0 inputs/],
  [
    "letters on a path",
    [dnaModel()],
    { inputs: ["sequence"] },
    /sequence of "marks-and-dna" by integrated-gradients: expected some of signal/,
  ],
  [
    "models of different inputs",
    [LINEAR, dnaModel()],
    { method: "gradient" },
    /explain models together/,
  ],
  ["a negative seed", [LINEAR], { seed: -1 }, /seed is -1/],
  ["blocks of 0", [LINEAR], { blockSize: 0 }, /blockSize is 0/],
];

for (const [name, models, options, message] of REFUSALS) {
  Deno.test(`${name}: refused`, async () => {
    await rejects(attribute(models, DATA, { ...WASM, ...options }), message);
  });
}

Deno.test("samples cannot be matched by labels that are not there, nor with themselves", async () => {
  const unlabelled = new Dataset({ ...DATA.columns, labels: undefined });
  const options = { ...WASM, baseline: "matched", matchBy: "label" } as const;
  await rejects(attribute([LINEAR], unlabelled, options), /no labels/);
  const alone = DATA.subset([3]);
  await rejects(
    attribute([LINEAR], alone, { ...WASM, baseline: "matched" }),
    (error) => error instanceof ContractError && /no gene besides gene 3/.test(error.message),
  );
});

Deno.test("data of another shape and marks that were not measured are refused as predict does", async () => {
  const three = randomColumns(1, 4);
  const other = new Dataset({ ...three, record: { ...three.record, marks: ["a", "b", "c"] } });
  await rejects(attribute([LINEAR], other, WASM), ContractError);
  const columns = randomColumns(1, 2);
  const signal = packedSignal(columns).map((count, i) => i % MARKS === 0 ? 0 : count);
  const masked = new Dataset({ ...columns, signal, markMask: Uint8Array.of(0, 1, 1) });
  await rejects(attribute([LINEAR], masked, WASM), /not measured/);
});

Deno.test("what is no list of models, no data set or no option is refused, and errors of hooks are heard", async () => {
  const { train } = simulateColumns({ cellTypes: 2, genes: 4, newGenes: 1, bins: 20 });
  const data = new Dataset(train);
  const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
  const explain = (options: object) => attribute([model], data, { engine: "wasm", ...options });
  const refused: [Promise<unknown>, RegExp][] = [
    [attribute(model as never, data), /found an object as models, expected an array, such as/],
    [attribute([model], null as never), /found null as data, expected a Dataset$/],
    [explain({ baselin: "mean" }), /found option "baselin", did you mean baseline\?$/],
    [explain({ signal: "x" }), /signal is "x", expected an AbortSignal$/],
  ];
  for (const [call, message] of refused) await rejects(call, { name: "TypeError", message });
  const reason = new Error("the browser has gone");
  await rejects(explain({ onProgress: () => Promise.reject(reason) }), reason);
  deepStrictEqual((await explain({ signal: null, steps: null })).rows.length, data.length);
});
