/** Nulls and q-values. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../../src/data/dataset.ts";
import { attribute } from "../../../src/explain/attribute.ts";
import { choosePool } from "../../../src/explain/nulls/_null_pool.ts";
import { MatchedSamples, totalSignal } from "../../../src/explain/matched_samples.ts";
import {
  countNullSamples,
  type NullAttributions,
  nullFromGenes,
  nullFromModels,
} from "../../../src/explain/nulls/null_attributions.ts";
import {
  shuffleLabels,
  surveyNullModels,
  trainNullModels,
} from "../../../src/explain/nulls/shuffled_labels.ts";
import { sumOverBins } from "../../../src/explain/sum_over_bins.ts";
import { testAttributions } from "../../../src/explain/nulls/test_attributions.ts";
import type { Attributions, InputAttributions } from "../../../src/explain/types.ts";
import { falseDiscoveryRates } from "../../../src/metrics/false_discovery.ts";
import { pearson } from "../../../src/metrics/pearson.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { fit } from "../../../src/training/fit.ts";
import { predict } from "../../../src/training/predict.ts";
import { simulatedData } from "../../helpers/simulated.ts";
import { MARKS, randomColumns } from "../../helpers/panel_samples.ts";

const WASM = { engine: "wasm", threads: 1 } as const;
const DATA = new Dataset(randomColumns(2, 30));

/** Attributions of some samples, two bins of two marks each. */
function madeOf(
  rows: readonly number[],
  valueOf: (row: number, i: number) => number,
): Attributions {
  const values = Float32Array.from(
    { length: 4 * rows.length },
    (_, at) => valueOf(rows[Math.floor(at / 4)]!, at % 4),
  );
  return {
    method: "integrated-gradients",
    baseline: "zero",
    rows: Uint32Array.from(rows),
    models: 1,
    predictions: new Float32Array(rows.length),
    inputs: { signal: { shape: [2, 2], values } },
  };
}

function nullOf(
  attributions: Attributions,
  more: Partial<NullAttributions> = {},
): NullAttributions {
  return { kind: "matched", compared: 1000, attributions, ...more };
}

