/** The main job as commands, from data to a submission. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { readPredictions } from "../../src/io/submission.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "2"];
const RUN_FILES = [
  "config.json",
  "history.csv",
  "metrics.json",
  "model/model.json",
  "model/weights.bin",
];

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test("simulate, train, submit and evaluate process a full layout of 50 + 6 cell types", async () => {
  await withDirectory(async (directory) => {
    const data = `${directory}/data`;
    const sizes = ["--cell-types", "50", "--genes", "3", "--new-cell-types", "6"];
    const simulated = await runTask("simulate", "--out", data, ...sizes, "--new-genes", "2");
    strictEqual(simulated.code, 0, simulated.stderr);
    match(simulated.stdout, /train, from the marks alone: MSE \d/);
    const files = ["eval.npz", "eval_labels.csv", "train.npz", "truth.json"];
    deepStrictEqual(filesIn(data), files);

    const run = `${directory}/run`;
    const trained = await runTask("train", "--data", `${data}/train.npz`, "--out", run, ...QUICK);
    strictEqual(trained.code, 0, trained.stderr);
    deepStrictEqual(filesIn(run), RUN_FILES);

    const submission = `${directory}/submission.csv`;
    const model = `${run}/model`;
    const common = ["--model", model, "--data", `${data}/eval.npz`];
    const submitted = await runTask("submit", ...common, "--out", submission);
    strictEqual(submitted.code, 0, submitted.stderr);
    const predicted = await readPredictions(submission);
    const labels = await readPredictions(`${data}/eval_labels.csv`);
    // 50 cell types with 2 new genes, 6 new ones with all 5.
    strictEqual(predicted.ids.length, 50 * 2 + 6 * 5);
    deepStrictEqual(predicted.ids, labels.ids);
    const cellTypes = [...new Set(predicted.ids.map((id) => id.split("_")[0]))];
    strictEqual(cellTypes.length, 56);
    deepStrictEqual([cellTypes[0], cellTypes[55]], ["E065", "E050"]);

    const metrics = `${directory}/metrics.json`;
    const labelled = ["--labels", `${data}/eval_labels.csv`, "--out", metrics];
    const evaluated = await runTask("evaluate", ...common, ...labelled);
    strictEqual(evaluated.code, 0, evaluated.stderr);
    const { mse, byCellType, samples } = await readJson(metrics);
    const squares = predicted.values.map((value, i) => (value - labels.values[i]!) ** 2);
    ok(Math.abs(mse - squares.reduce((sum, square) => sum + square) / samples) < 1e-5 * mse);
    strictEqual(byCellType.length, 56);
  });
});

Deno.test("train writes its settings, one line for each epoch, and the metrics", async () => {
  await withDirectory(async (directory) => {
    const flags = ["--data", "fixtures/train.npz", "--out", directory, "--transform", "log1p"];
    const settings = ["--batch-size", "32", "--learning-rate", "0.003", "--seed", "9"];
    const more = [...settings, "--engine", "tfjs-cpu"];
    const { code, stdout, stderr } = await runTask("train", ...flags, ...more, ...QUICK);
    strictEqual(code, 0, stderr);
    strictEqual(stderr, "", "a progress bar was drawn though this is no terminal");
    match(stdout, /epoch +2 +loss \d+\.\d{4} +[\d.]+ samples\/s/);
    match(stdout, /Next: deno task submit/);

    const config = await readJson(`${directory}/config.json`);
    const { preset, epochs, batchSize, learningRate, transform, seed, engine } = config;
    deepStrictEqual(
      { preset, epochs, batchSize, learningRate, transform, seed, engine },
      {
        preset: "experiment1",
        epochs: 2,
        batchSize: 32,
        learningRate: 0.003,
        transform: "log1p",
        seed: 9,
        engine: "tfjs-cpu",
      },
    );
    strictEqual(config.dataRecord.assembly, "hg19");
    ok(config.versions.histone && config.versions.deno && config.versions.tfjs);

    const [header, ...lines] = (await Deno.readTextFile(`${directory}/history.csv`)).trim().split(
      "\n",
    );
    strictEqual(header, "epoch,loss,learning_rate,seconds,samples_per_second");
    deepStrictEqual(lines.map((line) => line.split(",")[0]), ["1", "2"]);
    ok(lines.every((line) => line.split(",").every((value) => Number(value) > 0)));
    const metrics = await readJson(`${directory}/metrics.json`);
    const { predictionArithmetic, ...scores } = metrics;
    strictEqual(predictionArithmetic, "tfjs-cpu");
    const names = ["engine", "mse", "pearson", "r2", "samples", "samplesPerSecond", "spearman"];
    deepStrictEqual(Object.keys(scores).sort(), names);
    const saved = await readJson(`${directory}/model/model.json`);
    strictEqual(saved.userDefinedMetadata.histone.record.transform, "log1p");
  });
});

Deno.test("crossval writes a line for each fold and epoch", async () => {
  await withDirectory(async (directory) => {
    const scheme = ["--folds", "2", "--scheme", "by-both"];
    const flags = ["--data", "fixtures/train.npz", "--out", directory, ...scheme, ...QUICK];
    const { code, stdout, stderr } = await runTask("crossval", ...flags);
    strictEqual(code, 0, stderr);
    match(stdout, /Fold 2 of 2: 150 samples to train on, 150 to validate on/);
    const text = await Deno.readTextFile(`${directory}/folds.csv`);
    const [header, ...lines] = text.trim().split("\n");
    strictEqual(header, "fold,epoch,train_loss,validation_loss");
    const places = lines.map((line) => line.split(",").slice(0, 2).join());
    deepStrictEqual(places, ["1,1", "1,2", "2,1", "2,2"]);
    ok(lines.every((line) => line.split(",").every((value) => Number(value) > 0)));
    strictEqual((await readJson(`${directory}/metrics.json`)).folds.length, 2);
  });
});

testWith(
  "shared",
  "train takes a real DeepChrome file, and evaluate one it has not seen",
  async () => {
    await withDirectory(async (directory) => {
      const csv = (name: string) => sharedFile(`data/deepchrome_toy/${name}.csv`).pathname;
      const run = `${directory}/run`;
      const training = ["--data", csv("train"), "--out", run];
      const trained = await runTask(
        "train",
        ...training,
        "--preset",
        "deepchrome",
        "--epochs",
        "1",
      );
      strictEqual(trained.code, 0, trained.stderr);
      ok("auroc" in await readJson(`${run}/metrics.json`));
      const out = ["--out", `${directory}/metrics.json`];
      const evaluation = ["--model", `${run}/model`, "--data", csv("valid"), ...out];
      const evaluated = await runTask("evaluate", ...evaluation);
      strictEqual(evaluated.code, 0, evaluated.stderr);
      strictEqual((await readJson(`${directory}/metrics.json`)).samples, 10);
    });
  },
);

Deno.test("the command in the fixtures' README writes the same files", async () => {
  const readme = await Deno.readTextFile("fixtures/README.md");
  const command = /deno task simulate ([^`]*)/.exec(readme)![1]!.split(" ");
  await withDirectory(async (directory) => {
    const args = command.map((word) => word === "fixtures" ? directory : word);
    const { code, stderr } = await runTask("simulate", ...args);
    strictEqual(code, 0, stderr);
    for (const name of ["truth.json", "eval_labels.csv"]) {
      const [made, kept] = [`${directory}/${name}`, `fixtures/${name}`];
      strictEqual(await Deno.readTextFile(made), await Deno.readTextFile(kept), name);
    }
    for (const name of ["train.npz", "eval.npz"]) {
      const made = await readDataset(`${directory}/${name}`);
      deepStrictEqual(made.columns, (await readDataset(`fixtures/${name}`)).columns);
    }
  });
});
