/** Errors by regime as commands. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { compareResults, doPlan } from "../helpers/cluster.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { checkpointsIn, kill, startUntilCheckpoint } from "./_resume.ts";

const QUICK = [
  "--data",
  "fixtures/train.npz",
  "--engine",
  "wasm",
  "--preset",
  "experiment1",
  "--epochs",
  "2",
  "--transform",
  "log1p",
];

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test("forecast holds out genes and cell types and judges a model and an ensemble beside baselines", async () => {
  await withDirectory(async (directory) => {
    const args = ["--ensemble", "2", "--new-cell-types", "2", "--out", directory];
    const { code, stdout, stderr } = await runTask("forecast", ...QUICK, ...args);
    strictEqual(code, 0, stderr);
    match(stdout, /Held out: 8 genes, and cell types E\d{3} E\d{3}; 368 samples to train on, 232 /);
    match(
      stdout,
      /Forecast of the competition's score: MSE \d+\.\d{4} for mean of 2 \(\S+ to \S+, range over 2 cell types and 8 genes\)/,
    );
    deepStrictEqual(filesIn(directory), ["config.json", "members.csv", "regimes.json"]);
    const { regimes, mix, resampled, heldOut } = await readJson(`${directory}/regimes.json`);
    deepStrictEqual(
      regimes.map(({ regime, rows }: Record<string, unknown>) => [regime, rows]),
      [["newGene", 32], ["newCellType", 184], ["bothNew", 16]],
    );
    const names = mix.models.map(({ name }: { name: string }) => name);
    deepStrictEqual(names, ["experiment1", "mean of 2"]);
    ok(mix.baselines.length >= 4 && mix.models[0].mse.low < mix.models[0].mse.value);
    strictEqual(resampled, "cell-types-and-genes");
    deepStrictEqual(mix.interval, { kind: "range", cellTypes: 2, genes: 8 });
    doesNotMatch(stdout, /95%/);
    deepStrictEqual([heldOut.newGenes.length, heldOut.newCellTypes.length], [8, 2]);
    const { samples, splitSeed, newGenes } = await readJson(`${directory}/config.json`);
    deepStrictEqual([samples, splitSeed, newGenes], [368, 0, 8]);

    const report = await runTask("report", directory);
    strictEqual(report.code, 0, report.stderr);
    ok(filesIn(directory).includes("figures/regimes.svg"));
    const page = await Deno.readTextFile(`${directory}/report.html`);
    match(page, /competition’s mix \(232 samples; range over 2 cell types and 8 genes\)/);
    match(page, /With few of them that is a range/);
    // One made by a version that did not judge its intervals is judged now.
    await Deno.writeTextFile(
      `${directory}/regimes.json`,
      (await Deno.readTextFile(`${directory}/regimes.json`)).replaceAll('"interval": {', '"x": {'),
    );
    strictEqual((await runTask("report", directory)).code, 0);
    strictEqual(await Deno.readTextFile(`${directory}/report.html`), page);
  });
});

Deno.test("another split seed holds out other genes, and a single new cell type has no interval", async () => {
  await withDirectory(async (directory) => {
    const forecast = async (seed: string) => {
      const out = `${directory}/${seed}`;
      const { code, stdout } = await runTask(
        "forecast",
        ...QUICK,
        "--split-seed",
        seed,
        "--out",
        out,
      );
      strictEqual(code, 0);
      match(stdout, /MSE \d+\.\d+ for \S+ \(no interval over 1 cell type\)/);
      return (await readJson(`${out}/regimes.json`)).heldOut.newGenes.join();
    };
    ok(await forecast("0") !== await forecast("1"));
  });
});

Deno.test("data that cannot be split are refused", async () => {
  await withDirectory(async (directory) => {
    const args = ["--new-cell-types", "6", "--out", directory];
    const { code, stderr } = await runTask("forecast", ...QUICK, ...args);
    strictEqual(code, 1);
    match(stderr, /6 of 6 cell types are to be held out, expected an integer from 0 to 5/);
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("with one training gene there is no ridge regression, but the other baselines remain", async () => {
  await withDirectory(async (directory) => {
    const sizes = ["--cell-types", "3", "--genes", "1", "--new-genes", "1", "--bins", "20"];
    strictEqual((await runTask("simulate", ...sizes, "--out", directory)).code, 0);
    const out = ["--out", `${directory}/run`];
    const train = `${directory}/train.npz`;
    const preset = ["--preset", "experiment1", "--epochs", "1"];
    const trained = await runTask("train", "--data", train, ...preset, ...out);
    match(trained.stdout, /^Data: 3 samples \(3 cell types, 1 gene\), 20 bins × 5 marks/);
    const unseen = ["--data", `${directory}/eval.npz`, "--labels", `${directory}/eval_labels.csv`];
    const { code, stdout } = await runTask(
      "evaluate",
      "--model",
      `${directory}/run`,
      ...unseen,
      "--train",
      train,
      "--out",
      `${directory}/metrics.json`,
    );
    strictEqual(code, 0);
    match(stdout, /No ridge regression among the baselines[^]*gene mean/);
    const tooFew = await runTask("train", "--data", train, "--out", `${directory}/deep`);
    match(tooFew.stderr, /does not fit .*; the model takes at least 45 bins, not 20\n$/);
  });
});

Deno.test("evaluate compares errors by regime with baselines that it fits on the training data", async () => {
  await withDirectory(async (directory) => {
    await runTask("train", ...QUICK, "--ensemble", "2", "--out", `${directory}/run`);
    const out = `${directory}/metrics.json`;
    const evaluate = (...data: string[]) =>
      runTask(
        "evaluate",
        "--model",
        `${directory}/run`,
        "--engine",
        "wasm",
        "--out",
        out,
        "--overwrite",
        ...data,
      );
    const train = ["--train", "fixtures/train.npz"];
    const unseen = ["--data", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];
    const { code, stdout, stderr } = await evaluate(...unseen, ...train);
    strictEqual(code, 0, stderr);
    match(stdout, /Members:\n {2}member 1: /);
    match(stdout, /Trained gene in a new cell type: 200 samples, 2 cell types × 100 genes/);
    match(stdout, /gene mean/);
    const { mse, regimes, ensemble } = await readJson(out);
    strictEqual(regimes.testRows, 440);
    strictEqual(ensemble.ensemble.mse, mse);
    const wrong = ["--labels", "fixtures/eval_labels.csv"];
    const { stderr: labels } = await evaluate("--data", "fixtures/train.npz", ...wrong);
    match(
      labels,
      /^error: Cannot align labels: no value for "E.*row 0 .*fixtures\/eval_labels.csv/,
    );
    const seen = await evaluate("--data", "fixtures/train.npz", ...train);
    strictEqual(seen.code, 1);
    match(seen.stderr, /600 of 600 test samples were trained on/);
  });
});

/** Data of some cell types and genes. */
async function simulate(directory: string, cellTypes: number, genes: number): Promise<string> {
  const sizes = ["--cell-types", `${cellTypes}`, "--genes", `${genes}`, "--new-genes", "1"];
  strictEqual((await runTask("simulate", ...sizes, "--out", directory)).code, 0);
  return `${directory}/train.npz`;
}

