/** `--quiet`: nothing but errors and results. */

import { match, ok, strictEqual } from "node:assert";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const QUICK = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm", "--quiet"];

Deno.test("commands with --quiet print only their results, and errors as usual", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const data = ["--data", "fixtures/train.npz"];
    const trained = await runTask("train", ...data, "--out", run, ...QUICK, "--threads", "1000");
    strictEqual(trained.stderr, "");
    match(trained.stdout, /^On the training data: MSE .*\n$/);
    ok(filesIn(run).includes("metrics.json"));

    const crossed = await runTask(
      "crossval",
      ...data,
      "--folds",
      "2",
      ...QUICK,
      "--out",
      `${run}-cv`,
    );
    match(
      crossed.stdout,
      /^Fold 1, validation: .*\nFold 2, validation: .*\nMean ± sd .*\n\nBy regime, .*:\n(.*\n){4}In the .*\n$/,
    );

    const table = `${directory}/table.tsv`;
    const input = ["--model", run, "--data", "fixtures/eval.npz"];
    const predicted = await runTask("predict", ...input, "--out", table, "--quiet");
    strictEqual(predicted.stdout + predicted.stderr, "");
    const piped = await runTask("predict", ...input, "--out", "-", "--quiet");
    strictEqual(piped.stdout, await Deno.readTextFile(table));
    strictEqual(piped.stderr, "");

    const labels = ["--labels", "fixtures/eval_labels.csv"];
    const metrics = ["--out", `${directory}/metrics.json`];
    const measured = await runTask("evaluate", ...input, ...labels, ...metrics, "--quiet");
    match(measured.stdout, /^Overall: MSE /);

    const refused = await runTask("train", "--data", `${directory}/none.npz`, "--quiet");
    strictEqual(refused.code, 1);
    match(refused.stderr, /^error: Cannot read data: .*\n$/);
  }));

Deno.test("doctor's findings are a result, the list of written files is not", () =>
  withDirectory(async (directory) => {
    const out = ["--out", `${directory}/data`, "--genes", "40"];
    const simulated = await runTask("simulate", ...out, "--quiet");
    match(simulated.stdout, /^Best reachable:\n( {2}.*\n){4}$/);
    const found = await runTask("doctor", `${directory}/data/train.npz`, "--quiet");
    match(found.stdout, /^(note: |Nothing looks wrong\.|\d+ warning)/);
  }));
