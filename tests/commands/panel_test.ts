/** Commands with a model that reads a reference panel. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { evaluateByRegime } from "../../src/commands/_regimes.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { loadModels } from "../../src/runs/models.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { predict } from "../../src/training/predict.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const QUICK = ["--epochs", "1", "--engine", "wasm"];
const [TRAIN, EVAL] = ["fixtures/train.npz", "fixtures/eval.npz"];
const LABELS = "fixtures/eval_labels.csv";

/** The text on one line, however the terminal's width broke it. */
function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

Deno.test("train, predict and evaluate say whether marks of new genes were in the panel", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const trained = await runTask(
      "train",
      "--preset",
      "waka3",
      "--data",
      TRAIN,
      ...QUICK,
      "--out",
      run,
    );
    strictEqual(trained.code, 0, trained.stderr);
    match(
      onOneLine(trained.stdout),
      /Panel: 100 genes in 6 cell types, 100 with labels, 78\.\d kB/,
    );
    const out = `${directory}/p.tsv`;
    const model = ["--model", run, "--data", EVAL, "--engine", "wasm"];
    const without = await runTask("predict", ...model, "--out", out);
    match(
      onOneLine(without.stdout),
      /marks of 30 new genes in 6 reference cell types were not in the panel\. The model knew 100 of 130 genes\./,
    );
    const with_ = await runTask("predict", ...model, "--panel", EVAL, "--out", out, "--overwrite");
    strictEqual(with_.code, 0, with_.stderr);
    match(
      onOneLine(with_.stdout),
      /marks of 30 new genes in 6 reference cell types were in the panel/,
    );
    const [header, ...lines] = (await Deno.readTextFile(out)).trimEnd().split("\n");
    const column = header!.split("\t").indexOf("prediction");
    const data = await readDataset(EVAL);
    const [loaded] = await loadModels(run);
    const wanted = await predict(loaded!, data, {
      engine: "wasm",
      path: "grouped",
      unlabelled: [data],
    });
    deepStrictEqual(
      lines.map((line) => Math.fround(Number(line.split("\t")[column]))),
      [...wanted],
    );
    const dropped = await runTask(
      "predict",
      ...model,
      "--drop-marks",
      "H3K4me1,H2A.Z",
      "--out",
      "-",
    );
    strictEqual(dropped.code, 1);
    match(onOneLine(dropped.stderr), /Cannot drop mark "H2A\.Z": it is not one of the model's/);
    const { panel } = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    match(panel, /^100 genes in 6 cell types, 100 with labels, 78\.\d kB$/);
    const metrics = `${directory}/metrics.json`;
    const measured = await runTask(
      "evaluate",
      ...model,
      "--labels",
      LABELS,
      "--train",
      TRAIN,
      "--panel",
      EVAL,
      "--out",
      metrics,
    );
    strictEqual(measured.code, 0, measured.stderr);
    const { notes, inputs } = JSON.parse(await Deno.readTextFile(metrics));
    ok(notes.includes("marks of 30 new genes in 6 reference cell types were in the panel"), notes);
    ok(inputs.panel.path.endsWith(EVAL));
    const info = await runTask("info", run, `${run}/model/panel.npz`);
    strictEqual(info.code, 0, info.stdout);
    match(
      onOneLine(info.stdout),
      /panel\.npz: the reference panel of a model.* 100 genes in 6 cell types/,
    );
  }));

Deno.test("train and crossval add marks of --panel, and refuse it for other models", () =>
  withDirectory(async (directory) => {
    const flags = ["--data", TRAIN, ...QUICK, "--out", `${directory}/run`];
    const refused = await runTask("train", "--preset", "waka2", "--panel", EVAL, ...flags);
    strictEqual(refused.code, 1);
    match(onOneLine(refused.stderr), /Cannot use --panel with waka2: it reads no panel/);
    const hidden = await runTask("train", "--preset", "waka2", "--gene-dropout", "0.1", ...flags);
    match(onOneLine(hidden.stderr), /geneDropout 0\.1: it reads no panel/);
    const folds = ["--folds", "2", "--scheme", "by-gene", "--panel", TRAIN];
    const crossed = await runTask("crossval", "--preset", "waka3", ...flags, ...folds);
    strictEqual(crossed.code, 0, crossed.stderr);
    match(
      onOneLine(crossed.stdout),
      /marks of 50 new genes in 6 reference cell types were in the panel/,
    );
    const { data, panel } =
      JSON.parse(await Deno.readTextFile(`${directory}/run/config.json`)).inputs;
    strictEqual(panel.sha256, data.sha256);
  }));

Deno.test("where marks are missing, predictions are judged beside means of labels alone", () => {
  const { train, eval: test } = simulateColumns({ cellTypes: 3, genes: 12, newGenes: 4, bins: 20 });
  const trial = (columns: typeof test) => {
    const data = new Dataset(columns);
    return {
      train: new Dataset(train),
      test: data,
      predictions: { zero: new Float32Array(data.length) },
    };
  };
  const labelled = { ...test, labels: new Float64Array(test.geneIndex.length) };
  const namesOf = (columns: typeof test) =>
    evaluateByRegime(trial(columns)).mix.baselines.map(({ name }) => name);
  ok(namesOf(labelled).includes("ridge"));
  const marks = train.record.marks.length;
  const markMask = new Uint8Array(test.cellTypes.length * marks).fill(1);
  markMask[0] = 0;
  const size = test.bins * marks;
  const signal = Float64Array.from(
    test.signal,
    (value, i) => test.cellTypeIndex[Math.floor(i / size)] === 0 && i % marks === 0 ? 0 : value,
  );
  deepStrictEqual(namesOf({ ...labelled, signal, markMask }), ["overall mean", "gene mean"]);
});
