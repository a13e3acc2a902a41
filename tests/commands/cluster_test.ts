/** The commands `plan`, `work` and `gather`: several processes end with the files of one. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import {
  endOf,
  filesIn,
  programCommand,
  runTask,
  taskCommand,
  withDirectory,
} from "../helpers/command.ts";
import { Dataset } from "../../src/data/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { writeStore } from "../helpers/store_folder.ts";
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

Deno.test("data that stay on disk are trained on in units as in one process, and a plan says how much memory they may take", async () => {
  await withDirectory(async (directory) => {
    const size = { cellTypes: 5, genes: 100, newGenes: 1, bins: 100, seed: 5 };
    await writeStore(`${directory}/many.zarr`, new Dataset(simulateColumns(size).train));
    const args = ["crossval", ...SETTINGS, "--data", `${directory}/many.zarr`, "--folds", "2"];
    const stored = [...args, "--memory", "1KB", "--window", "100"];
    const { out, plan } = await doPlan(directory, stored);
    await compareResults(directory, { args: stored, out });
    const { flags, mostBytes } = JSON.parse(await Deno.readTextFile(`${plan}/plan.json`));
    strictEqual(flags.memory, 1000);
    // Without the flag, all machines do as the one that has planned.
    ok(mostBytes > 1e8 && mostBytes < 1e14);
  });
});

Deno.test("mistakes in a command line end a plan before anything is written", async () => {
  await withDirectory(async (directory) => {
    const plan = ["--plan", `${directory}/plan`];
    const fails = async (args: readonly string[], code: number, message: RegExp) => {
      const result = await runTask("plan", ...plan, ...args);
      match(result.stderr, message);
      strictEqual(result.code, code, result.stderr);
      deepStrictEqual(filesIn(directory), []);
    };
    await fails([], 2, /missing required argument 'command'/);
    await fails(
      ["crossval", ...SETTINGS, "--slurm-cap=3"],
      2,
      /found --slurm-cap after crossval, expected it before: what stands after that name are its own flags$/m,
    );
    const misplaced = await runTask("plan", "crossval", ...SETTINGS, ...plan);
    match(misplaced.stderr, /Cannot plan: found --plan after crossval, expected it before/);
    strictEqual(misplaced.code, 2);
    const nowhere = await runTask("plan", "crossval", ...SETTINGS);
    match(nowhere.stderr, /Cannot plan: found no --plan, .* plan --plan DIR crossval …$/m);
    strictEqual(nowhere.code, 2);
    await fails(["crossval", "--fold", "3"], 2, /unknown option '--fold'\n.*crossval --help/s);
    await fails(
      ["info", "a.npz"],
      1,
      /the work of info is not divided into units, expected one of/,
    );
    await fails(
      ["crossval", "--resume", "runs/a"],
      1,
      /found --resume, expected a run from the start/,
    );
    await fails(["crossval", "--data", "nowhere.npz"], 1, /nowhere\.npz/);
    await fails(["crossval", ...SETTINGS, "--folds", "500"], 1, /folds/);
    const help = await runTask("plan", ...plan, "crossval", "--help");
    match(help.stdout, /--folds <n>/);
    strictEqual(help.code, 0);
    await Deno.mkdir(`${directory}/plan`);
    await Deno.writeTextFile(`${directory}/plan/mine`, "");
    const held = await runTask("plan", ...plan, "crossval", ...SETTINGS);
    match(held.stderr, /it holds files already, expected a new folder/);
  });
});

Deno.test("a unit is chosen by --unit or by the scheduler's variable, which must agree", async () => {
  await withDirectory(async (directory) => {
    const plan = ["--plan", `${directory}/plan`];
    const planned = await runTask("plan", ...plan, "train", ...SETTINGS, "--ensemble", "3");
    strictEqual(planned.code, 0, planned.stderr);
    const work = (env: Record<string, string>, ...args: string[]) =>
      endOf(taskCommand("work", [...plan, ...args], { env }));
    const refused = async (env: Record<string, string>, message: RegExp, ...args: string[]) => {
      const { code, stderr } = await work(env, ...args);
      match(stderr, message);
      strictEqual(code, 1);
    };
    const none = await work({ SGE_TASK_ID: "undefined" });
    match(none.stderr, /found neither --unit nor SLURM_ARRAY_TASK_ID, SGE_TASK_ID, JOB_COMPLETION/);
    strictEqual(none.code, 2);
    await refused({ SLURM_ARRAY_TASK_ID: "x" }, /SLURM_ARRAY_TASK_ID is "x", expected a number/);
    await refused({ SLURM_ARRAY_TASK_ID: "0" }, /Cannot do unit 0: the plan has 3/);
    await refused(
      { SLURM_ARRAY_TASK_ID: "1", SGE_TASK_ID: "2" },
      /SLURM_ARRAY_TASK_ID says 1, SGE_/,
    );
    await refused({}, /Cannot do unit 4: the plan has 3/, "--unit", "4");
    const chosen = [
      await work({ SGE_TASK_ID: "1" }),
      await work({ JOB_COMPLETION_INDEX: "1" }),
      await work({ SGE_TASK_ID: "1" }, "--unit", "3"),
    ];
    for (const [i, { stdout, stderr }] of chosen.entries()) {
      match(stdout, new RegExp(`^Unit ${i + 1} of 3 .*: done in`, "m"), stderr);
    }
  });
});

Deno.test("a fold that diverges ends a gathering as it ends a cross-validation", async () => {
  await withDirectory(async (directory) => {
    const args = [...SETTINGS, "--folds", "2", "--learning-rate", "1e30", "--transform", "none"];
    const plan = ["--plan", `${directory}/plan`];
    const whole = await runTask("crossval", ...args, "--out", `${directory}/whole`);
    strictEqual(whole.code, 1);
    const planned = await runTask("plan", ...plan, "crossval", ...args);
    strictEqual(planned.code, 0, planned.stderr);
    for (const unit of ["1", "2"]) {
      const { code, stderr } = await runTask("work", ...plan, "--unit", unit);
      strictEqual(code, 0, stderr);
    }
    const gathered = await runTask("gather", ...plan);
    strictEqual(gathered.code, 1);
    strictEqual(gathered.stderr, whole.stderr);
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
