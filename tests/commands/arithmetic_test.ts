/** Runs on a processor without fused multiply-add, which V8 is told to imagine. */

import { deepStrictEqual, match, notDeepStrictEqual, strictEqual } from "node:assert";
import { fusesMultiplyAdd } from "../../src/engine/wasm/arithmetic.ts";
import { loadModel } from "../../src/model/save_load.ts";
import { endOf, taskCommand, withDirectory } from "../helpers/command.ts";
import { checkpointsIn } from "./_resume.ts";

/** Where the processor has none itself, there is nothing to tell apart. */
const ignore = !fusesMultiplyAdd();
const FUSED = "wasm, fused multiply-add";
const NOT_FUSED = "wasm, no fused multiply-add";
const DATA = ["--data", "fixtures/train.npz", "--engine", "wasm", "--threads", "1"];
const TRAIN = ["--preset", "experiment2", ...DATA];

async function run(task: string, args: readonly string[], noFusing = false) {
  return await endOf(taskCommand(task, args, { noFusing }));
}

// deno-lint-ignore no-explicit-any
async function readJson(path: string): Promise<any> {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test({
  ignore,
  name: "the engine line and config.json tell whether multiply-add is fused, and weights differ",
  async fn() {
    await withDirectory(async (directory) => {
      const weights = [];
      for (const noFusing of [false, true]) {
        const out = `${directory}/${noFusing}`;
        const args = [...TRAIN, "--epochs", "2", "--out", out];
        const { stdout, stderr, code } = await run("train", args, noFusing);
        strictEqual(code, 0, stderr);
        match(stdout, noFusing ? /SIMD without fused mult/ : /SIMD with fused mult/);
        const { arithmetic } = await readJson(`${out}/config.json`);
        deepStrictEqual(arithmetic, [noFusing ? NOT_FUSED : FUSED]);
        const model = await loadModel(`${out}/model`);
        deepStrictEqual(model.training.arithmetic, arithmetic);
        weights.push(model.weights);
      }
      notDeepStrictEqual(weights[0], weights[1]);
    });
  },
});

Deno.test({
  ignore,
  name: "a run resumes with another arithmetic only on request, and records it",
  async fn() {
    await withDirectory(async (directory) => {
      const out = `${directory}/run`;
      const args = [...TRAIN, "--epochs", "100", "--out", out];
      const child = taskCommand("train", args, { noFusing: true, stdout: "null", stderr: "null" })
        .spawn();
      while (checkpointsIn(out).length === 0) await new Promise((next) => setTimeout(next, 5));
      child.kill("SIGKILL");
      await child.status;
      const refused = await run("train", ["--resume", out]);
      strictEqual(refused.code, 1);
      match(
        refused.stderr,
        /^error: Cannot resume: .*no fused multiply-add.*--other-arithmetic\)\n$/,
      );
      const told = await run("train", ["--resume", out, "--other-arithmetic"]);
      strictEqual(told.code, 0, told.stderr);
      deepStrictEqual((await readJson(`${out}/config.json`)).arithmetic, [NOT_FUSED, FUSED]);
      const { training } = await loadModel(`${out}/model`);
      deepStrictEqual(training.arithmetic, [NOT_FUSED, FUSED]);
    });
  },
});

Deno.test({
  ignore,
  name: "one table of experiments, and one ranking, has one arithmetic, or says that it has two",
  async fn() {
    await withDirectory(async (directory) => {
      const out = `${directory}/experiments`;
      const args = (only: string) => [...DATA, "--epochs", "1", "--only", only, "--out", out];
      strictEqual((await run("experiments", args("experiment1"), true)).code, 0);
      const refused = await run("experiments", args("experiment2"));
      strictEqual(refused.code, 1);
      match(refused.stderr, /experiments were computed with other arithmetic \(wasm, no fused/);
      const told = await run("experiments", [...args("experiment2"), "--other-arithmetic"]);
      strictEqual(told.code, 0, told.stderr);
      match(told.stderr, /^warning: the experiments on engine wasm were computed with 2 kinds/m);
      deepStrictEqual((await readJson(`${out}/config.json`)).arithmetic, [FUSED, NOT_FUSED]);

      const search = `${directory}/search`;
      const started = [...DATA, "--folds", "2", "--epochs", "1", "--trials", "4", "--out", search];
      strictEqual((await run("search", started, true)).code, 0);
      const more = ["--resume", search, "--trials", "6"];
      const stopped = await run("search", more);
      strictEqual(stopped.code, 1);
      match(stopped.stderr, /its trials were computed with other arithmetic/);
      const ranked = await run("search", [...more, "--other-arithmetic"]);
      strictEqual(ranked.code, 0, ranked.stderr);
      match(ranked.stderr, /^warning: the trials ranked here were computed with 2 kinds/m);
    });
  },
});
