import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset, evaluatePredictions } from "../../src/data/mod.ts";
import { meanSquaredError, pearson, rSquared, spearman } from "../../src/metrics/mod.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

Deno.test("an evaluation judges all samples, each cell type, and each gene across cell types", () => {
  const data = tableDataset(3, 2);
  // Labels are 0 … 5; gene 1 has 0, 2, 4 and gene 2 has 1, 3, 5.
  const predictions = [0, 5, 1, 3, 2, 1];
  const { overall, byCellType, byGene } = evaluatePredictions(data, predictions);
  strictEqual(overall.samples, 6);
  strictEqual(overall.mse, meanSquaredError(data.labels(), predictions));
  strictEqual("auroc" in overall, false);
  deepStrictEqual(byCellType[1], {
    cellType: "E002",
    samples: 2,
    mse: 0.5,
    pearson: 1,
    spearman: 1,
    r2: -1,
  });
  deepStrictEqual(byCellType.map(({ pearson }) => pearson), [1, 1, -1]);
  deepStrictEqual(byGene, { genes: 2, meanPearson: 0, medianPearson: 0 });
});

Deno.test("each figure of an evaluation equals its metric", () => {
  const data = tableDataset(1, 6);
  const truth = data.labels();
  const predictions = [0, 10, 1, 11, 40, 2];
  const { overall: { mse, pearson: r, spearman: rho, r2 } } = evaluatePredictions(
    data,
    predictions,
  );
  deepStrictEqual({ mse, r, rho, r2 }, {
    mse: meanSquaredError(truth, predictions),
    r: pearson(truth, predictions),
    rho: spearman(truth, predictions),
    r2: rSquared(truth, predictions),
  });
  strictEqual(new Set([mse, r, rho, r2]).size, 4);
});

Deno.test("a gene counts only with 3 samples whose labels and predictions vary", () => {
  const data = tableDataset(4, 3);
  const predictions = data.labels();
  for (let cell = 0; cell < 4; cell++) predictions[3 * cell + 1] = 7;
  const view = data.filter((position) => !(position % 3 === 2 && position > 5));
  const kept = Array.from(view.rows, (row) => predictions[row]!);
  deepStrictEqual(evaluatePredictions(view, kept).byGene, {
    genes: 1,
    meanPearson: 1,
    medianPearson: 1,
  });
});

Deno.test("metrics without an answer are null, and survive JSON", () => {
  const data = tableDataset(1, 3);
  const evaluation = evaluatePredictions(data, [1, 1, 1]);
  strictEqual(evaluation.overall.pearson, null);
  strictEqual(evaluation.byGene.meanPearson, null);
  deepStrictEqual(JSON.parse(JSON.stringify(evaluation)), evaluation);
  strictEqual(evaluatePredictions(data, [1, NaN, 1]).overall.mse, null);
});

Deno.test("binary labels add AUROC, null where a cell type has one class", () => {
  const labels = Float64Array.of(0, 1, 1, 1);
  const data = new Dataset({ ...tableColumns(2, 2), labels });
  const { overall, byCellType } = evaluatePredictions(data, [0.5, 0.2, 0.7, 0.9]);
  strictEqual(overall.auroc, 2 / 3);
  deepStrictEqual(byCellType.map(({ auroc }) => auroc), [0, null]);
});

Deno.test("cell types without samples in the view are left out", () => {
  const data = tableDataset(3, 2).subset([4, 5]);
  const { byCellType } = evaluatePredictions(data, [1, 2]);
  deepStrictEqual(byCellType.map(({ cellType }) => cellType), ["E003"]);
});

Deno.test("a wrong number of predictions, or data without labels, is refused", () => {
  throws(() => evaluatePredictions(tableDataset(1, 2), [1]), {
    name: "TypeError",
    message: /1 predictions for 2 samples/,
  });
  const unlabelled = new Dataset({ ...tableColumns(1, 2), labels: undefined });
  throws(() => evaluatePredictions(unlabelled, [1, 2]), { name: "ContractError" });
});

testWith("numpy", "the gene summary agrees with numpy's row-wise correlations", async () => {
  const [cellTypes, genes] = [7, 40];
  const stream = new RandomStream(deriveKey(3, "evaluate"));
  const draw = () => Float64Array.from({ length: cellTypes * genes }, () => stream.normal());
  const labels = draw();
  const predictions = draw().map((noise, row) => noise + labels[row]!);
  const data = new Dataset({ ...tableColumns(cellTypes, genes), labels });
  const { byGene, byCellType } = evaluatePredictions(data, predictions);
  const program = `
import json, sys
import numpy as np
t, p = np.array(json.loads(sys.argv[1])).reshape(2, ${cellTypes}, ${genes})
r = [np.corrcoef(t[:, g], p[:, g])[0, 1] for g in range(${genes})]
print(json.dumps([np.mean(r), np.median(r)] + [np.corrcoef(a, b)[0, 1] for a, b in zip(t, p)]))`;
  const argument = JSON.stringify([[...labels], [...predictions]]);
  const expected: number[] = JSON.parse(await runNumpy(program, [argument]));
  const found = [byGene.meanPearson, byGene.medianPearson, ...byCellType.map((c) => c.pearson)];
  strictEqual(byGene.genes, genes);
  found.forEach((value, i) => ok(Math.abs(value! - expected[i]!) < 1e-12, `value ${i}`));
  const first = labels.subarray(0, genes);
  strictEqual(byCellType[0]!.pearson, pearson(first, predictions.subarray(0, genes)));
});
