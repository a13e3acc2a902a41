/** `plan --slurm`: what the jobs ask for, which are submitted, and what they run, tried without a Slurm. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { secondsOfTime } from "../../src/commands/_slurm_flags.ts";
import {
  endOf,
  filesIn,
  PROGRAM,
  programCommand,
  runTask,
  withDirectory,
} from "../helpers/command.ts";

const COMMAND =
  "crossval --data fixtures/train.npz --preset experiment1 --epochs 1 --folds 4 --engine wasm"
    .split(" ");

/** Plans four units with jobs for Slurm. */
async function planJobs(folder: string, ...flags: readonly string[]): Promise<string> {
  const words = ["--plan", folder, "--slurm", ...flags, ...COMMAND, "--out", `${folder}/result`];
  const { code, stdout, stderr } = await runTask("plan", ...words);
  strictEqual(code, 0, stderr);
  return stdout;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

/** The options of a job, in their order. */
async function optionsOf(job: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(job)).split("\n");
  const found = lines.flatMap((line) => /^#SBATCH (.*)$/.exec(line)?.[1] ?? []);
  // Slurm reads no option after the first command.
  strictEqual(lines.slice(2, 2 + found.length).every((line) => line.startsWith("#SBATCH")), true);
  return found;
}

/** A folder with commands of Slurm that write down how they are called; an array has fewer tasks than four. */
async function fakeSlurm(directory: string) {
  const bin = `${directory}/bin`;
  await Deno.mkdir(bin);
  const commands = {
    scontrol: `case "$1" in show) echo 'MaxArraySize = 4' ;; *) echo "$@" >> ${bin}/calls ;; esac`,
    sbatch: `echo "$@" >> ${bin}/calls; echo "$(wc -l < ${bin}/calls);cluster"`,
  };
  for (const [name, text] of Object.entries(commands)) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}` };
  const calls = async () => {
    const text = await Deno.readTextFile(`${bin}/calls`);
    await Deno.remove(`${bin}/calls`);
    return text.trimEnd().split("\n");
  };
  return { env, calls };
}

Deno.test("jobs ask for what flags say, and for what is expected with a margin otherwise", () =>
  withDirectory(async (directory) => {
    const given = `${directory}/a plan`;
    const flags =
      "--slurm-cpus 3 --slurm-memory 5G --slurm-time 1-12 --slurm-option=--partition=long";
    await planJobs(given, ...flags.split(" "), "--slurm-option", "-A lab");
    const log = (name: string) => `--output="${given}/slurm/log/${name}"`;
    const both = [
      "--cpus-per-task=3",
      "--mem=5G",
      "--time=1-12",
      "--requeue",
      "--open-mode=append",
    ];
    deepStrictEqual(await optionsOf(`${given}/slurm/units.sbatch`), [
      "--job-name=histone-crossval",
      ...both,
      log("unit-%A_%a.txt"),
      "--signal=B:USR1@120",
      "--partition=long",
      "-A lab",
    ]);
    deepStrictEqual(await optionsOf(`${given}/slurm/gather.sbatch`), [
      "--job-name=histone-crossval-gather",
      ...both,
      log("gather-%j.txt"),
      "--partition=long",
      "-A lab",
    ]);
    const expected = `${directory}/expected`;
    const text = await planJobs(expected);
    const units = (await Deno.readTextFile(`${expected}/units.jsonl`)).trimEnd().split("\n");
    const most = (name: string) => Math.max(...units.map((line) => JSON.parse(line)[name]));
    const options = await optionsOf(`${expected}/slurm/units.sbatch`);
    ok(options.includes(`--cpus-per-task=${most("threads")}`));
    const memory = Math.ceil((most("memoryBytes") * 1.5 + 2 ** 28) / 2 ** 20);
    ok(options.includes(`--mem=${memory}M`), options.join(" "));
    const minutes = Math.ceil((most("seconds") * 3 + 600) / 60);
    ok(options.includes(`--time=0-00:${minutes}:00`), options.join(" "));
    match(text, /^Submit: sh .*expected\/slurm\/submit\.sh$/m);
  }));

Deno.test("units that would start over are not queued again at the time limit", () =>
  withDirectory(async (directory) => {
    const plan = `${directory}/plan`;
    const model = `${directory}/model`;
    const train = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "1"];
    strictEqual((await runTask("train", ...train, "--engine", "wasm", "--out", model)).code, 0);
    const words = ["predict", "--model", model, "--data", "fixtures/train.npz", "--engine", "wasm"];
    const flags = ["--plan", plan, "--slurm", "--per-unit", "400"];
    const { code, stderr } = await runTask(
      "plan",
      ...flags,
      ...words,
      "--out",
      `${plan}/result.tsv`,
    );
    strictEqual(code, 0, stderr);
    const job = await Deno.readTextFile(`${plan}/slurm/units.sbatch`);
    doesNotMatch(job, /USR1|scontrol requeue/);
    const env = { SLURM_ARRAY_TASK_ID: "2", SLURM_JOB_ID: "7" };
    const run = new Deno.Command("sh", { args: [`${plan}/slurm/units.sbatch`], env });
    match((await endOf(run)).stdout, /^Unit 2 of 2 .*: done in/m);
  }));

Deno.test("submitting submits what is not done, in arrays that Slurm takes, and gathers after them", () =>
  withDirectory(async (directory) => {
    const plan = `${directory}/plan`;
    await planJobs(plan, "--slurm-cap", "2");
    const { env, calls } = await fakeSlurm(directory);
    const submit = async () => {
      const { code, stdout, stderr } = await endOf(
        new Deno.Command("sh", { args: [`${plan}/slurm/submit.sh`], env }),
      );
      strictEqual(code, 0, stderr);
      return stdout;
    };
    const [units, gather] = [`${plan}/slurm/units.sbatch`, `${plan}/slurm/gather.sbatch`];
    const after = (jobs: string) => `--dependency=afterok:${jobs} --kill-on-invalid-dep=yes`;
    match(
      await submit(),
      /^Submitted: job 1, tasks 1-3 after 0 units\n.*\n.*job 3, which gathers\n$/,
    );
    deepStrictEqual(await calls(), [
      `--parsable --array=1-3%2 ${units} 0`,
      `--parsable --array=1%2 --dependency=afterany:1 ${units} 3`,
      `--parsable ${after("1:2")} ${gather}`,
    ]);
    for (const fold of [2, 4]) {
      await Deno.mkdir(`${plan}/units/fold${fold}`, { recursive: true });
      await Deno.writeTextFile(`${plan}/units/fold${fold}/done.json`, "{}\n");
    }
    await submit();
    deepStrictEqual(await calls(), [
      `--parsable --array=1,3%2 ${units} 0`,
      `--parsable ${after("1")} ${gather}`,
    ]);
    for (const fold of [1, 3]) {
      await Deno.mkdir(`${plan}/units/fold${fold}`);
      await Deno.writeTextFile(`${plan}/units/fold${fold}/done.json`, "");
    }
    await submit();
    deepStrictEqual(await calls(), [`--parsable ${gather}`]);
    // A plan that was moved has jobs that name its former place: nothing is submitted.
    await Deno.rename(plan, `${directory}/moved`);
    const moved = new Deno.Command("sh", { args: [`${directory}/moved/slurm/submit.sh`], env });
    const { code, stderr } = await endOf(moved);
    strictEqual(code, 1);
    match(
      stderr,
      /Cannot submit: found no plan in .*plan, expected the folder where it was planned/,
    );
    strictEqual(await exists(`${directory}/bin/calls`), false);
  }));

Deno.test("the jobs do the plan from any folder, by the task or the program that planned", () =>
  withDirectory(async (directory) => {
    const { env } = await fakeSlurm(directory);
    const planned = `${directory}/planned`;
    await Deno.mkdir(planned);
    const data = new URL("../../fixtures/train.npz", import.meta.url).pathname;
    const words = COMMAND.map((word) => word === "fixtures/train.npz" ? data : word);
    const flags = ["plan", "--plan", "by program", "--slurm", ...words, "--out", "result"];
    const { code, stderr } = await endOf(programCommand(flags, { cwd: planned }));
    strictEqual(code, 0, stderr);
    await planJobs(`${directory}/by task`);
    for (const plan of [`${planned}/by program`, `${directory}/by task`]) {
      const run = async (job: string, task: string, ...args: readonly string[]) => {
        const more = { SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: "7" };
        const options = { args: [`${plan}/slurm/${job}`, ...args], cwd: "/" };
        return await endOf(
          new Deno.Command("sh", { ...options, env: { PATH: env.PATH, ...more } }),
        );
      };
      for (const task of ["1", "2", "3"]) {
        const { code, stderr } = await run("units.sbatch", task);
        strictEqual(code, 0, stderr);
      }
      const missing = await run("gather.sbatch", "1");
      strictEqual(missing.code, 1);
      match(missing.stderr, /1 of 4 units are not done: 4,/);
      // The fourth is the first of the second array.
      match((await run("units.sbatch", "1", "3")).stdout, /^Unit 4 of 4 .*: done in/m);
      const { code, stderr } = await run("gather.sbatch", "1");
      strictEqual(code, 0, stderr);
    }
    ok(Deno.statSync(`${planned}/result/metrics.json`).isFile);
    ok(Deno.statSync(`${directory}/by task/result/metrics.json`).isFile);
  }));

Deno.test("the launcher of a bundle stands in the jobs with its whole path", () =>
  withDirectory(async (directory) => {
    const flags = ["plan", "--plan", "plan", "--slurm", ...COMMAND, "--out", "result"];
    const data = new URL("../../fixtures/train.npz", import.meta.url).pathname;
    const words = flags.map((word) => word === "fixtures/train.npz" ? data : word);
    const args = ["--called-as=../a bundle/histone", ...words];
    const { code, stderr } = await endOf(programCommand(args, { cwd: directory }));
    strictEqual(code, 0, stderr);
    const launcher = `'${directory.replace(/[^/]*$/, "")}a bundle/histone'`;
    const job = await Deno.readTextFile(`${directory}/plan/slurm/units.sbatch`);
    ok(job.includes(`\n${launcher} work --plan ${directory}/plan --unit "$unit" &\n`), job);
    doesNotMatch(job, new RegExp(PROGRAM));
  }));

Deno.test("flags of the jobs are refused without --slurm, and if Slurm would refuse them", () =>
  withDirectory(async (directory) => {
    const fail = async (...flags: readonly string[]) => {
      const result = await runTask("plan", "--plan", `${directory}/plan`, ...flags, ...COMMAND);
      return `${result.code} ${result.stderr}`;
    };
    match(
      await fail("--slurm-cap", "3"),
      /^2 error: .*found --slurm-cap without --slurm, expected both/,
    );
    const named = await runTask(
      ...["plan", "--plan", `${directory}/p\ntouch INJECTED #`, "--slurm", ...COMMAND] as const,
    );
    strictEqual(named.code, 2);
    match(named.stderr, /the path ".*p\\ntouch INJECTED #" has an end of line, expected none/);
    deepStrictEqual(filesIn(directory), []);
    for (const time of ["0", "0:59", "now", "1-", "1:2:3:4"]) {
      match(
        await fail("--slurm", "--slurm-time", time),
        /^2 error: .*Expected at least a minute/,
        time,
      );
    }
    match(
      await fail("--slurm", "--slurm-memory", "4"),
      /^2 error: .*Expected a number with K, M, G or T/,
    );
    const lines = "--partition=a\n#SBATCH --uid=0";
    match(
      await fail("--slurm", `--slurm-option=${lines}`),
      /^2 error: [^]*Expected an option of sbatch/,
    );
  }));

Deno.test("times in all of Slurm's forms have their seconds", () => {
  const times = { "90": 5400, "1:30": 90, "1:30:05": 5405, "1-12": 129600, "1-0:30": 88200 };
  for (const [time, seconds] of Object.entries(times)) {
    strictEqual(secondsOfTime(time), seconds, time);
  }
  strictEqual(secondsOfTime("1-12:30:05"), 131405);
  for (const time of ["", "-1", "1-", "a", "1:2:3:4", "1 "]) {
    ok(Number.isNaN(secondsOfTime(time)), time);
  }
});
