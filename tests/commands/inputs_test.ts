/** Runs know the files that they were made from, wherever these lie, and notice when they have changed. */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
const UNSEEN = ["--data", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];

const SPACE = {
  filters: [4],
  width: [3],
  dilation: [1],
  blocks: [{ pool: [5] }],
  convolutions: [1],
  dropout: { from: 0.1, to: 0.5, scale: "linear" },
  dense: [[]],
  learningRate: { from: 0.001, to: 0.01, scale: "log" },
};

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

/** Removes what a file of JSON keeps under a name, as in files of versions that did not keep it. */
async function forget(path: string, name: string): Promise<void> {
  const { [name]: _, ...rest } = await readJson(path);
  await Deno.writeTextFile(path, JSON.stringify(rest));
}

function simulate(directory: string, ...flags: string[]) {
  const size = ["--genes", "30", "--new-genes", "5"];
  return runTask("simulate", ...size, "--out", directory, ...flags);
}

Deno.test("config.json keeps path, size and SHA-256 of every file that a run reads", () =>
  withDirectory(async (directory) => {
    const spec = `${directory}/model.json`;
    const layers = [{ type: "flatten" }, { type: "dense", units: 1 }];
    const model = { name: "line", bins: 100, marks: 5, layers, loss: "meanSquaredError" };
    await Deno.writeTextFile(spec, JSON.stringify(model));
    const test = ["--test", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];
    const run = ["--spec", spec, "--epochs", "1", "--out", `${directory}/run`];
    const { code, stderr } = await runTask(
      "train",
      "--data",
      "fixtures/train.npz",
      ...test,
      ...run,
    );
    strictEqual(code, 0, stderr);
    const { inputs } = await readJson(`${directory}/run/config.json`);
    deepStrictEqual(Object.keys(inputs).sort(), ["data", "labels", "spec", "test"]);
    const bytes = await Deno.readFile("fixtures/train.npz");
    deepStrictEqual(inputs.data, {
      path: "fixtures/train.npz",
      absolutePath: await Deno.realPath("fixtures/train.npz"),
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    strictEqual(inputs.spec.bytes, (await Deno.stat(spec)).size);
  }));

for (const task of ["train", "crossval"]) {
  Deno.test(`${task} --resume refuses a file that is not the one it was started with`, () =>
    withDirectory(async (directory) => {
      const [data, run] = [`${directory}/train.npz`, `${directory}/run`];
      await Deno.copyFile("fixtures/train.npz", data);
      const args = ["--data", data, ...QUICK, "--epochs", "100", "--out", run];
      await kill(await startUntilCheckpoint(task, args, { directory: run }));
      await simulate(`${directory}/other`);
      await Deno.rename(data, `${data}.away`);
      await Deno.rename(`${directory}/other/train.npz`, data);
      const { code, stderr } = await runTask(task, "--resume", run);
      strictEqual(code, 1);
      match(
        stderr,
        /^error: Cannot resume \S+run: \S+train\.npz \(--data\) is not the file that the run/,
      );
      match(
        stderr,
        /found [\d,]+ bytes, SHA-256 \w{16}…, expected [\d,]+ bytes, SHA-256 .* Put that/,
      );
      await Deno.rename(`${data}.away`, data);
      // A run that was started by a version without digests may have other files.
      await forget(`${run}/checkpoints/command.json`, "inputs");
      const old = await runTask(task, "--resume", run);
      strictEqual(old.code, 0, old.stderr);
      match(old.stderr, /warning: .* kept no digests of its files, so it is unknown/);
    }));
}

Deno.test("search and experiments refuse other files as well", () =>
  withDirectory(async (directory) => {
    await simulate(directory, "--cell-types", "4");
    const data = `${directory}/train.npz`;
    const quick = ["--epochs", "1", "--folds", "2", "--engine", "wasm"];
    const space = `${directory}/space.json`;
    await Deno.writeTextFile(space, JSON.stringify(SPACE));
    const searched = `${directory}/search`;
    const files = ["--data", data, "--space", space, "--out", searched];
    const first = await runTask("search", ...files, "--trials", "1", ...quick);
    strictEqual(first.code, 0, first.stderr);
    await Deno.writeTextFile(space, JSON.stringify(SPACE, null, 2));
    const more = await runTask("search", "--resume", searched, "--trials", "2");
    strictEqual(more.code, 1);
    match(more.stderr, /space\.json \(--space\) is not the file that the run was started with/);
    const table = `${directory}/table`;
    const args = ["--data", data, "--epochs", "2000", "--folds", "2", "--engine", "wasm"];
    const only = ["--only", "experiment1", "--out", table];
    await kill(await startUntilCheckpoint("experiments", [...args, ...only], { directory: table }));
    await Deno.copyFile("fixtures/train.npz", data);
    const other = await runTask("experiments", "--resume", table);
    strictEqual(other.code, 1);
    match(other.stderr, /train\.npz \(--data\) is not the file that the run was started with/);
  }));

Deno.test("a report says that its training data have changed, and does not call other data training data", () =>
  withDirectory(async (directory) => {
    const [data, run] = [`${directory}/train.npz`, `${directory}/run`];
    await Deno.copyFile("fixtures/train.npz", data);
    await runTask("train", "--data", data, ...QUICK, "--out", run);
    const report = async (...flags: string[]) => {
      const { code, stderr } = await runTask("report", run, ...flags);
      strictEqual(code, 0, stderr);
      return { stderr, page: await Deno.readTextFile(`${run}/report.html`) };
    };
    await simulate(`${directory}/other`);
    await Deno.copyFile(`${directory}/other/train.npz`, data);
    const changed = await report();
    doesNotMatch(changed.page, /the training data|id="predictions"/);
    const reason =
      /train\.npz is no longer the file that was trained on: found [\d,]+ bytes, SHA-256/;
    match(changed.page, reason);
    match(changed.stderr, reason);
    const labels = ["--labels", "fixtures/eval_labels.csv"];
    const tested = await report("--test", "fixtures/eval.npz", ...labels);
    match(tested.page, /On the test data/);
    match(tested.page, /so the report has no errors by regime\./);
    doesNotMatch(tested.page, /id="by-regime"/);

    await forget(`${run}/config.json`, "inputs");
    const old = await report();
    match(old.page, /it is unknown whether \S+train\.npz is still the file that was trained on/);
    match(old.page, /On \S+train\.npz, named as the training data\./);
  }));

Deno.test("a run that was moved with its data finds them, and they are the same", () =>
  withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/before`);
    await Deno.copyFile("fixtures/train.npz", `${directory}/before/train.npz`);
    const place = { env: { INIT_CWD: `${directory}/before` } };
    const args = ["--data", "train.npz", ...QUICK, "--out", "run"];
    strictEqual((await endOf(taskCommand("train", args, place))).code, 0);
    await Deno.rename(`${directory}/before`, `${directory}/after`);
    const there = { env: { INIT_CWD: `${directory}/after` } };
    const { code, stderr } = await endOf(taskCommand("report", ["run"], there));
    strictEqual(code, 0, stderr);
    match(await Deno.readTextFile(`${directory}/after/run/report.html`), /On the training data\./);
  }));

Deno.test("evaluate --train warns of data that the model was not trained on, or may not have been", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await runTask("train", "--data", "fixtures/train.npz", ...QUICK, "--out", run);
    const evaluate = async (model: string, train: string) => {
      const out = ["--out", `${directory}/metrics.json`, "--overwrite"];
      const args = ["--model", model, ...UNSEEN, "--train", train, ...out];
      const { code, stderr } = await runTask("evaluate", ...args);
      strictEqual(code, 0, stderr);
      return stderr;
    };
    await Deno.copyFile("fixtures/train.npz", `${directory}/moved.npz`);
    strictEqual(await evaluate(`${run}/model`, `${directory}/moved.npz`), "");
    const { inputs } = await readJson(`${directory}/metrics.json`);
    deepStrictEqual(Object.keys(inputs), ["model", "data", "labels", "train"]);

    await simulate(`${directory}/other`);
    const other = `${directory}/other/train.npz`;
    match(
      await evaluate(run, other),
      /^warning: \S+other\/train\.npz is not the file that the model was trained/,
    );
    await Deno.rename(`${run}/model`, `${directory}/model`);
    match(
      await evaluate(`${directory}/model`, "fixtures/train.npz"),
      /it is unknown whether .* no config/,
    );
  }));

Deno.test("evaluate --train refuses data that were trained on before it predicts and prints anything", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await runTask("train", "--data", "fixtures/train.npz", ...QUICK, "--out", run);
    const data = ["--data", "fixtures/train.npz", "--train", "fixtures/train.npz"];
    const out = `${directory}/metrics.json`;
    const { code, stdout, stderr } = await runTask(
      "evaluate",
      "--model",
      run,
      ...data,
      "--out",
      out,
    );
    strictEqual(code, 1);
    // Lines about the data precede what is computed.
    deepStrictEqual(
      stdout.split("\n").filter((line) => line !== "" && !line.startsWith("Data: ")),
      [],
    );
    match(stderr, /^error: Cannot evaluate by regime: \d+ of \d+ test samples were trained on/);
    strictEqual(filesIn(directory).includes("metrics.json"), false);
  }));

Deno.test("the same samples in another file are the data that the model was trained on", () =>
  withDirectory(async (directory) => {
    await simulate(`${directory}/stored`);
    await simulate(`${directory}/deflated`, "--compress");
    const [stored, deflated] = [`${directory}/stored/train.npz`, `${directory}/deflated/train.npz`];
    strictEqual((await Deno.stat(stored)).size > (await Deno.stat(deflated)).size, true);
    await runTask("train", "--data", stored, ...QUICK, "--out", `${directory}/run`);
    const model = ["--model", `${directory}/run`, "--train", deflated];
    const unseen = ["eval.npz", "eval_labels.csv"].map((name) => `${directory}/stored/${name}`);
    const data = ["--data", unseen[0]!, "--labels", unseen[1]!];
    const out = ["--out", `${directory}/metrics.json`];
    const { code, stderr } = await runTask("evaluate", ...model, ...data, ...out);
    strictEqual(code, 0);
    strictEqual(stderr, "");
  }));
