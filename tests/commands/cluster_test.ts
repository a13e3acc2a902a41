/** The commands `plan`, `work` and `gather`: several processes end with the files of one. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { endOf, filesIn, programCommand, runTask, withDirectory } from "../helpers/command.ts";
import { compareResults, doPlan } from "../helpers/cluster.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SETTINGS = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "2"];

Deno.test("a cross-validation in units ends with the files of one process", async () => {
  await withDirectory(async (directory) => {
    const args = [...SETTINGS, "--folds", "3", "--repeats", "2"];
    const { plan, out, units } = await doPlan(directory, ["crossval", ...args], { perUnit: 2 });
    strictEqual(units, 3);
    await compareResults(directory, { args: ["crossval", ...args], out });
    const again = await runTask("gather", "--plan", plan);
    match(again.stdout, /is gathered already: the result is in /);
  });
});

Deno.test("a calibrated ensemble with validation and early stopping in units ends with the files of one process", async () => {
  await withDirectory(async (directory) => {
    // Gene effects are fitted after the network, and the best of three epochs is kept.
    const args = ["train", ...SETTINGS, "--epochs", "3", "--ensemble", "2", "--calibrate"];
    args.push("--calibration-folds", "3", "--validation", "fixtures/train.npz", "--gene-effects");
    args.push("--early-stopping", "1");
    const events = `${directory}/events`;
    const { out, units } = await doPlan(directory, [...args, "--tensorboard", events]);
    // Units write nothing outside their folders; gathering writes the events of all runs.
    deepStrictEqual(
      [...new Set(filesIn(events).map((file) => file.split("/")[0]))],
      ["calibration1", "calibration2", "calibration3", "ensemble", "member1", "member2"],
    );
    strictEqual(units, 5);
    await compareResults(directory, { args, out });
  });
});

Deno.test("a plan without --out gathers into its own folder, from any folder in which it is called", async () => {
  await withDirectory(async (directory) => {
    const args = ["train", "--data", `${ROOT}fixtures/train.npz`, "--preset", "experiment1"];
    args.push("--epochs", "1", "--ensemble", "2");
    const at = { cwd: directory, env: { INIT_CWD: directory } };
    const call = (command: string, ...words: string[]) =>
      endOf(programCommand([command, ...words], at));
    strictEqual((await call("plan", "--plan", "p", "--per-unit", "2", ...args)).code, 0);
    await Deno.mkdir(`${directory}/elsewhere`);
    const elsewhere = { cwd: `${directory}/elsewhere`, env: { SLURM_ARRAY_TASK_ID: "1" } };
    const work = await endOf(programCommand(["work", "--plan", "../p"], elsewhere));
    strictEqual(work.code, 0, work.stderr);
    match(work.stdout, /^Unit 1 of 1 \(member 1 of 2 to member 2 of 2\): done in /m);
    const gathered = await endOf(programCommand(["gather", "--plan", "../p"], elsewhere));
    strictEqual(gathered.code, 0, gathered.stderr);
    deepStrictEqual([...Deno.readDirSync(`${directory}/elsewhere`)], []);
    await compareResults(directory, { args, out: `${directory}/p/result` });
  });
});
