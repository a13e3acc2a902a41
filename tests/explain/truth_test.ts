/** Explanations of trained models beside what the simulator knows. */

import { ok } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { attribute } from "../../src/explain/attribute.ts";
import { nullFromModels } from "../../src/explain/nulls/null_attributions.ts";
import { shuffleLabels, trainNullModels } from "../../src/explain/nulls/shuffled_labels.ts";
import { sumOverBins } from "../../src/explain/sum_over_bins.ts";
import { testAttributions } from "../../src/explain/nulls/test_attributions.ts";
import type { Attributions } from "../../src/explain/types.ts";
import { pearson } from "../../src/metrics/pearson.ts";
import { simulate } from "../../src/simulate/simulation.ts";
import type { MarkTruth } from "../../src/simulate/mark_truth.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { fit } from "../../src/training/fit.ts";
import { FEW } from "../helpers/few_samples.ts";

const WASM = { engine: "wasm" } as const;

/** Bins of 500 bp: the first pool of `wakawaka`, which cannot say where in it a mark is. */
const WINDOW_BINS = 5;

const OPTIONS = {
  cellTypes: 5,
  genes: 1000,
  newCellTypes: 1,
  newGenes: 1,
  expressionTransform: "log2p1",
} as const;
const DATA = new Dataset(simulateColumns({ ...OPTIONS, features: "log1p" }).train);
const TRUTH = simulate(OPTIONS).truth().marks!;
/** Every 20th sample. */
const ROWS = Array.from({ length: DATA.length / 20 }, (_, i) => 20 * i);

/** Sums up windows: `[window, mark]`. */
function sumWindows(valueAt: (bin: number, mark: number) => number): Float64Array {
  const windows = DATA.bins / WINDOW_BINS;
  const sums = new Float64Array(windows * DATA.marks.length);
  for (let bin = 0; bin < DATA.bins; bin++) {
    DATA.marks.forEach((_, mark) => {
      sums[Math.floor(bin / WINDOW_BINS) * DATA.marks.length + mark]! += valueAt(bin, mark);
    });
  }
  return sums;
}

/** The mean size of the attributions, summed up over windows. */
function meanSizes({ rows, inputs }: Attributions): Float64Array {
  const { values, shape: [, marks] } = inputs.signal!;
  const means = new Float64Array(values.length / rows.length);
  values.forEach((value, i) => means[i % means.length]! += Math.abs(value) / rows.length);
  return sumWindows((bin, mark) => means[bin * marks! + mark]!);
}

const truthOf = (figures: MarkTruth["contributions"]) =>
  sumWindows((bin, mark) => figures[DATA.marks[mark]!]![bin]!);

Deno.test("integrated gradients of a trained model are where the simulator has the label from, and complete", async () => {
  const { model } = await fit("wakawaka", DATA, {
    ...WASM,
    seed: 0,
    epochs: 6,
    batchSize: 50,
    learningRate: 0.001,
  });
  const found = await attribute([model], DATA, { ...WASM, rows: ROWS });
  const r = pearson(meanSizes(found), truthOf(TRUTH.contributions));
  ok(r >= 0.9, `r = ${r}`);
  // Within 1% of the difference from the baseline; of 1 where that is smaller, as the labels' standard deviation is 2.
  const errors = found.completenessErrors!.map((error, i) => {
    const size = Math.abs(found.predictions[i]! - found.baselinePredictions![i]!);
    return Math.abs(error) * size / Math.max(size, 1);
  }).sort();
  ok(errors[Math.floor(0.99 * errors.length)]! < 0.01, `errors up to ${errors.at(-1)}`);
});

Deno.test("marks of a model that learned shuffled labels are not beyond their null, those of real labels are", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => 10 * i);
  const settings = { ...WASM, seed: 0, epochs: 10, batchSize: 50 };
  const { model } = await fit("experiment1", FEW, settings);
  const { model: shuffled } = await fit("experiment1", shuffleLabels(FEW, 77), settings);
  const options = { ...WASM, rows, baseline: "mean" } as const;
  const shuffles = await trainNullModels([model], FEW, { ...WASM, shuffles: 8, seed: 1 });
  const nulls = await nullFromModels(shuffles, FEW, options);
  const byMark = { ...nulls, attributions: sumOverBins(nulls.attributions) };
  const [some, none] = await Promise.all([model, shuffled].map(async (one) => {
    const found = sumOverBins(await attribute([one], FEW, options));
    const { qValues } = testAttributions(found, byMark, FEW).inputs.signal!;
    return qValues!.filter((q) => q <= 0.05).length / qValues!.length;
  }));
  ok(none! <= 0.05, `${none} of the marks of a model of shuffled labels`);
  ok(some! > 0.1, `${some} of the marks of a model of labels`);
});
