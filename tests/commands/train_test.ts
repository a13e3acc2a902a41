/** What `train` and `crossval` have beside the main job: ensembles, the user's own models, TensorBoard. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { loadModels } from "../../src/runs/models.ts";
import { evaluatePredictions } from "../../src/data/evaluate.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { readPredictions } from "../../src/io/submission.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { predict } from "../../src/training/predict.ts";
import { readEvents } from "../helpers/events.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const DATA = ["--data", "fixtures/train.npz", "--engine", "wasm"];
const QUICK = [...DATA, "--preset", "experiment1", "--epochs", "2"];
const UNSEEN = ["--test", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

async function succeed(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(command, ...args);
  strictEqual(code, 0, `${command}: ${stderr}`);
  return stdout;
}

async function refuse(message: RegExp, command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runTask(command, ...args);
  strictEqual(code, 1, stderr);
  match(stderr, /^error: .*\n$/);
  match(stderr, message);
}

Deno.test("an ensemble is written, measured against one of its members, and predicts their mean", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const printed = await succeed("train", ...QUICK, "--ensemble", "2", ...UNSEEN, "--out", run);
    match(printed, /member 2 {2}epoch +2 {2}loss/);
    match(printed, /Members, on the test data:\n(.*\n)*.*averaged prediction: .* gain /);
    const model = (number: number) =>
      ["model.json", "weights.bin"].map((file) => `models/${number}/${file}`);
    const files = ["config.json", "ensemble.json", "members.csv", "metrics.json"];
    deepStrictEqual(filesIn(run), [...files, ...model(1), ...model(2)]);
    strictEqual((await readJson(`${run}/config.json`)).ensemble, 2);
    const rows = (await Deno.readTextFile(`${run}/members.csv`)).trim().split("\n");
    strictEqual(rows[0], "member,epoch,loss,learning_rate,seconds,samples_per_second");
    deepStrictEqual(rows.slice(1).map((row) => row.slice(0, 3)), ["1,1", "1,2", "2,1", "2,2"]);

    const { test, ensemble } = await readJson(`${run}/metrics.json`);
    const { members, one, gain } = ensemble;
    deepStrictEqual(ensemble.ensemble, test);
    ok(Math.abs(one.mse - (members[0].mse + members[1].mse) / 2) < 1e-9);
    ok(Math.abs(gain.mse - (one.mse - test.mse)) < 1e-9 && gain.mse >= 0);

    const submit = async (model: string) => {
      const out = `${directory}/submission.csv`;
      const flags = ["--data", "fixtures/eval.npz", "--out", out, "--overwrite"];
      await succeed("submit", "--model", model, ...flags);
      return (await readPredictions(out)).values;
    };
    const mean = await submit(run);
    const [first, second] = [await submit(`${run}/models/1`), await submit(`${run}/models/2`)];
    for (const [i, value] of mean.entries()) {
      const one = first[i] ?? NaN;
      ok(Math.abs(value - (one + second[i]!) / 2) < 1e-4 * Math.max(1, Math.abs(one)));
    }
  });
});

Deno.test("the training metrics of a model with gene effects do not use samples' own labels", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await succeed("train", ...QUICK, "--gene-effects", "--out", run);
    const { mse } = await readJson(`${run}/metrics.json`);
    const data = await readDataset("fixtures/train.npz");
    const model = (await loadModels(run))[0]!;
    const mseOf = async (geneEffects: boolean | "leave-one-out") => {
      const predicted = await predict(model, data, {
        engine: "wasm",
        path: "grouped",
        geneEffects,
      });
      return evaluatePredictions(data, predicted).overall.mse!;
    };
    strictEqual(mse, await mseOf("leave-one-out"));
    ok(await mseOf(true) < 0.95 * mse, "a leak would not show");
  });
});

Deno.test("an ensemble that replaces a model, and a model that replaces an ensemble, leave no other model", async () => {
  await withDirectory(async (directory) => {
    const args = [...QUICK, "--out", directory, "--overwrite"];
    await succeed("train", ...args);
    const ensemble = await succeed("train", ...args, "--ensemble", "2");
    match(
      ensemble,
      /Members, on the training data \(for the gain on other data, name them with --test\)/,
    );
    deepStrictEqual(filesIn(directory).filter((name) => /^model\/|history/.test(name)), []);
    await succeed("train", ...args);
    const files = filesIn(directory);
    ok(files.includes("model/model.json") && files.includes("history.csv"));
    ok(!files.includes("ensemble.json") && !files.includes("members.csv"));
  });
});

Deno.test("a damaged list of an ensemble's members is refused", async () => {
  await withDirectory(async (directory) => {
    const evaluate = ["--model", directory, "--data", "fixtures/eval.npz"];
    for (const text of ['{"members": ["../../else"]}', '{"members": []}', "[]", "{"]) {
      await Deno.writeTextFile(`${directory}/ensemble.json`, text);
      await refuse(/Cannot load ensemble: .*ensemble\.json/, "submit", ...evaluate);
    }
  });
});

Deno.test("a user's own model is trained with the settings in its file, and recorded", async () => {
  await withDirectory(async (directory) => {
    const spec = { ...presetSpec("experiment2"), name: "my model/2" };
    const file = `${directory}/best.json`;
    const training = { learningRate: 0.004, batchSize: 50, epochs: 1 };
    await Deno.writeTextFile(
      file,
      JSON.stringify({ spec, training, transform: "log1p", score: 3 }),
    );
    const run = `${directory}/run`;
    await succeed("train", ...DATA, "--spec", file, "--batch-size", "60", "--out", run);
    const { preset, spec: recorded, epochs, batchSize, learningRate, transform } = await readJson(
      `${run}/config.json`,
    );
    deepStrictEqual({ preset, recorded, epochs, batchSize, learningRate, transform }, {
      preset: "my model/2",
      recorded: spec,
      epochs: 1,
      batchSize: 60,
      learningRate: 0.004,
      transform: "log1p",
    });
    strictEqual(
      (await readJson(`${run}/model/model.json`)).userDefinedMetadata.histone.spec.name,
      spec.name,
    );
    await succeed("report", run, "--engine", "wasm");

    await Deno.writeTextFile(file, JSON.stringify(spec));
    const cv = `${directory}/crossval`;
    const quick = ["--epochs", "1", "--folds", "2", "--out", cv];
    await succeed("crossval", ...DATA, "--spec", file, ...quick);
    strictEqual((await readJson(`${cv}/config.json`)).batchSize, 250);
  });
});

Deno.test("a file that holds no model is refused", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/spec.json`;
    const spec = presetSpec("experiment1");
    const cases: [unknown, RegExp][] = [
      [{ ...spec, bins: 0 }, /bins is 0, .*spec\.json/],
      [{ spec, training: { epochs: "2" } }, /training\.epochs is "2", expected a number/],
      [{ spec, transform: "log2" }, /transform is "log2", expected one of none/],
      [presetSpec("experiment1", { bins: 50 }), /100 bins × 5 marks, the model takes 50 × 5/],
    ];
    const train = ["train", ...DATA, "--spec", file, "--out", `${directory}/run`] as const;
    for (const [content, message] of cases) {
      await Deno.writeTextFile(file, JSON.stringify(content));
      await refuse(message, ...train);
    }
    await Deno.writeTextFile(file, "{");
    await refuse(/Cannot read model: .*spec\.json/, ...train);
    const none = ["--spec", `${directory}/none.json`];
    await refuse(/Cannot open .*none\.json: it does not exist/, "train", ...DATA, ...none);
  });
});

Deno.test("TensorBoard gets each epoch's loss, and a separate run for each fold and member", async () => {
  await withDirectory(async (directory) => {
    const events = `${directory}/events`;
    const args = [...QUICK, "--tensorboard", events, "--overwrite"];
    await succeed("train", ...args, ...UNSEEN, "--out", `${directory}/run`);
    const [file = ""] = filesIn(events);
    match(file, /^events\.out\.tfevents\.\d{10}\.histone-[0-9a-f]{12}$/);
    const history = await Deno.readTextFile(`${directory}/run/history.csv`);
    const losses = history.trim().split("\n").slice(1).map((row) =>
      Math.fround(Number(row.split(",")[1]))
    );
    const { pearson } = await readJson(`${directory}/run/metrics.json`);
    const scalars = readEvents(await Deno.readFile(`${events}/${file}`));
    deepStrictEqual(scalars.get("loss/train"), losses.map((loss, i) => [i + 1, loss]));
    deepStrictEqual(scalars.get("learning_rate")![0], [1, Math.fround(0.01)]);
    deepStrictEqual(scalars.get("pearson/train"), [[2, Math.fround(pearson)]]);
    ok(scalars.has("samples_per_second") && scalars.has("mse/test"));

    await succeed("crossval", ...args, "--folds", "2", "--out", `${directory}/crossval`);
    const folds = filesIn(events);
    deepStrictEqual(folds.map((name) => name.split("/")[0]), ["fold1", "fold2"]);
    const fold = readEvents(await Deno.readFile(`${events}/${folds[1]}`));
    deepStrictEqual(fold.get("loss/validation")!.map(([step]) => step), [1, 2]);
    strictEqual(fold.get("pearson/validation")!.length, 1);
  });
});

Deno.test("event files are added to those of another run only on request", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/fold1`);
    await Deno.writeTextFile(`${directory}/fold1/events.out.tfevents.1700000000.host`, "");
    const args = [...QUICK, "--tensorboard", directory, "--out", `${directory}/run`];
    await refuse(/already holds event files, such as .*fold1.*--overwrite/, "train", ...args);
  });
});
