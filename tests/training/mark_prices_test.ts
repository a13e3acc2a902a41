/** Prices of missing marks: planted ones are found, and calibrations measure them on what folds held out. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { listMarkSubsets } from "../../src/training/_mark_subsets.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { calibrate } from "../../src/training/calibrate.ts";
import { fit } from "../../src/training/fit.ts";
import { priceMarks } from "../../src/training/mark_prices.ts";
import { predict } from "../../src/training/predict.ts";
import { calibrationFolds } from "../../src/validation/calibration_folds.ts";
import { classifyRows } from "../../src/validation/regimes.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";
import type { Progress } from "../../src/progress.ts";
import { packedSignal } from "../helpers/packed.ts";

const QUICK = { epochs: 4, batchSize: 64, engine: "wasm", threads: 1 } as const;
const GENES = 200;
const [TELLING, SILENT] = ["H3K27me3", "H3K36me3"];

/** Random marks, the second of which tells the label: its counts are that many times larger. */
function plantedColumns(cellTypes: number, genes: number): SampleColumns {
  const columns = randomColumns(cellTypes, genes);
  const stream = new RandomStream(deriveKey(1, "planted marks"));
  const labels = columns.labels!.map(() => 4 * stream.uniform());
  const size = columns.bins * MARKS;
  const signal = Uint8Array.from(
    packedSignal(columns),
    (value, i) => i % MARKS === 1 ? Math.round(value * labels[Math.floor(i / size)]!) : value,
  );
  return { ...columns, signal, labels };
}

const COLUMNS = plantedColumns(4, GENES);
const DATA = new Dataset(COLUMNS);
const TRAINING = DATA.filter((row) => row % GENES < 150);
const NEW_GENES = DATA.filter((row) => row % GENES >= 150);
const { model: MODEL } = await fit("waka3", TRAINING, QUICK);

/** The same data without some marks in some cell types. */
function mask(missing: readonly (readonly [cellType: number, mark: number])[]): SampleColumns {
  const markMask = new Uint8Array(COLUMNS.cellTypes.length * MARKS).fill(1);
  const signal = (COLUMNS.signal as Uint8Array).slice();
  for (const [cellType, mark] of missing) {
    markMask[cellType * MARKS + mark] = 0;
    for (let at = mark; at < signal.length; at += MARKS) {
      const row = Math.floor(at / (COLUMNS.bins * MARKS));
      if (COLUMNS.cellTypeIndex[row] === cellType) signal[at] = 0;
    }
  }
  return { ...COLUMNS, signal, markMask };
}

function meanSquaredError(data: Dataset, predictions: ArrayLike<number>): number {
  return data.labels().reduce((sum, label, i) => sum + (label - predictions[i]!) ** 2, 0) /
    data.length;
}

Deno.test("the mark that tells the label has a price, the others have none", async () => {
  const [prices, ...others] = await priceMarks([MODEL], NEW_GENES, QUICK);
  strictEqual(others.length, 0);
  deepStrictEqual([prices!.regime, prices!.samples], ["newGene", 200]);
  const [first, ...rest] = prices!.marks;
  strictEqual(first!.mark, TELLING);
  ok(first!.price > 0.5 && first!.price > 5 * first!.standardError!, JSON.stringify(first));
  for (const { price } of rest) ok(Math.abs(price) < 0.2, JSON.stringify(rest));
  // Each is what predict says without the mark.
  for (const { mark, mse, mseWithout } of prices!.marks) {
    const compute = { ...QUICK, path: "grouped" } as const;
    const without = await predict(MODEL, NEW_GENES, { ...compute, dropMarks: [mark] });
    ok(Math.abs(mseWithout - meanSquaredError(NEW_GENES, without)) < 1e-9);
    const whole = await predict(MODEL, NEW_GENES, compute);
    ok(Math.abs(mse - meanSquaredError(NEW_GENES, whole)) < 1e-9);
  }
});

Deno.test("only samples that have a mark, and another one, are asked what it is worth", async () => {
  // The first cell type lacks the first mark, the second has the last mark alone.
  const masked = new Dataset(mask([[0, 0], [1, 0], [1, 1]])).subset(NEW_GENES.rows);
  const [prices] = await priceMarks([MODEL], masked, { ...QUICK, unlabelled: [masked] });
  strictEqual(prices!.regime, "newGeneInPanel");
  const samples = Object.fromEntries(prices!.marks.map(({ mark, samples }) => [mark, samples]));
  deepStrictEqual(samples, { H3K4me3: 100, H3K27me3: 150, H3K36me3: 150 });
  const [dropped] = await priceMarks([MODEL], NEW_GENES, { ...QUICK, dropMarks: [SILENT] });
  deepStrictEqual(dropped!.marks.map(({ mark }) => mark).sort(), [TELLING, "H3K4me3"]);
});

