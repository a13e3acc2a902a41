/** Relative paths start where the user stands, which `deno task` tells in INIT_CWD. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { endOf, filesIn, taskCommand, withDirectory } from "../helpers/command.ts";
import { writeDataset } from "../helpers/npz_file.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
const ROOT = new URL("../../", import.meta.url).pathname;

/** Runs a task as one who stands in a directory. */
function runFrom(directory: string, task: string, ...args: string[]) {
  return endOf(taskCommand(task, args, { env: { INIT_CWD: directory } }));
}

Deno.test("flags, arguments, defaults and printed paths all start at the user's directory", () =>
  withDirectory(async (directory) => {
    const run = async (task: string, ...args: string[]) => {
      const { code, stdout, stderr } = await runFrom(directory, task, ...args);
      strictEqual(code, 0, stderr);
      return stdout;
    };
    match(await run("simulate", "--genes", "30", "--new-genes", "5"), /Written: simulated\/ /);
    const trained = await run("train", "--data", "simulated/train.npz", ...QUICK);
    match(trained, /from simulated\/train\.npz\n/);
    match(trained, /Written: runs\/experiment1\/ /);
    await run("train", "--data", "simulated/train.npz", ...QUICK);
    await run("submit", "--model", "runs/experiment1", "--data", "simulated/eval.npz");
    const labels = ["--labels", "simulated/eval_labels.csv", "--train", "simulated/train.npz"];
    const evaluated = ["--data", "simulated/eval.npz", ...labels, "--out", "new/metrics.json"];
    await run("evaluate", "--model", "runs/experiment1", ...evaluated);
    await run("doctor", "simulated/train.npz");
    await run("report", "runs/experiment1", "--out", "page");
    const written = filesIn(directory).map((name) => name.split("/").slice(0, 2).join("/"));
    deepStrictEqual([...new Set(written)].sort().filter((name) => !name.startsWith("page/")), [
      "new/metrics.json",
      "runs/experiment1",
      "runs/experiment1-2",
      "simulated/eval.npz",
      "simulated/eval_labels.csv",
      "simulated/train.npz",
      "simulated/truth.json",
      "submission.csv",
    ]);
    ok(written.includes("page/report.html"));
  }));

Deno.test("the package's own data are found from anywhere, and the next command works there", () =>
  withDirectory(async (directory) => {
    const { code, stdout, stderr } = await runFrom(directory, "train", ...QUICK);
    strictEqual(code, 0, stderr);
    match(stdout, new RegExp(`from ${ROOT}fixtures/train\\.npz\\n`));
    const [, config = "", next = ""] =
      /Next: deno task (--config \S+) (submit .*)\n/.exec(stdout) ?? [];
    strictEqual(config, `--config ${ROOT}deno.json`);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["task", ...config.split(" "), ...next.split(" ")],
      cwd: directory,
      // None of the tests' own, which say where they were called.
      env: { PATH: Deno.env.get("PATH") ?? "", INIT_CWD: directory },
      stdout: "null",
      stderr: "null",
    }).output();
    ok(success && filesIn(directory).includes("submission.csv"));
    const inside = await runFrom(`${ROOT}docs`, "train", ...QUICK, "--out", `${directory}/run`);
    match(inside.stdout, /Next: deno task submit /);
  }));

Deno.test("a command that was not started by deno task stays in its directory", () =>
  withDirectory(async (directory) => {
    const args = ["simulate", "--genes", "20", "--out", "data"];
    const config = ["--config", `${ROOT}deno.json`];
    const { code, stderr } = await endOf(
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-q",
          "-P=write",
          ...config,
          `${ROOT}scripts/${args[0]}.ts`,
          ...args.slice(1),
        ],
        cwd: directory,
        env: { INIT_CWD: "/" },
      }),
    );
    strictEqual(code, 0, stderr);
    ok(filesIn(directory).includes("data/train.npz"));
  }));

Deno.test("a run that was started in one directory resumes from another", () =>
  withDirectory(async (directory) => {
    const [here, there] = [`${directory}/here`, `${directory}/there`];
    await Deno.mkdir(here);
    await Deno.mkdir(there);
    await Deno.copyFile("fixtures/train.npz", `${here}/train.npz`);
    const args = ["--data", "train.npz", ...QUICK, "--epochs", "100", "--out", "run"];
    const env = { INIT_CWD: here };
    await kill(await startUntilCheckpoint("train", args, { directory: `${here}/run`, env }));
    const { code, stdout, stderr } = await runFrom(there, "train", "--resume", "../here/run");
    strictEqual(code, 0, stderr);
    match(stdout, /Resuming \.\.\/here\/run\n/);
    match(stdout, /from \S+\/here\/train\.npz\n/);
    match(stdout, /Written: \.\.\/here\/run\//);
    deepStrictEqual(filesIn(there), []);
  }));

Deno.test("the same command resumes experiments from where they were started, and from elsewhere", () =>
  withDirectory(async (directory) => {
    await Deno.copyFile("fixtures/train.npz", `${directory}/train.npz`);
    const flags = ["--only", "experiment1", "--epochs", "100", "--engine", "wasm"];
    const args = ["--data", "train.npz", ...flags, "--out", "table"];
    const env = { INIT_CWD: directory };
    const table = `${directory}/table`;
    await kill(await startUntilCheckpoint("experiments", args, { directory: table, env }));
    const same = ["--data", `${directory}/train.npz`, ...flags, "--out", table];
    const { code, stdout, stderr } = await runFrom("/", "experiments", ...same);
    strictEqual(code, 0, stderr);
    match(stdout, /Resuming /);
  }));

Deno.test("a user's directory that does not exist is named", async () => {
  const { code, stderr } = await runFrom("/nowhere/at/all", "simulate");
  strictEqual(code, 1);
  match(stderr, /^error: .*\n$/);
});

Deno.test("a run on several files resumes, from its own directory and from another", () =>
  withDirectory(async (directory) => {
    const [here, there] = [`${directory}/here`, `${directory}/there`];
    await Deno.mkdir(here);
    await Deno.mkdir(there);
    const data = await readDataset("fixtures/train.npz");
    for (const [name, kept] of [["a.npz", 0], ["b.npz", 1]] as const) {
      const some = data.filter((position) => data.columns.cellTypeIndex[position]! % 2 === kept);
      await writeDataset(`${here}/${name}`, some);
    }
    const args = ["--data", "a.npz, b.npz", ...QUICK, "--epochs", "100", "--out", "run"];
    const env = { INIT_CWD: here };
    for (const [from, run] of [[here, "run"], [there, "../here/run"]] as const) {
      await kill(await startUntilCheckpoint("train", args, { directory: `${here}/run`, env }));
      const { code, stdout, stderr } = await runFrom(from, "train", "--resume", run);
      strictEqual(code, 0, stderr);
      match(stdout, /Data: 600 samples/);
      await Deno.remove(`${here}/run`, { recursive: true });
    }
  }));
