import { signalShape } from "../../src/model/inputs.ts";
import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { geneNumber } from "../../src/gene_id.ts";
import { evaluatePredictions } from "../../src/data/evaluate.ts";
import { type PresetName, PRESETS } from "../../src/model/presets.ts";
import type { FitCheckpoint } from "../../src/training/fit_types.ts";
import {
  type ExperimentResult,
  EXPERIMENTS,
  planExperiments,
  runExperiment,
  summariseExperiment,
} from "../../src/training/experiments.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train, unseen: test } = simulatedData();
const DATA = { train, test };
const QUICK = { epochs: 2, learningRate: 0.003 };

Deno.test("every experiment is a preset", () => {
  deepStrictEqual(EXPERIMENTS.filter((name) => !Object.hasOwn(PRESETS, name)), []);
  strictEqual(EXPERIMENTS.length, 12);
});

Deno.test("a plan has the preset's settings unless others are given", async () => {
  const [plan] = await planExperiments(["experiment7"], DATA, { epochs: 3 });
  const { epochs, batchSize, learningRate, seed, transform, spec } = plan!;
  deepStrictEqual({
    epochs,
    batchSize,
    learningRate,
    seed,
    transform,
    bins: signalShape(spec)?.bins,
  }, {
    epochs: 3,
    batchSize: 250,
    learningRate: 0.01,
    seed: 0,
    transform: "none",
    bins: 20,
  });
  await rejects(planExperiments(["experiment9" as PresetName], DATA), /did you mean/);
});

Deno.test("a digest depends on model, settings and data, and on nothing else", async () => {
  const digest = async (...args: Parameters<typeof planExperiments>) =>
    (await planExperiments(...args))[0]!.digest;
  const first = await digest(["experiment1"], DATA, QUICK);
  strictEqual(await digest(["experiment1"], { ...DATA }, { ...QUICK, seed: 0 }), first);
  const others = [
    await digest(["experiment2"], DATA, QUICK),
    await digest(["experiment1"], DATA, { ...QUICK, epochs: 3 }),
    await digest(["experiment1"], DATA, { ...QUICK, seed: 1 }),
    await digest(["experiment1"], DATA, { ...QUICK, transform: "log1p" }),
    await digest(["experiment1"], { train: train.slice(0, 20), test }, QUICK),
    await digest(["experiment1"], { train, test: test.slice(0, 20) }, QUICK),
  ];
  for (const other of others) notStrictEqual(other, first);
});

Deno.test("an experiment gives the results of fit and predict with its plan", async () => {
  const [plan] = await planExperiments(["experiment1"], DATA, { ...QUICK, seed: 3 });
  const result = (await runExperiment(plan!, DATA, { engine: "wasm" }))!;
  const { model } = await fit("experiment1", train, {
    ...QUICK,
    batchSize: 100,
    seed: 3,
    engine: "wasm",
  });
  const predicted = await predict(model, test, { engine: "wasm", path: "grouped" });
  const { overall } = evaluatePredictions(test, predicted);
  const row = summariseExperiment(result);
  strictEqual(row.testMse, overall.mse);
  strictEqual(row.testPearson, overall.pearson);
  deepStrictEqual([row.name, row.engine, row.epochs, row.testAuroc], [
    "experiment1",
    "wasm",
    2,
    null,
  ]);
  strictEqual(row.parameters, (5 * 4 + 1) * 8 + 20 * 8 + 1);
  deepStrictEqual(JSON.parse(JSON.stringify(result)).test, result.test);
});

/** The same samples with a level of its own for each gene, so that genes have effects. */
function withGeneLevels(data: Dataset): Dataset {
  const { columns } = data;
  const levels = columns.genes.map((gene) => 4 * (geneNumber(gene) % 7));
  const labels = columns.labels!.map((label, row) => label + levels[columns.geneIndex[row]!]!);
  return new Dataset({ ...columns, labels }, data.rows);
}