Deno.test("an ensemble has the prices of its mean", async () => {
  const { model } = await fit("waka3", TRAINING, { ...QUICK, seed: 1, epochs: 1 });
  const done: number[] = [];
  let last: Progress | undefined;
  const onProgress = (progress: Progress) => done.push((last = progress).done);
  const [prices] = await priceMarks([MODEL, model], NEW_GENES, { ...QUICK, onProgress });
  strictEqual(done.at(-1), 2 * 4 * 200);
  strictEqual(last?.total, 2 * 4 * 200);
  deepStrictEqual(done, done.toSorted((a, b) => a - b));
  const [a, b] = [await predict(MODEL, NEW_GENES, QUICK), await predict(model, NEW_GENES, QUICK)];
  const mse = meanSquaredError(NEW_GENES, a.map((value, i) => (value + b[i]!) / 2));
  ok(Math.abs(prices!.mse - mse) < 1e-5);
});

Deno.test("what has no prices is refused by a sentence", async () => {
  const refuse = (attempt: Promise<unknown>, message: RegExp) => rejects(attempt, { message });
  await refuse(priceMarks([], DATA), /0 models, expected some/);
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  await refuse(priceMarks([model], DATA, QUICK), /"experiment1" needs every mark/);
  const unlabelled = { ...COLUMNS, labels: undefined };
  await refuse(priceMarks([MODEL], new Dataset(unlabelled), QUICK), /the data have no labels/);
  const one = mask([0, 1, 2, 3].flatMap((cellType) => [[cellType, 0], [cellType, 2]] as const));
  await refuse(
    priceMarks([MODEL], new Dataset(one), QUICK),
    /no cell type with two of the model's/,
  );
  const dropMarks = ["H2A.Z"];
  await refuse(priceMarks([MODEL], DATA, { ...QUICK, dropMarks }), /"H2A.Z": it is not one of/);
});

Deno.test("of few marks every subset is measured, of more those that lack one or two", () => {
  const few = listMarkSubsets(["a", "b", "c"]);
  deepStrictEqual(few, [[], ["a"], ["b"], ["a", "b"], ["c"], ["a", "c"], ["b", "c"]]);
  strictEqual(listMarkSubsets(Array.from("abcde")).length, 31);
  const many = listMarkSubsets(Array.from("abcdefgh"));
  strictEqual(many.length, 1 + 8 + 28);
  deepStrictEqual(many[0], []);
  strictEqual(new Set(many.map(String)).size, many.length);
  // A single mark cannot be missing.
  deepStrictEqual(listMarkSubsets(["a"]), [[]]);
});

Deno.test("a calibration has the errors of what folds held out, with each subset of the marks", async () => {
  const data = new Dataset(plantedColumns(3, 60));
  const options = { ...QUICK, epochs: 2, folds: 3, seed: 2 };
  const { regimes, markErrors } = await calibrate("waka3", data, options);
  const { marks, samples, subsets } = markErrors!;
  deepStrictEqual([marks, subsets.length], [data.marks, 7]);
  const counts = Object.entries(regimes).map(([regime, found]) => [regime, found.samples]);
  deepStrictEqual(samples, Object.fromEntries(counts));
  // The slow way: each fold by itself.
  let [sum, count] = [0, 0];
  for (const { training, heldOut } of calibrationFolds(data, { folds: 3, seed: 2 })) {
    const { model } = await fit("waka3", training, { ...QUICK, epochs: 2, seed: 2 });
    const kinds = classifyRows(training, heldOut);
    const own = heldOut.filter((position) => kinds[position] === "newCellType");
    const predictions = await predict(model, own, { ...QUICK, dropMarks: [TELLING, SILENT] });
    sum += meanSquaredError(own, predictions) * own.length;
    count += own.length;
  }
  strictEqual(samples.newCellType, count);
  const hidden = subsets.find(({ missing }) => String(missing) === String([TELLING, SILENT]));
  ok(Math.abs(hidden!.mse.newCellType! - sum / count) < 1e-4 * sum / count);
  const { markErrors: none } = await calibrate("experiment1", data, options);
  strictEqual(none, undefined);
});

Deno.test("cell types that lack a mark are left out of a calibration's errors by subset", async () => {
  const { regimes, markErrors } = await calibrate("waka3", new Dataset(mask([[0, 1]])), {
    ...QUICK,
    epochs: 1,
    folds: 2,
  });
  ok(markErrors!.samples.newCellType! < regimes.newCellType!.samples);
  const all = mask([[0, 1], [1, 1], [2, 1], [3, 1]]);
  const calibrated = await calibrate("waka3", new Dataset(all), { ...QUICK, epochs: 1, folds: 2 });
  strictEqual(calibrated.markErrors, undefined);
});