/** p-values as the definition says it, in a way that is obviously right. */
function plainPValues(
  found: Attributions,
  { attributions: other, kind, compared }: NullAttributions,
): number[][] {
  return Array.from(found.rows, (position, sample) => {
    const total = totalSignal(DATA, position);
    const others = [...other.rows.entries()]
      .filter(([, row]) => DATA.cellTypeOf(row) === DATA.cellTypeOf(position))
      .filter(([, row]) => kind === "labels" || DATA.geneOf(row) !== DATA.geneOf(position))
      .map(([place, row]) => ({ place, distance: Math.abs(totalSignal(DATA, row) - total) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, compared);
    return Array.from({ length: 4 }, (_, i) => {
      const own = Math.abs(found.inputs.signal!.values[4 * sample + i]!);
      const sizes = others.map(({ place }) => Math.abs(other.inputs.signal!.values[4 * place + i]!))
        .filter((size) => !Number.isNaN(size));
      if (Number.isNaN(own) || sizes.length === 0) return NaN;
      return (1 + sizes.filter((size) => size >= own).length) / (1 + sizes.length);
    });
  });
}

Deno.test("q-values are those of ranks among the nearest samples of the cell type, ties counting against a value", () => {
  // Few values, so that there are ties; NaN for what was not found.
  const drawn = fc.constantFrom(-2, -1, -0, 0, 1, 2, NaN);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat({ max: 59 }), { minLength: 1, maxLength: 25 }),
      fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(drawn),
      fc.constantFrom("matched", "labels"),
      (pool, rows, stream, kind) => {
        const next = () => stream.next().value as number;
        const found = madeOf(rows, next);
        const all = nullOf(madeOf(pool, next), { kind: kind as "matched" });
        const { inputs } = testAttributions(found, all, DATA);
        const wanted = plainPValues(found, all).flatMap((own) =>
          Array.from(falseDiscoveryRates(own), Math.fround)
        );
        deepStrictEqual(Array.from(inputs.signal!.qValues!), wanted);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a sample is compared with no more than the nearest", () => {
  const all = Array.from({ length: 60 }, (_, row) => row);
  const stream = new RandomStream(deriveKey(1, "values"));
  const other = madeOf(all, () => stream.normal());
  const found = madeOf([7, 33], () => stream.normal());
  for (const compared of [1, 4, 28]) {
    const some = nullOf(other, { compared });
    const { inputs } = testAttributions(found, some, DATA);
    // Totals of random counts are all different, but distances may not be.
    const wanted = plainPValues(found, some).flatMap((own) =>
      Array.from(falseDiscoveryRates(own), Math.fround)
    );
    deepStrictEqual(Array.from(inputs.signal!.qValues!), wanted);
  }
});

Deno.test("transcripts of a gene are not matched with each other", () => {
  const columns = randomColumns(1, 12);
  const geneDetails = columns.genes.map((_, i) => ({ gene: `gene of three ${Math.floor(i / 3)}` }));
  const data = new Dataset({ ...columns, geneDetails });
  const nearest = new MatchedSamples(data, "signal").nearest(4, 20);
  deepStrictEqual(nearest.toSorted((a, b) => a - b), [0, 1, 2, 6, 7, 8, 9, 10, 11]);
  const other = madeOf(Array.from({ length: 12 }, (_, row) => row), (row) => row < 3 ? 9 : 0);
  const { qValues } = testAttributions(madeOf([1], () => 5), nullOf(other), data).inputs.signal!;
  // The three that are larger are its own.
  deepStrictEqual([...qValues!], Array.from({ length: 4 }, () => Math.fround(1 / 10)));
  const shuffled = shuffleLabels(data, 3).labels();
  const before = data.labels();
  for (let first = 0; first < 12; first += 3) {
    const source = before.indexOf(shuffled[first]!);
    deepStrictEqual(shuffled.slice(first, first + 3), before.slice(source, source + 3));
  }
});

Deno.test("a cell type without a null has no q-values", () => {
  const found = madeOf([3, 40], () => 1);
  const { inputs } = testAttributions(found, nullOf(madeOf([5, 6], () => 0)), DATA);
  deepStrictEqual([...inputs.signal!.qValues!].map(Number.isNaN), [
    ...Array.from({ length: 4 }, () => false),
    ...Array.from({ length: 4 }, () => true),
  ]);
});

Deno.test("in a block or alone, a sample has the same q-values", () => {
  const stream = new RandomStream(deriveKey(2, "values"));
  const all = nullOf(madeOf(Array.from({ length: 60 }, (_, row) => row), () => stream.normal()));
  const values = new Map<string, number>();
  const valueOf = (row: number, i: number) => {
    const key = `${row} ${i}`;
    values.set(key, values.get(key) ?? 3 * stream.normal());
    return values.get(key)!;
  };
  const whole = testAttributions(madeOf([2, 9, 50], valueOf), all, DATA).inputs.signal!.qValues!;
  const alone = testAttributions(madeOf([9], valueOf), all, DATA).inputs.signal!.qValues!;
  deepStrictEqual(whole.slice(4, 8), alone);
});

Deno.test("where there is nothing to find, few samples have a finding; what is planted is found", () => {
  const stream = new RandomStream(deriveKey(3, "values"));
  const data = new Dataset(randomColumns(1, 900));
  const size = 40;
  const make = (rows: Uint32Array<ArrayBuffer>): Attributions => ({
    method: "gradient",
    rows,
    models: 1,
    predictions: new Float32Array(rows.length),
    inputs: {
      signal: {
        shape: [20, 2],
        // Values of different scales, the same for all samples.
        values: Float32Array.from(
          { length: rows.length * size },
          (_, at) => (1 + at % size) * stream.normal(),
        ),
      },
    },
  });
  const pool = Uint32Array.from({ length: 600 }, (_, i) => i);
  const rows = Uint32Array.from({ length: 300 }, (_, i) => 600 + i);
  const all = nullOf(make(pool));
  const found = make(rows);
  const samplesWithFindings = (tested: Attributions) => {
    const q = tested.inputs.signal!.qValues!;
    return Array.from(rows.keys()).filter((sample) =>
      q.subarray(sample * size, (sample + 1) * size).some((value) => value <= 0.1)
    ).length / rows.length;
  };
  const share = samplesWithFindings(testAttributions(found, all, data));
  // 10% are expected at most; the deviation of the share is 0.017.
  ok(share < 0.15, `${share}`);
  const values = found.inputs.signal!.values.map((value, at) =>
    at % size < 4 ? 8 * Math.sign(value) * (1 + at % size) : value
  );
  const planted = { ...found, inputs: { signal: { shape: [20, 2], values } } };
  const q = testAttributions(planted, all, data).inputs.signal!.qValues!;
  ok(q.every((value, at) => at % size >= 4 || value < 0.05));
  ok(samplesWithFindings(testAttributions(planted, all, data)) === 1);
});

Deno.test("a letter is compared with the largest of the null's letters at its base", () => {
  const sequence = (values: readonly number[], samples: number): InputAttributions => ({
    shape: [values.length / 4 / samples, 4],
    values: Float32Array.from(values),
  });
  const rest = { method: "input-x-gradient", models: 1 } as const;
  const found: Attributions = {
    ...rest,
    rows: Uint32Array.of(0),
    predictions: new Float32Array(1),
    inputs: { sequence: sequence([0, -3, 0, 0], 1) },
  };
  const other: Attributions = {
    ...rest,
    rows: Uint32Array.of(1, 2, 3),
    predictions: new Float32Array(3),
    inputs: { sequence: sequence([4, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, -5], 3) },
  };
  const { qValues } = testAttributions(found, nullOf(other), DATA).inputs.sequence!;
  // 2 of 3 are at least 3, all are at least 0.
  deepStrictEqual([...qValues!], [1, 1, 1, 1]);
  const { qValues: larger } = testAttributions(
    { ...found, inputs: { sequence: sequence([0, -6, 0, 0], 1) } },
    nullOf(other),
    DATA,
  ).inputs.sequence!;
  deepStrictEqual([...larger!], [1, 1, 1, 1], "4 × 1/4");
});

Deno.test("a null of another method, of other inputs or of other numbers of models is refused", () => {
  const found = madeOf([1], () => 1);
  const refuse = (other: Attributions, message: RegExp) =>
    throws(() => testAttributions(found, nullOf(other), DATA), message);
  refuse(
    { ...found, method: "occlusion" },
    /the null has occlusion.*expected integrated-gradients/,
  );
  refuse({ ...found, baseline: "mean" }, /baseline mean.*expected.*baseline zero/);
  refuse({ ...found, models: 2 }, /2 models.*expected.*1 models/);
  refuse(sumOverBins(found), /signal 1 × 2.*expected.*signal 2 × 2/);
  refuse(madeOf([], () => 0), /the null has 0 samples/);
});

Deno.test("few samples are compared with those nearest to them, many with an even choice", () => {
  const matched = new MatchedSamples(DATA, "signal");
  const chosen = [...choosePool(DATA, [4], { matched, compared: 6, pool: 10 })];
  strictEqual(chosen.length, 7);
  const distance = (row: number) => Math.abs(totalSignal(DATA, row) - totalSignal(DATA, 4));
  ok(chosen.every((row) => row < 30));
  const { rankOf } = matched.sortedIn(0);
  const ranks = chosen.map((row) => rankOf.get(row)!);
  deepStrictEqual(ranks, Array.from(ranks, (_, i) => ranks[0]! + i), "consecutive");
  ok(chosen.some((row) => distance(row) === 0));
  const many = choosePool(DATA, Array.from({ length: 60 }, (_, row) => row), {
    matched,
    compared: 6,
    pool: 10,
  });
  strictEqual(many.length, 20);
  strictEqual(many.filter((row) => row >= 30).length, 10);
  const spread = [...many].filter((row) => row < 30).map((row) => rankOf.get(row)!);
  deepStrictEqual(spread, Array.from({ length: 10 }, (_, i) => 3 * i + 1));
  deepStrictEqual(
    choosePool(DATA, [4], { matched, compared: 100, pool: 200 }).length,
    30,
    "all that there are",
  );
});

Deno.test("the null of matched genes is made by the same method, of the same cell types", async () => {
  const { model } = await fit("experiment1", DATA, { epochs: 1, batchSize: 32, ...WASM });
  const options = { ...WASM, rows: [31, 35], method: "input-x-gradient" } as const;
  const made = await nullFromGenes([model], DATA, { ...options, compared: 5, pool: 12 });
  strictEqual(made.kind, "matched");
  strictEqual(made.compared, 5);
  ok(made.attributions.rows.every((row) => row >= 30));
  const again = await attribute([model], DATA, { ...options, rows: made.attributions.rows });
  ok(
    again.inputs.signal!.values.every((value, i) =>
      value === made.attributions.inputs.signal!.values[i]
    ),
  );
  const found = await attribute([model], DATA, options);
  const { qValues } = testAttributions(found, made, DATA).inputs.signal!;
  ok(qValues!.every((q) => q > 0 && q <= 1));
});

Deno.test("labels are shuffled within cell types, genes as a whole where all cell types have them", () => {
  const shuffled = shuffleLabels(DATA, 4);
  const [before, after] = [DATA.labels(), shuffled.labels()];
  for (const cellType of [0, 1]) {
    const [first, end] = [30 * cellType, 30 * (cellType + 1)];
    deepStrictEqual(after.slice(first, end).sort(), before.slice(first, end).sort());
  }
  const sources = [0, 1].map((cellType) =>
    Array.from({ length: 30 }, (_, gene) => before.indexOf(after[30 * cellType + gene]!) % 30)
  );
  deepStrictEqual(sources[0], sources[1]);
  ok(sources[0]!.filter((source, gene) => source === gene).length < 6);
  deepStrictEqual(shuffleLabels(DATA, 4).labels(), after);
  notDeepStrictEqual(shuffleLabels(DATA, 5).labels(), after);
});

Deno.test("labels of samples outside the view stay where they are", () => {
  const rows = [3, 8, 9, 14, 40, 41, 42];
  const shuffled = shuffleLabels(DATA.subset(rows), 1);
  const { labels } = shuffled.columns;
  for (const [row, label] of labels!.entries()) {
    if (!rows.includes(row)) strictEqual(label, DATA.columns.labels![row]);
  }
  deepStrictEqual([...shuffled.labels()].sort(), [...DATA.subset(rows).labels()].sort());
  const unlabelled = new Dataset({ ...DATA.columns, labels: undefined });
  throws(() => shuffleLabels(unlabelled, 1), /no labels/);
});

Deno.test("null models are of the same kind and have learned nothing of the labels", async () => {
  const { train } = simulatedData();
  for (const preset of ["experiment1", "waka3"] as const) {
    const options = { epochs: 20, batchSize: 8, ...WASM };
    const { model } = await fit(preset, train, { ...options, seed: 3, geneEffects: false });
    const shares: number[] = [];
    const shuffles = await trainNullModels([model], train, {
      ...WASM,
      shuffles: 2,
      onProgress: ({ done, total }) => shares.push(done / total),
    });
    strictEqual(shuffles.length, 2);
    for (const [nullModel] of shuffles as [typeof model][]) {
      deepStrictEqual(nullModel.spec, model.spec);
      deepStrictEqual(nullModel.record, model.record);
      deepStrictEqual({ ...nullModel.training, arithmetic: 0 }, {
        ...model.training,
        arithmetic: 0,
      });
    }
    ok(shares.every((share, i) => share >= (shares[i - 1] ?? 0)));
    strictEqual(shares.at(-1), 1);
    const agreement = async (one: typeof model) =>
      pearson(await predict(one, train, WASM), train.labels());
    const [real, none] = [await agreement(model), await agreement(shuffles[0]![0]!)];
    ok(real! > 0.5 && none! < real! / 2, `${preset}: ${real}, ${none}`);
  }
});

Deno.test("nulls of several shuffles are compared with together", async () => {
  const { model } = await fit("experiment1", DATA, { epochs: 1, batchSize: 32, ...WASM });
  const shuffles = await trainNullModels([model], DATA, { ...WASM, shuffles: 3 });
  const options = { ...WASM, rows: [2], method: "gradient", compared: 10, pool: 12 } as const;
  const made = await nullFromModels(shuffles, DATA, options);
  strictEqual(made.compared, 30);
  strictEqual(made.attributions.rows.length, 33);
  const { qValues } = testAttributions(await attribute([model], DATA, options), made, DATA).inputs
    .signal!;
  ok(qValues!.every((q) => q >= Math.fround(1 / 31)));
  strictEqual(qValues!.length, DATA.bins * MARKS);
});

Deno.test("how large a null will be, and how long its models take, is known before it is made", async () => {
  const { model } = await fit("experiment1", DATA, { ...WASM, epochs: 1 });
  const [row] = DATA.rows.keys();
  const options = { ...WASM, rows: [row!], compared: 5, pool: 9, method: "gradient" } as const;
  const { attributions } = await nullFromGenes([model], DATA, options);
  strictEqual(countNullSamples(DATA, options), attributions.rows.length);
  // The epochs of all models, where those of the first are measured: very many take longer than any pause.
  const longer = { ...model, training: { ...model.training, epochs: 100_000 } };
  const once = await surveyNullModels([model], DATA, WASM);
  ok(once > 0 && await surveyNullModels([model, longer], DATA, WASM) > 10 * once);
  ok(await surveyNullModels([model], DATA, { ...WASM, shuffles: 100_000 }) > 10 * once);
  const unlabelled = new Dataset({ ...DATA.columns, labels: undefined });
  await rejects(surveyNullModels([model], unlabelled, WASM), /no labels to shuffle/);
});

Deno.test("impossible nulls are refused", async () => {
  const { model } = await fit("experiment1", DATA, { epochs: 1, batchSize: 32, ...WASM });
  const make = (options: object) => nullFromGenes([model], DATA, { ...WASM, ...options });
  await rejects(make({ compared: 0 }), /compared is 0, expected an integer >= 1/);
  await rejects(make({ compared: 9, pool: 8 }), /pool is 8, expected an integer >= 9/);
  await rejects(make({ rows: [] }), /0 samples to test/);
  await rejects(make({ rows: [60] }), /sample 60/);
  await rejects(nullFromModels([], DATA, WASM), /models of 0 shuffles/);
  await rejects(trainNullModels([], DATA, WASM), /0 models/);
  await rejects(trainNullModels([model], DATA, { ...WASM, shuffles: 0 }), /shuffles is 0/);
  const unlabelled = new Dataset({ ...DATA.columns, labels: undefined });
  await rejects(trainNullModels([model], unlabelled, WASM), /no labels to shuffle/);
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await rejects(trainNullModels([model], DATA, { ...WASM, signal }), reason);
});

Deno.test("sums over bins leave out what is not there", () => {
  const found = madeOf([0, 1], (row, i) => row === 0 ? [1, NaN, 2, NaN][i]! : i);
  const { values, shape } = sumOverBins(found).inputs.signal!;
  deepStrictEqual([...values], [3, NaN, 2, 4]);
  deepStrictEqual(shape, [1, 2]);
  throws(() => sumOverBins({ ...found, inputs: {} }), /found those of 0 inputs, expected signal/);
});