Deno.test("the training score of an experiment with gene effects does not use samples' own labels", async () => {
  const [train, test] = [DATA.train, DATA.test].map(withGeneLevels) as [Dataset, Dataset];
  const data = { train, test };
  const [given] = await planExperiments(["experiment1"], data, QUICK);
  const plan = { ...given!, geneEffects: true };
  const result = (await runExperiment(plan, data, { engine: "wasm" }))!;
  const { model } = await fit("experiment1", train, {
    ...QUICK,
    batchSize: 100,
    engine: "wasm",
    geneEffects: true,
  });
  ok(model.geneEffects!.effects.some((effect) => effect !== 0), "no effects to leak through");
  const mseOf = async (data: Dataset, geneEffects: boolean | "leave-one-out") => {
    const predicted = await predict(model, data, { engine: "wasm", path: "grouped", geneEffects });
    return evaluatePredictions(data, predicted).overall.mse!;
  };
  strictEqual(result.train!.mse, await mseOf(train, "leave-one-out"));
  ok(await mseOf(train, true) < 0.95 * result.train!.mse!, "a leak would not show");
  strictEqual(result.test!.mse, await mseOf(test, true));
});

Deno.test("DeepChrome learns classes and is measured by the mean AUROC of the cell types", async () => {
  const [plan] = await planExperiments(["deepchrome"], DATA, { epochs: 1, transform: "log1p" });
  const row = summariseExperiment((await runExperiment(plan!, DATA, { engine: "wasm" }))!);
  deepStrictEqual([row.trainMse, row.testMse, row.pearson, row.testPearson], [
    null,
    null,
    null,
    null,
  ]);
  ok(row.trainAuroc! > 0.5 && row.trainAuroc! <= 1);
  ok(row.testAuroc! >= 0 && row.testAuroc! <= 1);
});

Deno.test("an experiment that diverges ends with the reason and without scores", async () => {
  const extreme = new Dataset({
    ...train.columns,
    labels: train.columns.labels!.map(() => 1e300),
  });
  const data = { train: extreme, test };
  const [plan] = await planExperiments(["experiment1"], data, QUICK);
  const result = (await runExperiment(plan!, data, { engine: "wasm" }))!;
  match(result.diverged!, /loss/);
  deepStrictEqual([result.train, result.test, result.engine], [null, null, "wasm"]);
  strictEqual(summariseExperiment(result).testMse, null);
});

Deno.test("an experiment that is resumed from a checkpoint has the results and history of one that was not stopped", async () => {
  for (const labels of [train.columns.labels!, train.columns.labels!.map(() => 1e300)]) {
    const data = { train: new Dataset({ ...train.columns, labels }), test };
    const [plan] = await planExperiments(["experiment1"], data, QUICK);
    const checkpoints: FitCheckpoint[] = [];
    const save = (checkpoint: FitCheckpoint) =>
      Promise.resolve(void checkpoints.push(structuredClone(checkpoint)));
    const options = { engine: "wasm", checkpoint: { save } } as const;
    const whole = (await runExperiment(plan!, data, options))!;
    const [resume] = checkpoints;
    const epochs: number[] = [];
    const resumed = (await runExperiment(plan!, data, {
      engine: "wasm",
      resume,
      onEpoch: ({ epoch }) => epochs.push(epoch),
    }))!;
    const outcome = ({ train, test, diverged, engine, device, history }: ExperimentResult) => {
      const losses = history.map(({ epoch, loss }) => [epoch, loss]);
      return { train, test, diverged, engine, device, losses };
    };
    deepStrictEqual(outcome(resumed), outcome(whole));
    const isDiverged = whole.diverged !== undefined;
    deepStrictEqual(epochs, isDiverged ? [] : [2]);
    if (!isDiverged) strictEqual(resumed.history[0]!.seconds, whole.history[0]!.seconds);
  }
});

Deno.test("a stopped experiment has no result", async () => {
  const [plan] = await planExperiments(["experiment1"], DATA, QUICK);
  const stopped = await runExperiment(plan!, DATA, { engine: "wasm", stop: AbortSignal.abort() });
  strictEqual(stopped, undefined);
});
