import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import {
  classifyRows,
  evaluateRegimes,
  fitGeneHistory,
  hideLabels,
  makeBaselines,
} from "../../../src/validation/mod.ts";
import { plantedData, plantedSplit, withLabels } from "./_planted.ts";

const { train, test } = plantedSplit();
const kinds = classifyRows(train, test);

for (const baseline of makeBaselines()) {
  const fitted = baseline.fit(train);
  const { values, fellBack } = fitted.predict(test);

  Deno.test(`${baseline.name}: wild labels of test samples change no prediction`, () => {
    const wild = withLabels(test, (position) => 1e6 * (position + 1));
    deepStrictEqual(fitted.predict(wild).values, values);
    deepStrictEqual(fitted.predict(hideLabels(test)).values, values);
    // The columns that training samples are a view of hold the wild labels too; only its rows count.
    const besideWild = new Dataset(wild.columns, train.rows);
    deepStrictEqual(baseline.fit(besideWild).predict(test).values, values);
  });

  Deno.test(`${baseline.name}: labels of training samples do change predictions`, () => {
    const other = withLabels(train, (position, label) => label + position % 7);
    notDeepStrictEqual(baseline.fit(other).predict(test).values, values);
  });

  Deno.test(`${baseline.name}: predicts a finite number for every sample`, () => {
    strictEqual(values.length, test.length);
    ok(values.every(Number.isFinite));
  });

  if (!["gene mean", "nearest cell type"].includes(baseline.name)) continue;
  Deno.test(`${baseline.name}: a gene seen only in test gets the overall mean, and it says so`, () => {
    const labels = train.labels();
    const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    kinds.forEach((kind, row) => {
      const isNew = kind !== "newCellType";
      strictEqual(fellBack[row], isNew ? 1 : 0);
      strictEqual(values[row] === mean, isNew);
    });
  });
}

Deno.test("a baseline that looks at test labels is stopped", () => {
  const cheat = {
    name: "cheat",
    fit: () => ({
      description: "reads the answers",
      predict: (data: Dataset) => ({
        values: data.labels(),
        fellBack: new Uint8Array(data.length),
      }),
    }),
  };
  let failure: unknown;
  try {
    evaluateRegimes({ train, test, predictions: {} }, { baselines: [cheat] });
  } catch (error) {
    failure = error;
  }
  strictEqual((failure as Error).name, "ContractError");
});

/** Root mean squares of the labels, and errors of the gene mean, by regime. */
function scoresOf(label: (gene: number, cellType: number, position: number) => number) {
  const data = plantedData();
  const genes = data.geneIndices();
  const cellTypes = data.cellTypeIndices();
  const planted = withLabels(data, (row) => label(genes[row]!, cellTypes[row]!, row));
  const { regimes } = evaluateRegimes({
    train: new Dataset(planted.columns, train.rows),
    test: new Dataset(planted.columns, test.rows),
    predictions: {},
  }, { bootstrapSamples: 1 });
  return Object.fromEntries(regimes.map(({ regime, baselines }) => [
    regime,
    Object.fromEntries(baselines.map(({ name, mse }) => [name, mse.value!])),
  ]));
}

Deno.test("a signal of the gene alone shows where the gene was seen, and nowhere else", () => {
  const { newGene, newCellType, bothNew } = scoresOf((gene) => 3 * Math.sin(12.9898 * gene + 1));
  ok(newCellType!["gene mean"]! < 1e-20);
  ok(newCellType!["nearest cell type"]! < 1e-20);
  ok(newGene!["gene mean"]! > 1);
  ok(bothNew!["gene mean"]! > 1);
});

Deno.test("a signal of the cell type alone helps no baseline if the cell type is new", () => {
  const { newCellType } = scoresOf((_, cellType) => 3 * Math.sin(12.9898 * cellType + 1));
  for (const mse of Object.values(newCellType!)) ok(mse > 1);
});

Deno.test("a training sample's own label changes none of its features, not even by a rounding error", () => {
  const history = fitGeneHistory(train, { neighbours: 2 });
  const { names, values } = history.featuresOf(train);
  for (const position of [0, 17, train.length - 1]) {
    const wild = withLabels(train, (other, label) => other === position ? 1e12 / 3 : label);
    const changed = fitGeneHistory(wild, { neighbours: 2 }).featuresOf(wild).values;
    const features = (all: Float32Array) =>
      all.slice(position * names.length, (position + 1) * names.length);
    deepStrictEqual(features(changed), features(values));
    notDeepStrictEqual(changed, values);
  }
});

Deno.test("no test label changes any feature", () => {
  const history = fitGeneHistory(train);
  const wild = withLabels(test, (position) => 1e6 * position);
  deepStrictEqual(history.featuresOf(wild).values, history.featuresOf(test).values);
  deepStrictEqual(history.featuresOf(hideLabels(test)).values, history.featuresOf(test).values);
  const besideWild = fitGeneHistory(new Dataset(wild.columns, train.rows));
  deepStrictEqual(besideWild.featuresOf(test).values, history.featuresOf(test).values);
});
