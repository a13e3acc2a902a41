/** The report's experiments as a command. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { PUBLISHED_EXPERIMENTS } from "../../src/report/mod.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const QUICK = ["--data", "fixtures/train.npz", "--epochs", "1", "--engine", "wasm"];

async function experiments(out: string, ...args: string[]) {
  return await runTask("experiments", ...QUICK, "--out", out, ...args);
}

async function readTable(out: string) {
  return JSON.parse(await Deno.readTextFile(`${out}/experiments.json`));
}

Deno.test("experiments writes a table of errors, correlations, parameters and time", async () => {
  await withDirectory(async (out) => {
    const { code, stdout, stderr } = await experiments(out, "--only", "deepchrome,experiment1");
    strictEqual(code, 0, stderr);
    match(stdout, /No --test: fold 1 of 10 by-gene is held out, 60 of 600 samples/);
    match(stdout, /experiment1 +969 +\d+\.\d{4} +\d+\.\d{4} /);
    match(stdout, /deepchrome +644,051 +– +– +– +– +0\.\d{4} +0\.\d{4} /);
    ok(!stdout.includes("report test"));
    deepStrictEqual(filesIn(out), [
      "config.json",
      "experiments.csv",
      "experiments.json",
      "experiments/deepchrome.json",
      "experiments/experiment1.json",
    ]);
    const rows = await readTable(out);
    deepStrictEqual(rows.map(({ name }: { name: string }) => name), ["experiment1", "deepchrome"]);
    const [first, classifier] = rows;
    ok(first.trainMse > 0 && first.testMse > 0 && first.seconds > 0 && first.engine === "wasm");
    ok(classifier.trainMse === null && classifier.testAuroc > 0);
    const [header = "", line] = (await Deno.readTextFile(`${out}/experiments.csv`)).split("\n");
    match(header, /^name,parameters,train_mse,test_mse,train_pearson,test_pearson,train_auroc/);
    strictEqual(line?.split(",")[3], String(first.testMse));
  });
});

Deno.test("a finished experiment is not run again, and others are added to the table", async () => {
  await withDirectory(async (out) => {
    await experiments(out, "--only", "experiment1");
    const file = `${out}/experiments/experiment1.json`;
    const first = await Deno.readTextFile(file);
    const { stdout } = await experiments(out, "--only", "experiment1,experiment2", "--competition");
    match(stdout, /experiment1: finished before, with these settings and data; not run again/);
    strictEqual(await Deno.readTextFile(file), first);
    strictEqual((await readTable(out)).length, 2);
    const testMse = PUBLISHED_EXPERIMENTS[1]?.testMse ?? NaN;
    match(stdout, /\nNext: deno task report .* --competition\n/);
    match(stdout, new RegExp(`report test[^]*experiment2 .* ${testMse.toFixed(4)} `));

    const report = await runTask("report", out);
    strictEqual(report.code, 0, report.stderr);
    deepStrictEqual(filesIn(`${out}/figures`), [
      "figure-2-experiments.png",
      "figure-2-experiments.svg",
    ]);
    match(await Deno.readTextFile(`${out}/report.html`), /2 experiments on 540 samples from /);

    await experiments(out, "--only", "experiment1", "--overwrite");
    ok(await Deno.readTextFile(file) !== first);
  });
});

Deno.test("results of other settings are neither replaced nor mixed into the table without a request", async () => {
  await withDirectory(async (out) => {
    await experiments(out, "--only", "experiment1,experiment2");
    const other = ["--transform", "log1p"];
    const refused = await experiments(out, "--only", "experiment1", ...other);
    strictEqual(refused.code, 1);
    const change = '--transform was "none", is now "log1p"';
    const message = `experiment1.json is of other settings: ${change}. Name another --out`;
    ok(refused.stderr.includes(message), refused.stderr);
    const data = await experiments(out, "--only", "experiment1", "--folds", "5");
    match(data.stderr, /experiment1\.json is of other data: other samples are trained on, or held/);
    const { stdout } = await experiments(out, "--only", "experiment1", ...other, "--overwrite");
    ok(
      stdout.includes(
        `experiment2: left out of the table, since its results are of other settings: ${change}`,
      ),
    );
    deepStrictEqual((await readTable(out)).length, 1);
  });
});

Deno.test("experiments measures on separate data, and refuses data that it cannot use", async () => {
  await withDirectory(async (out) => {
    const test = ["--test", "fixtures/eval.npz"];
    const only = ["--only", "experiment1"];
    const labels = ["--labels", "fixtures/eval_labels.csv"];
    const { code, stdout } = await experiments(out, ...only, ...test, ...labels);
    strictEqual(code, 0);
    ok(!stdout.includes("held out"));
    const refuse = async (message: RegExp, ...args: string[]) => {
      const { code, stderr } = await experiments(`${out}/none`, ...args);
      strictEqual(code, 1, stderr);
      match(stderr, message);
    };
    await refuse(/eval\.npz: it has no labels\. Name the file that has them/, ...only, ...test);
    await refuse(/--labels names labels of --test, which is missing/, ...only, ...labels);
    await refuse(/did you mean experiment1/, "--only", "experiment9");
    await Deno.writeTextFile(`${out}/experiments/experiment1.json`, "{}");
    const damaged = await experiments(out, ...only);
    match(damaged.stderr, /plan is missing, expected an object \(.*experiment1\.json\)/);
  });
});

Deno.test({
  name: "Ctrl-C keeps the experiments that are finished and says how to resume",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withDirectory(async (out) => {
      const common = ["--data", "fixtures/train.npz", "--engine", "wasm", "--out", out];
      // The second one, with its wide layers, takes long enough to be interrupted in its first epochs.
      const args = [...common, "--only", "experiment1,experiment3", "--epochs", "60"];
      const child = taskCommand("experiments", args, { stdout: "piped", stderr: "piped" }).spawn();
      const stderr = new Response(child.stderr).text();
      let printed = "";
      let asked = false;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        printed += text;
        if (asked || !/experiment3:[^]*epoch +1 /.test(printed)) continue;
        child.kill("SIGINT");
        asked = true;
      }
      strictEqual((await child.status).code, 130);
      match(
        await stderr,
        /Interrupted in experiment3: .* Resume: deno task experiments --resume \S+\n/,
      );
      const files = filesIn(out).filter((name) => name.startsWith("experiments/"));
      deepStrictEqual(files, ["experiments/experiment1.json"]);
      strictEqual((await readTable(out)).length, 1);
    });
  },
});
