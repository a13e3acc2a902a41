import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import type { EngineName } from "../../src/engine/select.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fitEnsemble } from "../../src/training/ensemble.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import type { FitOptions } from "../../src/training/fit_types.ts";
import { predict } from "../../src/training/predict.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const QUICK = {
  engine: "wasm",
  threads: 2,
  epochs: 2,
  batchSize: 8,
  learningRate: 0.01,
  transform: "log1p",
} as const satisfies FitOptions;

/** A model without dropout, whose training loss is that of its predictions. */
const PLAIN = {
  name: "plain",
  bins: 20,
  marks: 5,
  layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
  loss: "meanSquaredError",
} as const;

Deno.test("weights of 1 change no bit", async () => {
  const plain = await fit("experiment2", train, QUICK);
  const weighted = await fit("experiment2", train, {
    ...QUICK,
    sampleWeights: new Float64Array(train.length).fill(1),
  });
  deepStrictEqual(weighted.model.weights, plain.model.weights);
});

for (const engine of ["wasm", "tfjs-cpu"] satisfies EngineName[]) {
  Deno.test(`the loss of an epoch is the mean of weights times losses on ${engine}`, async () => {
    // One step at a rate of next to nothing: the loss is that of the initial weights.
    const options = { ...QUICK, engine, epochs: 1, batchSize: 100, learningRate: 1e-30 };
    const sampleWeights = Float64Array.from({ length: train.length }, (_, i) => i % 4 + 0.5);
    const { model, history } = await fit(PLAIN, train, { ...options, sampleWeights });
    const predicted = await predict(model, train, { engine });
    const labels = train.labels();
    let wanted = 0;
    labels.forEach((label, i) =>
      wanted += sampleWeights[i]! * (predicted[i]! - label) ** 2 / labels.length
    );
    ok(Math.abs(history[0]!.loss - wanted) < 1e-5 * wanted, `${history[0]!.loss}, not ${wanted}`);
  });
}

Deno.test("a sample that counts more is fitted better", async () => {
  const labels = train.columns.labels!.map((_, row) => row % 2);
  const data = new Dataset({ ...train.columns, labels });
  const weigh = async (odd: number) => {
    const sampleWeights = Float64Array.from(labels, (label) => label === 1 ? odd : 1);
    const { model } = await fit(PLAIN, data, { ...QUICK, epochs: 30, sampleWeights });
    const predicted = await predict(model, data, { engine: "wasm" });
    return predicted.reduce((sum, value, row) => sum + labels[row]! * (value - 1) ** 2, 0);
  };
  const [light, heavy] = [await weigh(0.1), await weigh(10)];
  ok(heavy < 0.8 * light, `squared errors of ${light}, then ${heavy}`);
});

Deno.test("a sample of weight 0 is as if it were not there: for weights, gene effects and a panel", async () => {
  const kept = [...train.rows.keys()].filter((position) => position % 3 > 0);
  const sampleWeights = Float64Array.from(
    train.rows.keys(),
    (position) => position % 3 > 0 ? 1 : 0,
  );
  for (
    const [preset, options] of [["experiment2", { geneEffects: true }], ["waka3", {}]] as const
  ) {
    const all = { ...QUICK, ...options };
    const weighted = (await fit(preset, train, { ...all, sampleWeights })).model;
    const without = (await fit(preset, train.subset(kept), {
      ...all,
      sampleWeights: new Float64Array(kept.length).fill(1),
    })).model;
    const { sampleWeights: _, ...training } = weighted.training;
    const { sampleWeights: __, ...wanted } = without.training;
    deepStrictEqual({ ...weighted, training }, { ...without, training: wanted });
  }
});

Deno.test("weights follow their samples into views, members and folds", async () => {
  // The view is in another order than its columns.
  const view = train.subset([...train.rows.keys()].reverse().slice(0, 20));
  const sampleWeights = Float64Array.from({ length: 20 }, (_, i) => i % 5);
  const direct = (await fit("experiment2", view, { ...QUICK, sampleWeights })).model;
  const columns = new Float64Array(train.length);
  view.rows.forEach((row, position) => columns[row] = sampleWeights[position]!);
  const [many] = await fitMany("experiment2", [{ data: view }], {
    ...QUICK,
    sampleWeights: columns,
  });
  deepStrictEqual(many!.model, direct);
  const [member] = await fitEnsemble("experiment2", view, { ...QUICK, members: 1, sampleWeights });
  deepStrictEqual(member!.model, direct);
  const folds = await crossValidate("experiment2", train, {
    ...QUICK,
    folds: 2,
    scheme: "by-gene",
    sampleWeights: Float64Array.from(train.rows.keys(), (position) => position % 2),
  });
  for (const { result: { model } } of folds) ok(model.training.samples < train.length / 2);
});

Deno.test("impossible weights are refused", async () => {
  const weigh = (sampleWeights: ArrayLike<number>) =>
    fit("experiment2", train, { ...QUICK, sampleWeights });
  await rejects(weigh([1]), /found 1 weights, expected 30, one for each sample/);
  for (const bad of [-1, NaN, Infinity]) {
    const weights = new Float64Array(train.length).fill(1);
    weights[3] = bad;
    await rejects(
      weigh(weights),
      new RegExp(`the weight of sample 3 is ${bad}, expected a finite`),
    );
  }
  await rejects(weigh(new Float64Array(train.length)), ContractError);
  await rejects(
    fitMany("experiment2", [{ data: train.slice(0, 9) }], { ...QUICK, sampleWeights: [1] }),
    /expected 30, one for each sample of the columns/,
  );
});

Deno.test("a model says that its samples were weighed", async () => {
  const sampleWeights = Float64Array.from(train.rows.keys(), (position) => 1 + position % 2);
  const { model } = await fit("experiment2", train, { ...QUICK, sampleWeights });
  strictEqual(model.training.sampleWeights?.length, 64);
});
