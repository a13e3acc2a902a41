/** The flags of `train` and `crossval` about how a model is fitted, and what it starts from. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { loadModel } from "../../src/model/save_load.ts";
import { readRun } from "../../src/runs/saved_run.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { checkpointsIn, kill, startUntilCheckpoint } from "./_resume.ts";

const DATA = ["--data", "fixtures/train.npz", "--engine", "wasm"];
const QUICK = [...DATA, "--preset", "experiment1", "--epochs", "2"];

function words(line: string): string[] {
  return line.split(" ");
}

async function succeed(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(command, ...args);
  strictEqual(code, 0, `${command}: ${stderr}`);
  return stdout;
}

async function refuse(message: RegExp, command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runTask(command, ...args);
  ok(code === 1 || code === 2, `code ${code}: ${stderr}`);
  match(stderr, message);
}

async function tableOf(path: string): Promise<Record<string, string>[]> {
  const [header = "", ...rows] = (await Deno.readTextFile(path)).trim().split("\n");
  const names = header.split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
  });
}

Deno.test("a run that stops early says so, keeps its best epoch, and its files tell which", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    // The rate is so high that later epochs are worse.
    const printed = await succeed(
      "train",
      ...DATA,
      ...words("--preset experiment1 --epochs 40 --learning-rate 0.3 --loss huber:2"),
      ...words("--schedule cosine:0.1 --weight-decay 0.01"),
      ...words("--validation fixtures/train.npz --early-stopping 2 --out"),
      out,
    );
    match(printed, /^Labels: variance .* between genes, .* between cell types/m);
    match(
      printed,
      /Stopped after epoch \d+ of 40\. The least validation loss was that of epoch \d+;\s+the model has its weights/,
    );
    const rows = await tableOf(`${out}/history.csv`);
    const losses = rows.map((row) => Number(row.validation_loss));
    const best = losses.indexOf(Math.min(...losses));
    strictEqual(rows.length, best + 3);
    deepStrictEqual(rows.map(({ kept }) => kept), rows.map((_, i) => i === best ? "1" : "0"));
    const rates = rows.map((row) => Number(row.learning_rate));
    ok(rates[0]! !== rates.at(-1)! && Math.max(...rates) <= 0.3, `rates ${rates}`);
    const { spec, training } = await loadModel(`${out}/model`);
    deepStrictEqual(spec.loss, { type: "huber", delta: 2 });
    strictEqual(training.epochs, best + 1);
    deepStrictEqual(training.schedule, { type: "cosine", warmUp: 0.1 });
    strictEqual(training.weightDecay, 0.01);
    const saved = await readRun(out);
    deepStrictEqual(saved.training?.loss, { type: "huber", delta: 2 });
    deepStrictEqual(saved.config.earlyStopping, { patience: 2, restoreBest: true });
  });
});

Deno.test("a run that stops early and is killed on its way ends with the same bits", async () => {
  await withDirectory(async (directory) => {
    const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
    const flags = [
      ...DATA,
      ...words("--preset experiment2 --epochs 60 --batch-size 50 --seed 5 --learning-rate 0.05"),
      ...words("--schedule one-cycle --weight-decay 0.001 --checkpoint-minutes 0.0001"),
      ...words("--validation fixtures/train.npz --early-stopping 6"),
    ];
    await succeed("train", ...flags, "--out", alone);
    let kills = 0;
    for (; kills < 4; kills++) {
      const args = kills === 0 ? [...flags, "--out", killed] : ["--resume", killed];
      const before = checkpointsIn(killed).at(-1);
      const child = await startUntilCheckpoint("train", args, { directory: killed });
      const deadline = performance.now() + 20_000;
      while (checkpointsIn(killed).at(-1) === before && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await kill(child);
      if (filesIn(killed).includes("config.json")) break;
    }
    ok(kills > 1, `it ended after ${kills} kills`);
    const last = await runTask("train", "--resume", killed);
    const history = async (run: string) =>
      (await tableOf(`${run}/history.csv`)).map(({ loss, validation_loss, kept }) => {
        return { loss, validation_loss, kept };
      });
    ok(last.code === 0 || filesIn(killed).includes("config.json"), last.stderr);
    deepStrictEqual(await history(killed), await history(alone));
    deepStrictEqual(
      await Deno.readFile(`${killed}/model/weights.bin`),
      await Deno.readFile(`${alone}/model/weights.bin`),
    );
  });
});

Deno.test("training starts from a model, leaves layers as they are, and weighs samples by a table", async () => {
  await withDirectory(async (directory) => {
    const [first, second] = [`${directory}/first`, `${directory}/second`];
    await succeed("train", ...QUICK, "--schedule", "linear", "--out", first);
    const table = `${directory}/weights.tsv`;
    const cellTypes = (await readRun(first)).config.samples / 100;
    const names = ["E065", "E004", "E066", "E005", "E012", "E027"].slice(0, cellTypes);
    await Deno.writeTextFile(
      table,
      ["cell_type\tweight", ...names.map((name, i) => `${name}\t${i === 0 ? 0 : i}`), ""].join(
        "\n",
      ),
    );
    const from = ["--from", first, "--freeze", "encoder"];
    const printed = await succeed(
      "train",
      ...DATA,
      ...from,
      ...words("--learning-rate 0.002 --weights"),
      table,
      "--out",
      second,
    );
    match(printed, /Weights: column weight, from 0 to 5; 100 samples of weight 0 are left out/);
    match(printed, /Starting from \S+first: experiment1, trained for 2 epochs on 600\s+samples/);
    const [old, fresh] = [await loadModel(`${first}/model`), await loadModel(`${second}/model`)];
    deepStrictEqual(fresh.weights.slice(0, 2), old.weights.slice(0, 2));
    ok(fresh.weights[2]!.some((value, i) => value !== old.weights[2]![i]));
    const { frozen, schedule, epochs, learningRate, samples } = fresh.training;
    deepStrictEqual([frozen, schedule, epochs, learningRate, samples], [
      [0],
      { type: "linear" },
      2,
      0.002,
      500,
    ]);
    const { inputs } = JSON.parse(await Deno.readTextFile(`${second}/config.json`));
    deepStrictEqual(Object.keys(inputs).sort(), ["data", "from", "weights"]);
    const scores = await succeed(
      "crossval",
      ...DATA,
      ...from,
      ...words("--folds 2 --scheme by-gene --early-stopping 1 --out"),
      `${directory}/folds`,
    );
    match(scores, /Early stopping chooses the best epoch of a fold by the samples/);
    match(scores, /Folds hold nothing out that this model was trained on before/);
    const layer = ["--from", first, "--freeze", "1", "--out", `${directory}/none`];
    await refuse(/Cannot freeze layer 1 of "experiment1"/, "train", ...DATA, ...layer);
  });
});

Deno.test("flags that do not go together, or do not fit the data, are refused before training", async () => {
  await withDirectory(async (directory) => {
    const out = ["--out", `${directory}/run`];
    await refuse(/found no validation data/, "train", ...QUICK, "--early-stopping", "2", ...out);
    await refuse(/Expected mse, rank, huber/, "train", ...QUICK, "--loss", "mae", ...out);
    await refuse(/Expected constant, one-cycle/, "train", ...QUICK, "--schedule", "step", ...out);
    await refuse(
      /Expected encoder, head, or numbers/,
      "train",
      ...QUICK,
      "--freeze",
      "all",
      ...out,
    );
    await refuse(/neither a run nor a model/, "train", ...DATA, "--from", directory, ...out);
    await refuse(
      /cannot be used with option '--preset/,
      "train",
      ...QUICK,
      "--from",
      directory,
      ...out,
    );
    await refuse(/found no --weights/, "train", ...QUICK, "--weight-column", "x", ...out);
    const table = `${directory}/weights.csv`;
    await Deno.writeTextFile(table, "cell_type,weight\nE065,1\n");
    await refuse(/it has no row for E004/, "train", ...QUICK, "--weights", table, ...out);
    ok(!filesIn(directory).some((name) => name.startsWith("run/model")));
  });
});

Deno.test("a flag without the one that it needs is a wrong flag", async () => {
  await withDirectory(async (directory) => {
    const out = ["--out", `${directory}/run`];
    const alone: readonly [command: string, flags: string, needed: string][] = [
      ["train", "--no-restore-best", "--early-stopping"],
      ["train", "--calibration-folds 5", "--calibrate"],
      ["train", "--accept-assembly", "--from or --panel or --validation"],
      ["train", "--own-panel", "--from"],
      ["train", "--other-arithmetic", "--resume"],
      ["train", "--freeze encoder", "--from"],
      ["crossval", "--freeze head", "--from"],
      ["forecast", "--other-arithmetic", "--resume"],
      [`plan --plan ${directory}/plan train`, "--freeze encoder", "--from"],
    ];
    for (const [command, flags, needed] of alone) {
      const [task = "", ...before] = words(command);
      const { code, stderr } = await runTask(task, ...before, ...QUICK, ...words(flags), ...out);
      const [flag] = words(flags);
      strictEqual(
        stderr,
        `error: Cannot use ${flag}: found no ${needed}, without which it does nothing\n`,
      );
      strictEqual(code, 2);
    }
    deepStrictEqual(filesIn(directory), []);
  });
});
