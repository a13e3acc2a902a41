/** The command that writes a run as a page. */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const DATA = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "2"];
const UNSEEN = ["--test", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];

Deno.test("a trained model's report has its losses, its predictions, and errors by regime on unseen data", async () => {
  await withDirectory(async (directory) => {
    await runTask("train", ...DATA, "--out", directory);
    const seen = await runTask("report", directory, "--out", `${directory}/seen`);
    strictEqual(seen.code, 0, seen.stderr);
    match(await Deno.readTextFile(`${directory}/seen/report.html`), /On the training data\./);
    const trained = await runTask("report", directory, "--test", "fixtures/train.npz");
    match(
      trained.stderr,
      /^error: Cannot judge by --test fixtures\/train\.npz: 600 of 600 samples were trained on, .*Leave --test out/m,
    );
    const unseen = await runTask("report", directory, ...UNSEEN);
    strictEqual(unseen.code, 0, unseen.stderr);
    const page = await Deno.readTextFile(`${directory}/report.html`);
    match(page, /On the test data, fixtures\/eval\.npz\./);
    match(page, /Trained gene, new cell type \(\d+ samples; range over 2 cell types\)/);
    match(page, /<th scope="row" class="text">batchSize<\/th>/);
    doesNotMatch(page, /[Pp]ublished/);
    const figures = filesIn(`${directory}/figures`).filter((name) => name.endsWith(".png"));
    deepStrictEqual(figures, [
      "distributions.png",
      "error-by-cell-type.png",
      "figure-4-training-loss.png",
      "learning-rate-throughput.png",
      "predicted-measured.png",
      "regimes.png",
      "residuals.png",
    ]);
  });
});

Deno.test("a cross-validation's report has figure 3, with the published values only on request", async () => {
  await withDirectory(async (directory) => {
    await runTask("crossval", ...DATA, "--folds", "2", "--out", directory);
    const page = async (...flags: string[]) => {
      const { code, stderr } = await runTask("report", directory, ...flags);
      strictEqual(code, 0, stderr);
      return await Deno.readTextFile(`${directory}/report.html`);
    };
    const plain = await page();
    doesNotMatch(plain, /published/);
    match(
      plain,
      /<caption>Scores by what is new, mean ± standard deviation of the folds<\/caption>/,
    );
    match(plain, /New gene, new cell type<\/th>/);
    const { mix } = JSON.parse(await Deno.readTextFile(`${directory}/metrics.json`));
    const row = /The three in the competition’s proportions<\/th>([^]*?)<\/tr>/.exec(plain)?.[1];
    deepStrictEqual([...row!.matchAll(/<td[^>]*>([^<]*)/g)].map(([, cell]) => cell), [
      "–",
      `${mix.mean.toPrecision(4)} ± ${mix.sd.toPrecision(4)}`,
      "–",
      "–",
    ]);
    match(await page("--competition"), /In the published figure/);
    deepStrictEqual(filesIn(`${directory}/figures`), [
      "figure-3-cross-validation.png",
      "figure-3-cross-validation.svg",
    ]);
  });
});

Deno.test("a directory without a run, damaged files and labels without data are refused in one line", async () => {
  await withDirectory(async (directory) => {
    const refuse = async (message: RegExp, ...flags: string[]) => {
      const { code, stderr } = await runTask("report", directory, ...flags);
      strictEqual(code, 1);
      match(stderr, /^error: .*\n$/);
      match(stderr, message);
    };
    await refuse(/no file ".*config\.json", expected a directory that train, crossval,/);
    await refuse(/--labels names labels of --test/, "--labels", "fixtures/eval_labels.csv");
    const write = (name: string, text: string) => Deno.writeTextFile(`${directory}/${name}`, text);
    await write("config.json", '{"command": "train"');
    await refuse(/config\.json/);
    await write("config.json", '{"command": "train"}');
    await refuse(/data is missing, expected a string \(.*config\.json\)/);
    const config = { command: "train", preset: "experiment1", data: "x", engine: "", device: "" };
    const numbers = { samples: 1, epochs: 1, batchSize: 1, learningRate: 1 };
    await write("config.json", JSON.stringify({ ...config, ...numbers }));
    await write("history.csv", "epoch,loss\n1,3.5\n2,x\n");
    await refuse(/found "2,x", expected numbers for epoch,loss \(.*history\.csv, line 3\)/);
    await write("history.csv", "epoch,loss\n1,3.5\n2\n");
    await refuse(/history\.csv, line 3/);
    deepStrictEqual(filesIn(directory), ["config.json", "history.csv"]);
  });
});