Deno.test("with one cell type only genes are held out, with an interval over them and baselines", async () => {
  await withDirectory(async (directory) => {
    const data = await simulate(directory, 1, 200);
    const args = [...QUICK, "--data", data, "--out", `${directory}/run`];
    const { code, stdout, stderr } = await runTask("forecast", ...args);
    strictEqual(code, 0, stderr);
    match(
      stdout,
      /Held out: 17 genes, and no cell type; 183 samples to train on, 17 to measure on/,
    );
    match(stdout, /No forecast of the competition's score, since no cell types were held out/);
    match(
      stdout,
      /\nError on new genes in trained cell types: MSE \S+ for experiment1 \(\S+ to \S+, 95% interval over 17 genes\); \S+ for /,
    );
    const { resampled, regimes, missingRegimes } = await readJson(`${directory}/run/regimes.json`);
    strictEqual(resampled, "genes");
    deepStrictEqual(missingRegimes, ["newCellType", "bothNew"]);
    deepStrictEqual(regimes[0].interval, { kind: "interval", cellTypes: null, genes: 17 });
    const report = await runTask("report", `${directory}/run`);
    strictEqual(report.code, 0, report.stderr);
  });
});

Deno.test("only genes or only cell types are held out on request, and a single gene cannot be", async () => {
  await withDirectory(async (directory) => {
    const run = (...flags: string[]) =>
      runTask("forecast", ...QUICK, ...flags, "--out", `${directory}/run`, "--overwrite");
    const genes = await run("--new-cell-types", "0");
    match(
      genes.stdout,
      /and no cell type;[^]*new genes in trained cell types: .* range over 6 cell/,
    );
    const cellTypes = await run("--new-genes", "0", "--new-cell-types", "2");
    match(cellTypes.stdout, /Held out: 0 genes, and cell types/);
    match(cellTypes.stdout, /since no genes were held out/);
    match(cellTypes.stdout, /trained genes in new cell types: .* range over 2 cell types/);
    // One new cell type tells nothing of others, however many genes it has.
    match((await run("--new-genes", "0")).stdout, /cell types: .*\(no interval over 1 cell type\)/);
    const neither = await run("--new-genes", "0", "--new-cell-types", "0");
    match(neither.stderr, /no gene and no cell type is to be held out/);
    const oneGene = await run("--data", await simulate(`${directory}/one`, 3, 1));
    strictEqual(oneGene.code, 1);
    match(
      oneGene.stderr,
      /^error: .* there is 1 gene, which cannot be held out; expected two or/m,
    );
  });
});

Deno.test("a forecast that is killed or stopped is resumed, and in units ends with the files of one process", async () => {
  await withDirectory(async (directory) => {
    const args = ["forecast", ...QUICK, "--epochs", "40", "--ensemble", "2", "--threads", "1"];
    const out = `${directory}/gathered`;
    const child = await startUntilCheckpoint("forecast", [...args.slice(1), "--out", out], {
      directory: out,
    });
    await kill(child);
    const again = taskCommand("forecast", ["--resume", out], { stdout: "null", stderr: "piped" })
      .spawn();
    const seen = checkpointsIn(out).at(-1);
    while (checkpointsIn(out).at(-1) === seen) await new Promise((done) => setTimeout(done, 2));
    again.kill("SIGTERM");
    const { code, stderr } = await again.output();
    strictEqual(code, 143);
    match(new TextDecoder().decode(stderr), /half-trained models forecast nothing\. Resume: deno/);
    const last = await runTask("forecast", "--resume", out);
    strictEqual(last.code, 0, last.stderr);
    await compareResults(directory, { args, out });
    await Deno.remove(out, { recursive: true });
    const { units } = await doPlan(directory, args);
    strictEqual(units, 2);
    await compareResults(directory, { args, out });
  });
});
