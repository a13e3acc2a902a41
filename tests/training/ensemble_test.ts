import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { evaluatePredictions } from "../../src/data/evaluate.ts";
import { compareEnsemble, fitEnsemble, predictEnsemble } from "../../src/training/ensemble.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { simulatedData } from "../helpers/simulated.ts";

const QUICK = { epochs: 3, batchSize: 8, learningRate: 0.003, engine: "wasm" } as const;

Deno.test("a member is the model of its own seed", async () => {
  const { train } = simulatedData();
  const results = await fitEnsemble("experiment2", train, { ...QUICK, members: 3, seed: 7 });
  deepStrictEqual(results.map(({ model }) => model.training.seed), [7, 8, 9]);
  const alone = await fit("experiment2", train, { ...QUICK, seed: 8 });
  deepStrictEqual(results[1]!.model.weights, alone.model.weights);
});

Deno.test("an ensemble predicts the mean of its members", async () => {
  const { train, unseen } = simulatedData();
  const results = await fitEnsemble("experiment1", train, { ...QUICK, members: 3 });
  const models = results.map(({ model }) => model);
  const done: number[] = [];
  const { members, mean } = await predictEnsemble(models, unseen, {
    engine: "wasm",
    onProgress: ({ done: samples, total }) => done.push(samples / total),
  });
  strictEqual(done.at(-1), 1);
  for (const [i, model] of models.entries()) {
    deepStrictEqual(members[i], await predict(model, unseen, { engine: "wasm" }));
  }
  const expected = members[0]!.map((value, i) => (value + members[1]![i]! + members[2]![i]!) / 3);
  ok(mean.every((value, i) => Math.abs(value - expected[i]!) <= 1e-6 * Math.abs(expected[i]!)));
});

Deno.test("the gain is the improvement of the mean over its members' average", () => {
  const { unseen } = simulatedData();
  const truth = unseen.labels();
  const off = (by: number) => Float32Array.from(truth, (value, i) => value + (i % 2 ? by : -by));
  const mean = Float32Array.from(truth);
  const { members, ensemble, one, gain } = compareEnsemble(unseen, {
    members: [off(1), off(-1)],
    mean,
  });
  deepStrictEqual(ensemble, evaluatePredictions(unseen, mean).overall);
  ok(Math.abs(members[0]!.mse! - 1) < 1e-6 && Math.abs(one.mse! - 1) < 1e-6);
  ok(Math.abs(gain.mse! - 1) < 1e-6);
  ok(gain.pearson! > 0);
});

Deno.test("members without a correlation do not count towards its mean", () => {
  const { unseen } = simulatedData();
  const flat = new Float32Array(unseen.length);
  const { one, gain } = compareEnsemble(unseen, { members: [flat, flat], mean: flat });
  deepStrictEqual([one.pearson, gain.pearson, gain.mse], [null, null, 0]);
});

Deno.test("an ensemble of zero or half a model is refused", async () => {
  const { train } = simulatedData();
  await rejects(fitEnsemble("experiment1", train, { members: 0 }), RangeError);
  await rejects(fitEnsemble("experiment1", train, { members: 1.5 }), /members is 1.5/);
  await rejects(
    fitEnsemble("experiment1", train, { members: 1e9 }),
    /members is 1000000000, expected an integer from 1 to 10000/,
  );
  await rejects(predictEnsemble([], train), /0 models/);
});
