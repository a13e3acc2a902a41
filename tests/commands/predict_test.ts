/** Tables of predictions for researchers. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { loadModels } from "../../src/runs/models.ts";
import { predictEnsemble, spreadOfMembers } from "../../src/training/ensemble.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const QUICK = ["--epochs", "1", "--engine", "wasm"];
const EVAL = "fixtures/eval.npz";

Deno.test("an ensemble's table has a line for each sample, with position, mean and spread", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const model = ["--preset", "experiment1", "--ensemble", "3", ...QUICK];
    await runTask("train", "--data", "fixtures/train.npz", ...model, "--out", run);
    const out = `${directory}/predictions.tsv`;
    const args = ["--model", run, "--data", EVAL, "--engine", "wasm", "--out"];
    const predicted = await runTask("predict", ...args, out);
    strictEqual(predicted.code, 0, predicted.stderr);
    match(predicted.stdout, /\nWritten: .*predictions\.tsv, 440 predictions\n$/);
    const [header, ...lines] = (await Deno.readTextFile(out)).trimEnd().split("\n");
    strictEqual(header, "cell_type\tgene_id\tsymbol\tchrom\ttss\tstrand\tprediction\tspread");
    const data = await readDataset(EVAL);
    const { mean, members } = await predictEnsemble(await loadModels(run), data, {
      engine: "wasm",
      path: "grouped",
    });
    const spread = spreadOfMembers(members);
    deepStrictEqual(
      lines.map((line) => line.split("\t").slice(-2).map(Number).map(Math.fround)),
      Array.from(mean, (value, position) => [value, spread[position] ?? NaN]),
    );
    const csv = await runTask("predict", ...args, `${directory}/p.csv`);
    strictEqual(csv.code, 0, csv.stderr);
    const commas = (await Deno.readTextFile(`${directory}/p.csv`)).trimEnd().split("\n");
    deepStrictEqual(commas, [header, ...lines].map((line) => line?.replaceAll("\t", ",")));
  }));

Deno.test("one model has no spread; the table says how many genes the model knew", () =>
  withDirectory(async (directory) => {
    const train = ["train", "--data", "fixtures/train.npz", ...QUICK];
    const predict = (model: string, ...more: string[]) =>
      runTask("predict", "--model", model, "--data", EVAL, "--out", "-", ...more);
    const [plain, knowing] = [`${directory}/plain`, `${directory}/knowing`];
    const [task = "", ...args] = train;
    await runTask(task, ...args, "--preset", "experiment1", "--out", plain);
    await runTask(task, ...args, "--preset", "experiment1", "--gene-effects", "--out", knowing);
    const first = await predict(plain);
    match(first.stderr, /\nThe model knows no gene by name: it predicts from the marks alone\.\n/);
    match(first.stdout, /^cell_type\tgene_id\tsymbol\tchrom\ttss\tstrand\tprediction\nE065\t/);
    match((await predict(knowing)).stderr, /\nThe model knew 100 of 130 genes\.\n/);
  }));

Deno.test("genes that were held out are new, and no sign of wrong identifiers", () =>
  withDirectory(async (directory) => {
    const parts = `${directory}/parts`;
    const divided = ["--data", "fixtures/train.npz", "--scheme", "by-gene", "--test-share", "0.2"];
    const split = await runTask("split", ...divided, "--out", parts);
    strictEqual(split.code, 0, split.stderr);
    const train = ["--data", `${parts}/train.npz`, "--test", `${parts}/test.npz`];
    const model = ["--preset", "experiment1", "--gene-effects", ...QUICK];
    const { stdout, stderr } = await runTask(
      "train",
      ...train,
      ...model,
      "--out",
      `${directory}/r`,
    );
    match(stdout, /The model knew 0 of 20 genes/);
    doesNotMatch(stderr, /of one kind/);
  }));

Deno.test("if genes have positions, the table has them", () =>
  withDirectory(async (directory) => {
    const example = "fixtures/genome/example";
    const data = `${directory}/data.npz`;
    const prepared = await runTask(
      "prepare",
      "--samples",
      `${example}/sheet.tsv`,
      "--genes",
      `${example}/genes.gtf`,
      "--expression",
      `${example}/expression.tsv`,
      "--signal",
      "reads",
      "--out",
      data,
    );
    strictEqual(prepared.code, 0, prepared.stderr);
    const run = `${directory}/run`;
    await runTask("train", "--data", data, "--preset", "experiment1", ...QUICK, "--out", run);
    const { stdout } = await runTask("predict", "--model", run, "--data", data, "--out", "-");
    const [cellType, gene, , chromosome, tss, strand, prediction] =
      stdout.split("\n")[1]?.split("\t") ?? [];
    ok(cellType && gene && chromosome?.startsWith("chr"));
    ok(Number(tss) > 0 && Number.isFinite(Number(prediction)));
    match(strand ?? "", /^[+-]$/);
  }));

Deno.test("outputs with other endings, and files of other programs, are refused before anything is read", () =>
  withDirectory(async (directory) => {
    const refuse = async (out: string) => {
      const args = ["--model", "nowhere", "--data", "nowhere.npz", "--out", out];
      const { code, stderr } = await runTask("predict", ...args);
      strictEqual(code, 1);
      return stderr;
    };
    match(
      await refuse(`${directory}/a.txt`),
      /expected a name that ends in \.tsv, .* \.zarr, or --format with any name, or -/,
    );
    match(await refuse(`${directory}/a.tsv.gz`), /expected a name without \.gz/);
    await Deno.writeTextFile(`${directory}/labels.csv`, "id,expression\n");
    match(await refuse(`${directory}/labels.csv`), /it is there already.*--overwrite/);
    deepStrictEqual(filesIn(directory), ["labels.csv"]);
  }));
