/** What a cross-validation says of itself. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { describeSharedParts, findSharedParts } from "../../src/commands/_shared_parts.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { kFold } from "../../src/data/kfold.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const QUICK = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "1"];

/** What each scheme has on both sides, with 4 folds on 6 cell types × 100 genes. */
const SHARED = [
  [
    "contiguous",
    /^Scheme contiguous shares genes and cell types: 100% and 33\.3% of the validation/,
  ],
  ["shuffled", /shares genes and cell types: 100% and 100% of/],
  ["by-gene", /shares cell types: 100% of/],
  ["by-cell-type", /shares genes: 100% of the validation samples have one that is trained on too/],
  ["by-both", /^Scheme by-both: training and validation share no gene and no cell type\.$/],
] as const;

Deno.test("genes and cell types that folds share are found in the samples, not by the scheme's name", () => {
  const size = { cellTypes: 6, genes: 100, newCellTypes: 0, newGenes: 1, bins: 1 };
  const data = new Dataset(simulateColumns(size).train);
  for (const [scheme, message] of SHARED) {
    const shared = findSharedParts(kFold(data, { folds: 4, scheme }));
    match(describeSharedParts(scheme, shared), message);
  }
  // Each sample a gene and cell type of its own: there is nothing to share.
  const alone = data.filter((row) => row % 101 === 0);
  const shared = findSharedParts(kFold(alone, { folds: 2, scheme: "contiguous" }));
  deepStrictEqual(shared, { genes: 0, cellTypes: 0 });
});

Deno.test("mean and sample standard deviation over the folds are printed, and kept with what the folds share", async () => {
  await withDirectory(async (directory) => {
    const args = [...QUICK, "--folds", "3", "--out", directory];
    const { code, stdout, stderr } = await runTask("crossval", ...args);
    strictEqual(code, 0, stderr);
    match(stdout, /\nScheme contiguous shares genes: 100% of the validation samples/);
    const metrics = JSON.parse(await Deno.readTextFile(`${directory}/metrics.json`));
    deepStrictEqual(metrics.shared, { genes: 1, cellTypes: 0 });
    const [a = NaN, b = NaN, c = NaN]: number[] = metrics.folds.map(({ mse }: { mse: number }) =>
      mse
    );
    const mean = (a + b + c) / 3;
    const sd = Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2);
    strictEqual(metrics.mse.toFixed(9), mean.toFixed(9));
    strictEqual(metrics.mseSd.toFixed(9), sd.toFixed(9));
    match(
      stdout,
      new RegExp(`Mean ± sd of 3 folds: MSE ${mean.toFixed(4)} ± ${sd.toFixed(4)}, Pearson`),
    );
    match(
      stdout,
      new RegExp(`Pearson r ${metrics.pearson.toFixed(4)} ± ${metrics.pearsonSd.toFixed(4)}`),
    );
  });
});
