/** `--window` of the commands that train. */

import { match, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";

async function succeed(task: string, ...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(task, "--data", "fixtures/train.npz", ...flags);
  strictEqual(code, 0, stderr);
  return stdout + stderr;
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--batch-size", "20"];
const SHUFFLING = /Shuffling windows of 40 of [\d,]+ samples\n/;

Deno.test("train says the window, in whole batches, and keeps it in its configuration and the model", () =>
  withDirectory(async (directory) => {
    const [plain, windowed] = [`${directory}/plain`, `${directory}/windowed`];
    const said = await succeed("train", ...QUICK, "--out", plain);
    ok(!said.includes("Shuffling"), said);
    match(await succeed("train", ...QUICK, "--window", "33", "--out", windowed), SHUFFLING);
    strictEqual((await readJson(`${windowed}/config.json`)).window, 40);
    strictEqual((await readJson(`${plain}/config.json`)).window, undefined);
    const path = "model/model.json";
    const { training } = (await readJson(`${windowed}/${path}`)).userDefinedMetadata.histone;
    strictEqual(training.window, 40);
    const [a, b] = await Promise.all(
      [plain, windowed].map((run) => Deno.readFile(`${run}/model/weights.bin`)),
    );
    notDeepStrictEqual(a, b);
  }));

Deno.test("crossval, forecast, experiments and search take a window", () =>
  withDirectory(async (directory) => {
    const few = ["--window", "33", "--out"];
    const folds = ["--folds", "2"];
    match(
      await succeed("crossval", ...QUICK, ...folds, ...few, `${directory}/crossval`),
      SHUFFLING,
    );
    strictEqual((await readJson(`${directory}/crossval/config.json`)).window, 40);
    match(await succeed("forecast", ...QUICK, ...few, `${directory}/forecast`), SHUFFLING);
    const one = ["--only", "experiment1", "--epochs", "1"];
    const said = await succeed("experiments", ...one, ...few, `${directory}/experiments`);
    match(said, /Shuffling windows of \d+ of/);
    const found = await runTask("search", "--window", "0", "--out", `${directory}/none`);
    match(found.stderr, /--window/);
    const search = ["--trials", "1", "--epochs", "1", ...folds];
    await succeed("search", ...search, ...few, `${directory}/search`);
    strictEqual((await readJson(`${directory}/search/search.json`)).search.window, 33);
  }));
