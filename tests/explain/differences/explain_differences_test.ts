import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { explainDifferences } from "../../../src/explain/differences/explain_differences.ts";
import { shortestSpan } from "../../../src/explain/differences/_collector.ts";
import type { GeneDifferences } from "../../../src/explain/differences/difference_types.ts";
import { studentQuantile } from "../../../src/metrics/student_t.ts";
import type { ModelSpec } from "../../../src/model/spec.ts";
import type { TrainedModel } from "../../../src/model/trained_model.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { fit } from "../../../src/training/fit.ts";
import { predict } from "../../../src/training/predict.ts";
import {
  BINS,
  linearModel,
  MARKS,
  PLANTED,
  plantedChanges,
  randomWeights,
} from "../../helpers/planted_changes.ts";
import { randomRows, withSequences } from "../../helpers/sequences.ts";

const WASM = { engine: "wasm" } as const;

/** ln(1 + count) of a sample. */
function logarithmsOf(data: Dataset, gene: number, cellType: number): Float64Array {
  const genes = data.columns.genes.length;
  return Float64Array.from(data.countsOf(cellType * genes + gene), Math.log1p);
}

function near(found: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-5): void {
  strictEqual(found.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    ok(Math.abs(found[i]! - wanted[i]!) <= within, `${i}: ${found[i]} for ${wanted[i]}`);
  }
}

Deno.test("of a linear model, contributions are weight times difference, exactly", async () => {
  const { data } = plantedChanges({ genes: 5 });
  const weights = randomWeights(1);
  const found = await explainDifferences([linearModel(weights, { bias: 2 })], data, {
    from: ["B"],
    to: ["D"],
    steps: 3,
    keepsPlaces: true,
    ...WASM,
  });
  for (let gene = 0; gene < 5; gene++) {
    const [b, d] = [logarithmsOf(data, gene, 1), logarithmsOf(data, gene, 3)];
    const exact = d.map((value, i) => weights[i]! * (value - b[i]!));
    near(found.places!.subarray(gene * exact.length, (gene + 1) * exact.length), exact);
    const ofMarks = MARKS.map((_, mark) =>
      exact.reduce((sum, value, i) => i % MARKS.length === mark ? sum + value : sum, 0)
    );
    near(found.contributions.subarray(gene * 3, (gene + 1) * 3), ofMarks, 1e-4);
    const change = ofMarks.reduce((sum, value) => sum + value, 0);
    near([found.changes[gene]!, found.remainders[gene]!], [change, 0], 1e-4);
    const carrier = ofMarks.map((value) => value * Math.sign(change));
    strictEqual(found.carriedBy.mark[gene], carrier.indexOf(Math.max(...carrier)));
  }
  deepStrictEqual([found.context, found.spread, found.low], [undefined, undefined, undefined]);
  deepStrictEqual([...found.placeBins], Array.from({ length: BINS + 1 }, (_, bin) => bin));
});

Deno.test("changes are those between predictions, and measured ones those between labels", async () => {
  const { data } = plantedChanges({ genes: 6 });
  const { model } = await fit("experiment1", data, {
    epochs: 1,
    transform: "log1p",
    geneEffects: true,
    ...WASM,
  });
  const found = await explainDifferences([model], data, { from: ["A"], to: ["C"], ...WASM });
  const predicted = await predict(model, data, WASM);
  near(found.fromPredictions, predicted.subarray(0, 6), 1e-5);
  near(found.toPredictions, predicted.subarray(12, 18), 1e-5);
  near(found.changes, predicted.subarray(12, 18).map((value, gene) => value - predicted[gene]!));
  const labels = data.labels();
  const changes = labels.subarray(12, 18).map((label, gene) => label - labels[gene]!);
  near(found.measured!.changes, changes, 1e-12);
});

