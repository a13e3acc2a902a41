/** `-` is standard output wherever one file is written. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
const MODEL = ["--data", "fixtures/train.npz", ...QUICK];

Deno.test("submit and evaluate write the same to standard output as to a file, and messages to standard error", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    strictEqual((await runTask("train", ...MODEL, "--out", run)).code, 0);
    const from = (task: string, ...args: string[]) =>
      endOf(taskCommand(task, ["--model", run, ...args], { env: { INIT_CWD: directory } }));
    const data = ["--data", new URL("../../fixtures/eval.npz", import.meta.url).pathname];
    await from("submit", ...data, "--out", "file.csv");
    const { code, stdout, stderr } = await from("submit", ...data, "--out", "-");
    strictEqual(code, 0, stderr);
    strictEqual(stdout, await Deno.readTextFile(`${directory}/file.csv`));
    match(stderr, /^Data: 440 samples[^]*Written to standard output, 440 predictions\n$/);
    const labels = [
      "--labels",
      new URL("../../fixtures/eval_labels.csv", import.meta.url).pathname,
    ];
    const evaluated = await from("evaluate", ...data, ...labels, "--out", "-");
    strictEqual(JSON.parse(evaluated.stdout).samples, 440);
    match(evaluated.stderr, /Overall: MSE/);
    deepStrictEqual(filesIn(directory).filter((name) => !name.startsWith("run/")), ["file.csv"]);
  }));

Deno.test("a reader that closes the pipe ends a command without a message", () =>
  withDirectory(async (directory) => {
    const sizes = ["--cell-types", "2", "--genes", "8000", "--new-genes", "20000", "--bins", "1"];
    await runTask("simulate", ...sizes, "--new-cell-types", "0", "--out", directory);
    const spec = `${directory}/line.json`;
    const layers = [{ type: "flatten" }, { type: "dense", units: 1 }];
    const model = { name: "line", bins: 1, marks: 5, layers, loss: "meanSquaredError" };
    await Deno.writeTextFile(spec, JSON.stringify(model));
    const run = ["--spec", spec, "--epochs", "1", "--out", `${directory}/run`];
    strictEqual((await runTask("train", "--data", `${directory}/train.npz`, ...run)).code, 0);
    const args = ["--model", `${directory}/run`, "--data", `${directory}/eval.npz`, "--out", "-"];
    const child = taskCommand("submit", args, { stdout: "piped", stderr: "piped" }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    match(new TextDecoder().decode(value), /^id,expression\n/);
    await reader.cancel();
    const { code } = await child.status;
    const stderr = await new Response(child.stderr).text();
    strictEqual(code, 0, stderr);
    doesNotMatch(stderr, /rror/);
  }));

Deno.test("- is refused as a directory, a data set and an input", () =>
  withDirectory(async (directory) => {
    const cases = [
      ["train", ["--out", "-"], /Cannot use - as --out: expected a directory/],
      ["train", ["--tensorboard", "-"], /Cannot use - as --tensorboard: expected a directory/],
      ["simulate", ["--out", "-"], /Cannot use - as --out: expected a directory/],
      ["train", ["--data", "-"], /no file or folder "-"/],
      ["doctor", ["-"], /no file or folder "-"/],
      [
        "prepare",
        ["--samples", "s", "--genes", "g", "--signal", "reads", "--out", "-"],
        /expected a name that ends in \.npz|it does not exist/,
      ],
    ] as const;
    for (const [task, args, message] of cases) {
      const { code, stderr } = await endOf(
        taskCommand(task, args, { env: { INIT_CWD: directory } }),
      );
      strictEqual(code, 1, task);
      match(stderr, message);
    }
    ok(filesIn(directory).length === 0);
  }));
