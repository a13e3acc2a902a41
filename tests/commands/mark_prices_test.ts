/** Missing marks in commands: training, cross-validation and prediction take them, and say which to measure next. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { loadModels } from "../../src/runs/models.ts";
import { predict } from "../../src/training/predict.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { writeDataset } from "../helpers/npz_file.ts";
import { packedSignal } from "../helpers/packed.ts";

const [TRAIN, EVAL] = ["fixtures/train.npz", "fixtures/eval.npz"];
const LABELS = ["--labels", "fixtures/eval_labels.csv"];
const QUICK = ["--epochs", "1", "--engine", "wasm"];
const ONE_LINE = /\s+/g;

async function succeed(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(command, ...args);
  strictEqual(code, 0, `${command}: ${stderr}`);
  return `${stdout}\n${stderr}`.replace(ONE_LINE, " ");
}

async function refuse(message: RegExp, command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runTask(command, ...args);
  strictEqual(code, 1, stderr);
  match(stderr.replace(ONE_LINE, " "), message);
}

/** The logarithms that the files hold. */
function valuesOf(columns: SampleColumns): Float64Array {
  const { signalValues } = columns;
  return Float64Array.from(packedSignal(columns), (count) => signalValues?.[count] ?? count);
}

/** Writes data of which some cell types lack marks, by their place. */
async function writeMasked(
  from: string,
  to: string,
  missing: readonly (readonly [cellType: number, mark: number])[],
): Promise<void> {
  const { columns } = await readDataset(from);
  const marks = columns.record.marks.length;
  const markMask = new Uint8Array(columns.cellTypes.length * marks).fill(1);
  for (const [cellType, mark] of missing) markMask[cellType * marks + mark] = 0;
  const size = columns.bins * marks;
  const signal = valuesOf(columns).map((value, i) => {
    const cellType = columns.cellTypeIndex[Math.floor(i / size)]!;
    return markMask[cellType * marks + i % marks] === 0 ? 0 : value;
  });
  await writeDataset(to, new Dataset({ ...columns, signalValues: undefined, signal, markMask }));
}

/** Writes data without the column of a mark, and with the others in reverse order. */
async function writeWithout(from: string, to: string, mark: string): Promise<void> {
  const { columns } = await readDataset(from);
  const { marks: all } = columns.record;
  const marks = all.filter((name) => name !== mark).toReversed();
  const places = marks.map((name) => all.indexOf(name));
  const values = valuesOf(columns);
  const signal = Float64Array.from(
    { length: values.length / all.length * marks.length },
    (_, i) => values[Math.floor(i / marks.length) * all.length + places[i % marks.length]!]!,
  );
  await writeDataset(
    to,
    new Dataset({
      ...columns,
      signalValues: undefined,
      signal,
      record: { ...columns.record, marks },
    }),
  );
}