Deno.test("the interval over models is Student's, and contributions are the models' mean", async () => {
  const { data } = plantedChanges({ genes: 4 });
  const models = [1, 2, 3].map((seed) => linearModel(randomWeights(seed)));
  const options = { from: ["A"], to: ["B"], confidence: 0.9, ...WASM };
  const alone: GeneDifferences[] = [];
  for (const model of models) alone.push(await explainDifferences([model], data, options));
  const together = await explainDifferences(models, data, options);
  const t = studentQuantile(0.95, 2);
  for (let gene = 0; gene < 4; gene++) {
    const changes = alone.map((one) => one.changes[gene]!);
    const mean = changes.reduce((sum, value) => sum + value, 0) / 3;
    const sd = Math.sqrt(changes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    near([together.changes[gene]!, together.spread![gene]!], [mean, sd], 1e-12);
    near([together.low![gene]!], [mean - t * sd / Math.sqrt(3)], 1e-9);
    near([together.high![gene]!], [mean + t * sd / Math.sqrt(3)], 1e-9);
    for (let mark = 0; mark < 3; mark++) {
      const values = alone.map((one) => one.contributions[gene * 3 + mark]!);
      near([together.contributions[gene * 3 + mark]!], [
        (values[0]! + values[1]! + values[2]!) / 3,
      ]);
    }
  }
});

Deno.test("groups are compared by all pairs of their cell types, and named by their replicates' name", async () => {
  const cellTypes = ["liver.1", "liver.2", "lung.1", "lung.2", "lung.3"];
  const groups = ["liver", "liver", "lung", "lung", "lung"];
  const { data } = plantedChanges({ cellTypes, groups, genes: 3 });
  const model = linearModel(randomWeights(4));
  const byGroup = await explainDifferences([model], data, {
    from: ["liver"],
    to: ["lung"],
    ...WASM,
  });
  deepStrictEqual([byGroup.from, byGroup.to], [cellTypes.slice(0, 2), cellTypes.slice(2)]);
  deepStrictEqual([...byGroup.fromSamples, ...byGroup.toSamples], [2, 2, 2, 3, 3, 3]);
  const sum = new Float64Array(9);
  const changes = new Float64Array(3);
  for (const from of cellTypes.slice(0, 2)) {
    for (const to of cellTypes.slice(2)) {
      const pair = await explainDifferences([model], data, { from: [from], to: [to], ...WASM });
      for (const [i, value] of pair.contributions.entries()) sum[i]! += value / 6;
      for (const [i, value] of pair.changes.entries()) changes[i]! += value / 6;
    }
  }
  near(byGroup.contributions, sum, 1e-5);
  near(byGroup.changes, changes, 1e-5);
});

Deno.test("a trained model names the mark and the bins in which a change was planted", async () => {
  const { data, rises } = plantedChanges({ genes: 120 });
  const { model } = await fit("experiment1", data, {
    epochs: 60,
    batchSize: 16,
    learningRate: 0.003,
    transform: "log1p",
    seed: 3,
    ...WASM,
  });
  const found = await explainDifferences([model], data, { from: ["A"], to: ["D"], ...WASM });
  const rising = [...found.genes.keys()].filter((gene) => rises[gene]);
  ok(rising.length > 40);
  const named = rising.filter((gene) => found.carriedBy.mark[gene] === PLANTED.mark);
  strictEqual(named.length, rising.length);
  // Most of the spans lie where the mark rose; a convolution may spread what it adds by a few bins.
  const within = rising.filter((gene) =>
    found.carriedBy.startBin[gene]! >= PLANTED.startBin - 2 &&
    found.carriedBy.endBin[gene]! <= PLANTED.endBin + 2
  );
  ok(within.length > 0.9 * rising.length, `${within.length} of ${rising.length}`);
  const error = found.remainders.reduce((sum, value) => sum + Math.abs(value), 0);
  const all = found.changes.reduce((sum, value) => sum + Math.abs(value), 0);
  ok(error < 0.01 * all, `remainder ${error} of ${all}`);
  const upwards = found.profiles.subarray(BINS * 3);
  const planted = upwards.reduce(
    (most, value, i) => value > upwards[most]! ? i : most,
    0,
  );
  strictEqual(planted % 3, PLANTED.mark);
  ok(planted / 3 >= PLANTED.startBin && planted / 3 < PLANTED.endBin);
});

Deno.test("marks and context of a panel model add up to the change", async () => {
  const size = { cellTypes: 3, newCellTypes: 1, genes: 30, newGenes: 6, bins: 20 };
  const { train, eval: unseen } = simulateColumns({ ...size, expressionTransform: "log2p1" });
  const data = new Dataset(train);
  const { model } = await fit("waka3", data, { epochs: 3, batchSize: 16, ...WASM });
  const [a = "", b = ""] = train.cellTypes;
  const trained = await explainDifferences([model], data, {
    from: [a],
    to: [b],
    steps: 100,
    ...WASM,
  });
  deepStrictEqual([...trained.placeBins], Array.from({ length: 21 }, (_, bin) => bin));
  isComplete(trained);
  // Each of two trained cell types has the other among its references.
  ok(trained.context!.some((value) => Math.abs(value) > 1e-3));
  const predicted = await predict(model, data, WASM);
  near(trained.fromPredictions, predicted.subarray(0, 30), 1e-4);
  // Two new cell types have the same references, so nothing but their marks differs.
  const twice = new Dataset(unseen);
  const first = twice.filter((position) =>
    twice.cellTypeIndices()[position] === 0 && position < 36
  );
  const other = doubled(first);
  const names = other.columns.cellTypes;
  const same = await explainDifferences([model], other, {
    from: [names[0]!],
    to: [names[1]!],
    ...WASM,
  });
  isComplete(same);
  near(same.context!, new Float64Array(same.genes.length), 1e-5);
});

Deno.test("what a mark adds that was measured in one cell type alone is a part of the change", async () => {
  const size = { cellTypes: 3, newCellTypes: 1, genes: 24, newGenes: 2, bins: 20 };
  const { train } = simulateColumns({ ...size, expressionTransform: "log2p1" });
  const marks = train.record.marks.length;
  const markMask = new Uint8Array(train.cellTypes.length * marks).fill(1);
  markMask[1] = 0; // The second mark, in the first cell type.
  const values = train.bins * marks;
  const signal = Float64Array.from(train.signal, (count, i) => {
    const place = train.cellTypeIndex[Math.floor(i / values)]! * marks + i % marks;
    return markMask[place] === 0 ? 0 : train.signalValues?.[count] ?? count;
  });
  const data = new Dataset({ ...train, signal, signalValues: undefined, markMask });
  const { model } = await fit("waka3", data, { epochs: 2, batchSize: 16, ...WASM });
  const [a = "", b = ""] = train.cellTypes;
  const found = await explainDifferences([model], data, { from: [a], to: [b], ...WASM });
  isComplete(found);
  ok(found.contributions.some((value, i) => i % marks === 1 && value !== 0));
});

Deno.test("the DNA of a gene adds nothing, and marks all of the change", async () => {
  const { data } = plantedChanges({ genes: 12 });
  const dna = new Dataset(withSequences(data.columns, randomRows(12, 24)));
  const branch = (name: string, input: string, layers: readonly object[]) => ({
    name,
    input,
    layers: [...layers, { type: "flatten" }, { type: "dense", units: 4 }],
  });
  const spec = {
    name: "marks-and-dna",
    inputs: [
      { name: "signal", bins: BINS, marks: MARKS.length },
      { name: "sequence", bases: 24 },
    ],
    branches: [branch("marks", "signal", []), branch("dna", "sequence", [])],
    head: {
      join: [{ type: "output", branch: "marks" }, { type: "output", branch: "dna" }],
      layers: [{ type: "activation", kind: "gelu" }, { type: "dense", units: 1 }],
    },
    loss: "meanSquaredError",
  } as unknown as ModelSpec;
  const options = {
    epochs: 3,
    batchSize: 8,
    learningRate: 0.01,
    transform: "log1p",
    ...WASM,
  } as const;
  const { model } = await fit(spec, dna, options);
  const found = await explainDifferences([model], dna, { from: ["A"], to: ["D"], ...WASM });
  isComplete(found);
  strictEqual(found.context, undefined);
  ok(found.changes.some((change) => Math.abs(change) > 0.01));
});

/** The contributions and the remainder are the change by construction; the remainder must be small. */
function isComplete({ remainders, changes }: GeneDifferences): void {
  const error = remainders.reduce((sum, value) => sum + Math.abs(value), 0);
  const all = changes.reduce((sum, value) => sum + Math.abs(value), 0);
  ok(error < 0.01 * all, `remainder ${error} of ${all}`);
}

/** Samples of one cell type as those of two new ones, the second with all counts turned round. */
function doubled(data: Dataset): Dataset {
  const { columns } = data;
  const size = columns.bins * columns.record.marks.length;
  const signal = new Float64Array(2 * data.length * size);
  for (let position = 0; position < data.length; position++) {
    const own = Float64Array.from(data.signalOf(position));
    signal.set(own, position * size);
    signal.set(own.toReversed(), (data.length + position) * size);
  }
  const genes = data.geneIndices();
  return new Dataset({
    ...columns,
    signal,
    signalValues: undefined,
    labels: undefined,
    cellTypes: ["new.1", "new.2"],
    cellTypeIndex: Uint32Array.from(
      { length: 2 * data.length },
      (_, i) => Number(i >= data.length),
    ),
    geneIndex: Uint32Array.from({ length: 2 * data.length }, (_, i) => genes[i % data.length]!),
  });
}

Deno.test("the result depends neither on the threads nor on which genes are explained together", async () => {
  const { data } = plantedChanges({ genes: 140 });
  const { model } = await fit("experiment1", data, { epochs: 1, transform: "log1p", ...WASM });
  const options = { from: ["A"], to: ["D"], steps: 5, ...WASM };
  const all = await explainDifferences([model], data, { ...options, threads: 1 });
  const some = await explainDifferences([model], data, { ...options, genes: [139, 7], threads: 2 });
  deepStrictEqual([...some.genes], [7, 139]);
  for (const [i, gene] of [7, 139].entries()) {
    strictEqual(some.changes[i], all.changes[gene]);
    deepStrictEqual(
      [...some.contributions.subarray(3 * i, 3 * i + 3)],
      [...all.contributions.subarray(3 * gene, 3 * gene + 3)],
    );
  }
});

Deno.test("a gene that does not change is carried by nothing", async () => {
  const { data } = plantedChanges({ genes: 3 });
  const nothing = linearModel(new Float32Array(BINS * MARKS.length));
  const found = await explainDifferences([nothing], data, { from: ["A"], to: ["B"], ...WASM });
  deepStrictEqual([...found.carriedBy.mark, ...found.carriedBy.startBin], [-1, -1, -1, -1, -1, -1]);
  deepStrictEqual([...found.changes], [0, 0, 0]);
});

Deno.test("the shortest span with half of a sum is found", () => {
  deepStrictEqual(shortestSpan(Float64Array.of(0, 1, 5, 1, 0)), [2, 3]);
  deepStrictEqual(shortestSpan(Float64Array.of(2, 0, 0, 2)), [0, 1]);
  deepStrictEqual(shortestSpan(Float64Array.of(1, -3, 2, 2, -1)), [2, 3]);
  deepStrictEqual(shortestSpan(Float64Array.of(1, 1, 1, 1)), [0, 2]);
  strictEqual(shortestSpan(Float64Array.of(1, -2)), undefined);
  strictEqual(shortestSpan(new Float64Array(4)), undefined);
});

const { data } = plantedChanges({ genes: 3 });
const MODEL = linearModel(randomWeights(1));
const REFUSED: Readonly<Record<string, readonly [options: object, error: object]>> = {
  "an unknown cell type": [
    { from: ["E003"], to: ["B"] },
    { name: "ContractError", message: /no cell type E003, found A, B, C, D$/ },
  ],
  "a cell type on both sides": [
    { from: ["A", "B"], to: ["B"] },
    { name: "ContractError", message: /B is on both sides/ },
  ],
  "no names": [{ from: [], to: ["B"] }, { name: "TypeError", message: /`from` has no names/ }],
  "0 steps": [{ from: ["A"], to: ["B"], steps: 0 }, { name: "RangeError", message: /steps is 0/ }],
  "a confidence of 1": [
    { from: ["A"], to: ["B"], confidence: 1 },
    { name: "RangeError", message: /confidence is 1/ },
  ],
  "a gene that is not there": [
    { from: ["A"], to: ["B"], genes: [3] },
    { name: "RangeError", message: /gene 3 was asked for, expected integers from 0 to 2/ },
  ],
};

for (const [what, [options, error]] of Object.entries(REFUSED)) {
  Deno.test(`a comparison with ${what} is refused`, async () => {
    await rejects(
      explainDifferences([MODEL], data, options as Parameters<typeof explainDifferences>[2]),
      error,
    );
  });
}

Deno.test("data without a gene on both sides, no models, and models without marks are refused", async () => {
  const { length } = data.columns.genes;
  const options = { from: ["A"], to: ["B"] };
  const split = data.filter((position) => position === 0 || position === length + 1);
  await rejects(explainDifferences([MODEL], split, options), /no gene has samples in A and in B/);
  await rejects(explainDifferences([], data, options), { name: "TypeError" });
  const dna = {
    ...MODEL,
    spec: {
      name: "dna",
      inputs: [{ name: "sequence", bases: 8 }],
      branches: [{ name: "dna", input: "sequence", layers: [{ type: "flatten" }] }],
      head: { join: [{ type: "output", branch: "dna" }], layers: [{ type: "dense", units: 1 }] },
      loss: "meanSquaredError",
    },
  } as TrainedModel;
  await rejects(
    explainDifferences([dna], data, options),
    /it reads sequence, expected .* reads marks/,
  );
});

Deno.test("a comparison stops when it is told to", async () => {
  const controller = new AbortController();
  const stopped = explainDifferences([MODEL], data, {
    from: ["A"],
    to: ["B"],
    signal: controller.signal,
    onStart: () => controller.abort(new Error("enough")),
    ...WASM,
  });
  await rejects(stopped, /enough/);
});
