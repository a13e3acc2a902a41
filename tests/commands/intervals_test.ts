/** `train --calibrate`, `predict --interval`, `evaluate --interval`, and notes on unlike cell types. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parquetReadObjects } from "hyparquet";
import { Dataset } from "../../src/data/dataset.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { writeCompetition } from "../../src/io/competition_writer.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import { loadModels } from "../../src/runs/models.ts";
import { predict } from "../../src/training/predict.ts";
import { predictIntervals } from "../../src/training/intervals.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { readArray, readCategories, type Store } from "../helpers/zarrita.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";
import { packedSignal } from "../helpers/packed.ts";

const TRAIN = ["--data", "fixtures/train.npz", "--engine", "wasm", "--preset", "experiment1"];
const QUICK = [...TRAIN, "--epochs", "2", "--calibrate"];
const EVAL = ["--data", "fixtures/eval.npz", "--engine", "wasm"];
const LABELS = ["--labels", "fixtures/eval_labels.csv"];

async function succeed(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runTask(command, ...args);
  strictEqual(code, 0, `${command}: ${stderr}`);
  return stdout;
}

async function refuse(message: RegExp, command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await runTask(command, ...args);
  ok(code === 1 || code === 2, stderr);
  match(stderr, message);
}

const rowsOf = (text: string) =>
  text.replace(/\n$/, "").split("\n").map((line) => line.split("\t"));

Deno.test("a calibrated run predicts intervals in every format, and measures how often they hold", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const printed = await succeed("train", ...QUICK, "--ensemble", "2", "--out", run);
    match(printed, /Calibration: 5 more models on parts of the data, which cost 3\.2 times/);
    match(printed, /fold 5 {2}epoch +2 {2}loss/);
    match(
      printed,
      /Intervals of 90%, on average, .*:\n {2}new genes in trained cell types: ± [\d.]+ \(/,
    );
    const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    deepStrictEqual([config.calibrate, config.calibrationFolds], [true, 5]);
    const models = await loadModels(run);
    deepStrictEqual(models[0]!.calibration, models[1]!.calibration);

    const text = await succeed(
      "predict",
      "--model",
      run,
      ...EVAL,
      "--interval",
      "0.8",
      "--out",
      "-",
    );
    const [header, ...rows] = rowsOf(text);
    deepStrictEqual(header!.slice(-6), ["prediction", "spread", "low", "high", "regime", "unlike"]);
    strictEqual(rows.length, 440);
    const data = await readDataset("fixtures/eval.npz");
    const predictions = (await Promise.all(models.map((model) =>
      predict(model, data, { engine: "wasm" })
    )))
      .reduce(
        (sum, values) => sum.map((value, i) => value + values[i]! / 2),
        new Float64Array(440),
      );
    const { low } = predictIntervals(models[0]!, data, { predictions, confidence: 0.8 });
    rows.forEach((row, i) => ok(Math.abs(Number(row.at(-4)) - low[i]!) < 1e-4));
    const regimes = new Map(
      rows.map((row) => [row.at(-2), rows.filter((one) => one.at(-2) === row.at(-2)).length]),
    );
    deepStrictEqual([...regimes], [["new gene", 180], ["new cell type", 200], ["both new", 60]]);

    for (const ending of ["parquet", "zarr"]) {
      const out = `${directory}/p.${ending}`;
      await succeed("predict", "--model", run, ...EVAL, "--interval", "0.8", "--out", out);
    }
    const parquet = await parquetReadObjects({
      file: Deno.readFileSync(`${directory}/p.parquet`).buffer,
    });
    deepStrictEqual(
      parquet.map(({ low, high, regime }) => [low, high, regime]),
      rows.map((
        row,
      ) => [Math.fround(Number(row.at(-4))), Math.fround(Number(row.at(-3))), row.at(-2)]),
    );
    const store: Store = new Map(
      filesIn(`${directory}/p.zarr`).map((name) =>
        [`/${name}`, Deno.readFileSync(`${directory}/p.zarr/${name}`)] as const
      ),
    );
    const known = await readCategories(store, "/obs/trained");
    deepStrictEqual(known, [...Array(6).fill("yes"), "no", "no"]);
    strictEqual((await readArray(store, "/layers/low")).values.length, 8 * 130);

    const out = `${directory}/metrics.json`;
    const measured = await succeed(
      "evaluate",
      "--model",
      run,
      ...EVAL,
      ...LABELS,
      "--interval",
      "0.8",
      "--out",
      out,
    );
    match(
      measured,
      /How often intervals of 80% held the measured value:\n.*held.*mean width.*samples\n/,
    );
    const { intervals } = JSON.parse(await Deno.readTextFile(out));
    strictEqual(intervals.confidence, 0.8);
    const shares = intervals.regimes.map(({ regime, covered, byCellType }: {
      regime: string;
      covered: number;
      byCellType: unknown[];
    }) => [regime, covered > 0.5 && covered <= 1, byCellType.length]);
    deepStrictEqual(shares, [["newGene", true, 6], ["newCellType", true, 2], ["bothNew", true, 2]]);

    // Trained samples have intervals that are too wide, which a note says.
    const seen = await runTask(
      "predict",
      "--model",
      run,
      "--data",
      "fixtures/train.npz",
      "--interval",
      "0.8",
      "--out",
      "-",
    );
    match(
      seen.stderr,
      /Note: the model was trained on the gene and on the cell type of 600 samples; their/,
    );
    strictEqual(rowsOf(seen.stdout)[1]!.at(-2), "both trained");
  });
});

Deno.test("intervals are refused without a calibration, and at confidences that samples do not allow", async () => {
  await withDirectory(async (directory) => {
    const [plain, calibrated] = [`${directory}/plain`, `${directory}/calibrated`];
    await succeed("train", ...TRAIN, "--epochs", "1", "--out", plain);
    for (const command of ["predict", "evaluate"]) {
      const labels = command === "evaluate" ? LABELS : [];
      const args = ["--model", plain, ...EVAL, ...labels, "--interval", "0.9", "--out", "-"];
      await refuse(
        /the model was not calibrated, expected .* \(deno task train --calibrate\)/,
        command,
        ...args,
      );
    }
    // Two cell types: there are new genes only.
    const two = `${directory}/two.npz`;
    const data = await readDataset("fixtures/train.npz");
    const names = data.columns.cellTypes.slice(0, 2);
    await writeTo(two, data.filter((position) => names.includes(data.cellTypeOf(position))));
    const args = ["--data", two, "--engine", "wasm", "--preset", "experiment1", "--epochs", "1"];
    const printed = await succeed(
      "train",
      ...args,
      "--calibrate",
      "--calibration-folds",
      "3",
      "--out",
      calibrated,
    );
    match(printed, /Calibration: 3 more models/);
    match(printed, /trained genes in new cell types: too few to hold out/);
    const predict = [
      "predict",
      "--model",
      calibrated,
      ...EVAL,
      "--out",
      "-",
      "--interval",
    ] as const;
    await refuse(
      /Cannot make intervals for .* new cell types: .*, and 3 training cell types/,
      ...predict,
      "0.9",
    );
    for (const bad of ["0", "1", "0.999", "-1", "x"]) {
      await refuse(/interval.*Expected a number > 0 and <= 0\.995/s, ...predict, bad);
    }
    const classes = `${directory}/classes.npz`;
    const labels = data.labels().map((label) => label > 0 ? 1 : 0);
    await writeTo(classes, new Dataset({ ...data.columns, labels }));
    const binary = ["--data", classes, "--engine", "wasm", "--preset", "deepchrome"];
    await refuse(
      /Cannot calibrate "deepchrome": it predicts the probability of a class/,
      "train",
      ...binary,
      "--calibrate",
      "--out",
      `${directory}/binary`,
    );
  });
});

Deno.test("a calibrated run that is killed in a fold resumes to the same bytes", async () => {
  await withDirectory(async (directory) => {
    const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
    const args = [...TRAIN, "--epochs", "20", "--calibrate", "--threads", "1"];
    await succeed("train", ...args, "--out", alone);
    const child = await startUntilCheckpoint("train", [...args, "--out", killed], {
      directory: killed,
    });
    // The model takes a sixth of the time at most.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await kill(child);
    match(await succeed("train", "--resume", killed), /Resuming/);
    const bytes = (run: string) => Deno.readTextFileSync(`${run}/model/model.json`);
    const withoutTime = (text: string) => JSON.parse(text).userDefinedMetadata.histone;
    deepStrictEqual(withoutTime(bytes(killed)), withoutTime(bytes(alone)));
    deepStrictEqual(filesIn(killed), filesIn(alone));
  });
});

Deno.test("a cell type that is unlike the training data is named by predict, evaluate and submit", async () => {
  await withDirectory(async (directory) => {
    const run = `${directory}/run`;
    await succeed("train", ...QUICK, "--out", run);
    const data = await readDataset("fixtures/eval.npz");
    const size = data.bins * data.marks.length;
    const odd = data.columns.cellTypes.indexOf("E071");
    const signal = packedSignal(data.columns).map((count, at) =>
      data.columns.cellTypeIndex[Math.floor(at / size)] === odd && at % data.marks.length === 2
        ? 0
        : count
    );
    const file = `${directory}/odd.npz`;
    await writeTo(file, new Dataset({ ...data.columns, signal } as typeof data.columns));
    const note = /Note: E071 is unlike the training cell types: H3K4me1 has no signal.*\./;
    const flags = ["--model", run, "--data", file, "--engine", "wasm"];
    const table = `${directory}/p.tsv`;
    match(await succeed("predict", ...flags, "--interval", "0.9", "--out", table), note);
    const [, ...rows] = rowsOf(await Deno.readTextFile(table));
    for (const row of rows) {
      strictEqual(row.at(-1)!.startsWith("H3K4me1 has no signal"), row[0] === "E071", row.join());
    }
    const metrics = `${directory}/m.json`;
    match(await succeed("evaluate", ...flags, ...LABELS, "--out", metrics), note);
    const { unlike, notes } = JSON.parse(await Deno.readTextFile(metrics));
    deepStrictEqual([unlike[0].cellType, unlike[0].statistics[0].found], ["E071", null]);
    match(notes.join(), /E071 is unlike/);
    match(await succeed("submit", ...flags, "--out", `${directory}/s.csv`), note);
    // What is refused for its record is not described first.
    const record = `${directory}/hg38.json`;
    await Deno.writeTextFile(record, JSON.stringify({ ...data.record, assembly: "hg38" }));
    const place = `${directory}/refused.tsv`;
    for (const refused of [["predict"], ["evaluate", ...LABELS]]) {
      const { code, stdout, stderr } = await runTask(
        ...refused as [string],
        ...flags,
        "--record",
        record,
        "--out",
        place,
      );
      strictEqual(code, 1);
      match(stderr, /assembly/);
      ok(!note.test(stdout + stderr), stdout + stderr);
    }
    // The data as they are do not have this note.
    const usual = await runTask("predict", "--model", run, ...EVAL, "--out", "-");
    ok(!/E071 is unlike .* H3K4me1 has no signal/.test(usual.stderr), usual.stderr);
  });
});

/** Writes samples in the competition's layout. */
async function writeTo(path: string, data: Dataset): Promise<void> {
  const { columns, rows, record } = data;
  const byCellType = Map.groupBy(rows.keys(), (position) => data.cellTypeOf(position));
  const size = data.bins * data.marks.length;
  const blocks = Array.from(byCellType, ([cellType, positions]) => {
    const signal = new Float64Array(positions.length * size);
    positions.forEach((position, i) => signal.set(data.signalOf(position), i * size));
    return {
      cellType,
      genes: positions.map((position) => data.geneOf(position)),
      signal,
      ...(data.hasLabels && {
        labels: Float64Array.from(positions, (position) => columns.labels![rows[position]!]!),
      }),
    };
  });
  await writeFileAtomic(path, (sink) => writeCompetition(sink, blocks, { record }));
}