Deno.test("a calibrated model says what marks are worth, and which missing one to measure next", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const flags = ["--data", TRAIN, ...QUICK, "--calibrate", "--out", run];
    const trained = await succeed("train", "--preset", "waka3", ...flags);
    match(trained, /The price of each mark, if it is missing: new genes in trained cell types, /);
    match(trained, /without H3K4me3 +[\d.]+ \([+−][\d.]+\)/);
    const [model] = await loadModels(run);
    const { marks, subsets } = model!.calibration!.markErrors!;
    deepStrictEqual([marks.length, subsets.length], [5, 31]);

    const metrics = `${directory}/metrics.json`;
    const onEval = ["--model", run, "--data", EVAL, "--engine", "wasm"];
    const panel = ["--panel", EVAL, "--out", metrics];
    const measured = await succeed("evaluate", ...onEval, ...LABELS, ...panel, "--mark-prices");
    match(measured, /The price of each mark, if it is missing \(± standard error over genes\):/);
    match(measured, /trained genes in new cell types, 200 samples: MSE [\d.]+ without H3K/);
    const { markPrices, nextAssays } = JSON.parse(await Deno.readTextFile(metrics));
    strictEqual(nextAssays, undefined);
    const regimes = markPrices.map(({ regime, samples, marks }: Record<string, unknown[]>) => [
      regime,
      samples,
      marks!.length,
    ]);
    deepStrictEqual(regimes, [
      ["newGeneInPanel", 180, 5],
      ["newCellType", 200, 5],
      ["bothNewInPanel", 60, 5],
    ]);

    const four = `${directory}/four.npz`;
    await writeWithout(EVAL, four, "H3K4me3");
    const table = `${directory}/p.jsonl`;
    const predicted = await succeed(
      "predict",
      "--model",
      run,
      "--data",
      four,
      "--drop-marks",
      "H3K9me3",
      "--engine",
      "wasm",
      "--out",
      table,
    );
    match(predicted, /Note: the data lack H3K4me3\./);
    const next = /Note: which assay next for [^:]+ and 4 more: (\S+) would (not )?lower (it|the)/;
    ok(["H3K4me3", "H3K9me3"].includes(next.exec(predicted)![1]!), predicted);
    const values = (await Deno.readTextFile(table)).trimEnd().split("\n")
      .map((line) => Math.fround(JSON.parse(line).prediction));
    const wanted = await predict(model!, await readDataset(EVAL), {
      engine: "wasm",
      path: "grouped",
      dropMarks: ["H3K9me3", "H3K4me3"],
    });
    deepStrictEqual(values, [...wanted]);
    const lacking = ["--model", run, "--data", four, "--engine", "wasm", "--out", metrics];
    await succeed("evaluate", ...lacking, ...LABELS, "--overwrite");
    const [found] = JSON.parse(await Deno.readTextFile(metrics)).nextAssays;
    deepStrictEqual([found.missing, found.cellTypes.length], [["H3K4me3"], 8]);
    strictEqual(found.choices[0].gain, found.mse - found.choices[0].mse);
    match(
      await succeed("submit", ...lacking.slice(0, 6), "--out", `${directory}/s.csv`),
      /which assay next/,
    );
  }));

Deno.test("data that lack marks are trained on, cross-validated and evaluated, by models with a panel alone", () =>
  withDirectory(async (directory) => {
    const [train, test] = [`${directory}/train.npz`, `${directory}/test.npz`];
    // The second cell type lacks two marks, and no cell type has the fifth.
    const everywhere = [0, 1, 2, 3, 4, 5].map((cellType) => [cellType, 4] as const);
    await writeMasked(TRAIN, train, [[1, 0], [1, 3], ...everywhere]);
    await writeMasked(EVAL, test, [[0, 2], [7, 3]]);
    const flags = ["--data", train, ...QUICK, "--out"];
    const panel = ["--preset", "waka3"];
    await succeed("train", ...panel, ...flags, `${directory}/run`, "--validation", train);
    await succeed("crossval", ...panel, ...flags, `${directory}/cv`, "--folds", "2");
    const onForecast = [...panel, ...flags, `${directory}/forecast`];
    const baselines = /Of the baselines only means of labels: .* marks are missing/;
    match(await succeed("forecast", ...onForecast), baselines);
    const model = ["--model", `${directory}/run`, "--engine", "wasm", "--data", test, ...LABELS];
    const metrics = `${directory}/metrics.json`;
    const prices = ["--mark-prices", "--train", train];
    const measured = await succeed("evaluate", ...model, ...prices, "--out", metrics);
    match(measured, baselines);
    match(measured, /marks were not measured: H3K4me1 in \S+.*H3K4me3 in/);
    match(measured, /without H3K4me3 [^)]*, [\d,]+ samples that have it\)/);
    const advice =
      /H3K9me3 was not measured in \S+ .* or train a model that takes data without some marks \(--preset waka3\)/;
    await refuse(advice, "train", "--preset", "waka2", ...flags, `${directory}/other`);
    await succeed(
      "train",
      "--preset",
      "waka2",
      "--data",
      TRAIN,
      ...QUICK,
      "--out",
      `${directory}/o`,
    );
    const other = ["--model", `${directory}/o`, "--data", EVAL, ...LABELS, "--out", metrics];
    await refuse(
      /Cannot find prices of marks: "waka2" needs every mark/,
      "evaluate",
      ...other,
      "--overwrite",
      "--mark-prices",
    );
  }));
