import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { meanSquaredError, pearson } from "../../src/metrics/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import {
  classifyRows,
  evaluateRegimes,
  forecastMix,
  makeGeneMean,
  makeOverallMean,
  makeRidge,
  type RegimeEvaluation,
  REGIMES,
  splitRegimes,
} from "../../src/validation/mod.ts";
import { tableDataset } from "../helpers/samples.ts";
import { plantedData, plantedSplit } from "./baselines/_planted.ts";

const { train, test } = plantedSplit();
const kinds = classifyRows(train, test);
const truth = test.labels();
const model = truth.map((label, row) => 0.5 * label + Math.sin(row));
const result = evaluateRegimes({ train, test, predictions: { model } }, {
  bootstrapSamples: 200,
});

function close(found: number | null, wanted: number): void {
  ok(found !== null && Math.abs(found - wanted) < 1e-10, `${found}, not ${wanted}`);
}

function errorsOf({ regimes }: RegimeEvaluation, name: string): Record<string, number | null> {
  return Object.fromEntries(regimes.map(({ regime, models, baselines }) => [
    regime,
    [...models, ...baselines].find((predictor) => predictor.name === name)!.mse.value,
  ]));
}

Deno.test("each regime's figures are computed from its samples", () => {
  deepStrictEqual(result.regimes.map(({ regime }) => regime), REGIMES);
  for (const { regime, rows, models: [scores] } of result.regimes) {
    const places = [...kinds.keys()].filter((row) => kinds[row] === regime);
    const labels = places.map((row) => truth[row]!);
    const values = places.map((row) => model[row]!);
    strictEqual(rows, places.length);
    close(scores!.mse.value, meanSquaredError(labels, values));
    close(scores!.pearson.value, pearson(labels, values));
  }
  deepStrictEqual(
    result.regimes.map(({ cellTypes, genes }) => [cellTypes, genes]),
    [[6, 10], [2, 30], [2, 10]],
  );
});

Deno.test("the mix is the forecast from the regimes' errors, for models and baselines", () => {
  const { mix } = result;
  for (const { name, mse } of [...mix.models, ...mix.baselines.slice(0, 4)]) {
    close(mse.value, forecastMix(errorsOf(result, name))!);
  }
  strictEqual(mix.rows, test.length);
  strictEqual(mix.cellTypes, 8);
  deepStrictEqual(result.missingRegimes, []);
});

Deno.test("skill is above the best baseline, in the mix above the best of each regime", () => {
  const bests = result.regimes.map(({ baselines }) =>
    Math.min(...baselines.map(({ mse }) => mse.value!))
  );
  for (const [i, { models: [scores] }] of result.regimes.entries()) {
    close(scores!.skill.value, 1 - scores!.mse.value! / bests[i]!);
  }
  const [newGene, newCellType, bothNew] = bests as [number, number, number];
  const wanted = forecastMix({ newGene, newCellType, bothNew })!;
  const { models, baselines, bestBaseline } = result.mix;
  const { mse, skill } = models[0]!;
  strictEqual(bestBaseline, "best of each regime");
  close(baselines.at(-1)!.mse.value, wanted);
  close(skill.value, 1 - mse.value! / wanted);
});

Deno.test("one baseline that is best everywhere is the best of the mix", () => {
  const { mix } = evaluateRegimes({ train, test, predictions: {} }, {
    baselines: [makeRidge({ stretches: 2 })],
    bootstrapSamples: 2,
  });
  strictEqual(mix.bestBaseline, "ridge");
  strictEqual(mix.baselines.length, 1);
});

Deno.test("a gene's correlation needs predictions that differ between cell types", () => {
  const [newGene, newCellType] = result.regimes;
  const genesOf = (regime: typeof newGene, name: string) =>
    [...regime!.models, ...regime!.baselines].find((scores) => scores.name === name)!.byGene!.genes;
  strictEqual(genesOf(newGene, "model"), 10);
  strictEqual(genesOf(newGene, "gene mean"), 0);
  // Two new cell types are too few for any.
  strictEqual(genesOf(newCellType, "model"), 0);
  strictEqual(result.mix.models[0]!.byGene, null);
});

Deno.test("the quartiles of genes' correlations are those of the genes", () => {
  // The labels of a gene rise with the cell type. Predictions of genes 1 and 2 rise too, of 3 they fall.
  const table = tableDataset(6, 5);
  const split = splitRegimes(table, { newGenes: 3, newCellTypes: 1 });
  const names = split.newGenes;
  const cellTypes = split.test.cellTypeIndices();
  const values = Float64Array.from(
    split.test.rows,
    (_, row) => (split.test.geneOf(row) === names[2] ? -1 : 1) * cellTypes[row]!,
  );
  const { regimes: [newGene] } = evaluateRegimes(
    { train: split.train, test: split.test, predictions: { values } },
    { baselines: [], bootstrapSamples: 1 },
  );
  const { genes, lowerQuartile, median, upperQuartile } = newGene!.models[0]!.byGene!;
  strictEqual(genes, 3);
  close(lowerQuartile, 0);
  close(median, 1);
  close(upperQuartile, 1);
  strictEqual(newGene!.bestBaseline, null);
  strictEqual(newGene!.models[0]!.skill.value, null);
});

Deno.test("baselines report how often they fell back", () => {
  const rows = (regime: number, name: string) =>
    result.regimes[regime]!.baselines.find((baseline) => baseline.name === name)!.fallbackRows;
  strictEqual(rows(0, "gene mean"), 60);
  strictEqual(rows(1, "gene mean"), 0);
  strictEqual(rows(2, "nearest cell type"), 20);
  strictEqual(rows(2, "ridge"), 0);
});

Deno.test("intervals hold their figures, widen with confidence, and depend on the seed alone", () => {
  const trial = { train, test, predictions: { model } };
  const options = { baselines: [makeOverallMean()], bootstrapSamples: 300 };
  const wide = evaluateRegimes(trial, { ...options, confidence: 0.99 });
  const narrow = evaluateRegimes(trial, { ...options, confidence: 0.5 });
  const width = (evaluation: RegimeEvaluation) => {
    const { low, value, high } = evaluation.mix.models[0]!.mse;
    ok(low! <= value! && value! <= high!);
    return high! - low!;
  };
  ok(width(wide) > width(narrow));
  deepStrictEqual(evaluateRegimes(trial, { ...options, confidence: 0.99 }), wide);
  const other = evaluateRegimes(trial, { ...options, confidence: 0.99, seed: 1 });
  ok(other.mix.models[0]!.mse.low !== wide.mix.models[0]!.mse.low);
});

Deno.test("the interval of a constant error per cell type is that error's range", () => {
  // Every sample of a cell type misses by the same, and only one regime has samples.
  const table = tableDataset(5, 6);
  const split = splitRegimes(table, { newGenes: 2, newCellTypes: 0 });
  const labels = split.test.labels();
  const cellTypes = split.test.cellTypeIndices();
  const values = labels.map((label, row) => label + cellTypes[row]!);
  const { regimes, missingRegimes, mix } = evaluateRegimes(
    { train: split.train, test: split.test, predictions: { values } },
    { baselines: [makeGeneMean()], bootstrapSamples: 2000, confidence: 0.999999 },
  );
  const { mse } = regimes[0]!.models[0]!;
  strictEqual(mse.value, (0 + 1 + 4 + 9 + 16) / 5);
  ok(mse.low! >= 0 && mse.low! < 1);
  ok(mse.high! <= 16 && mse.high! > 12);
  deepStrictEqual(missingRegimes, ["newCellType", "bothNew"]);
  deepStrictEqual(mix.models[0]!.mse, { value: null, low: null, high: null });
  strictEqual(mix.bestBaseline, null);
});

Deno.test("a skill's interval is that of the ratio on each bootstrap sample", () => {
  // Half the baseline's error everywhere is a quarter of its mean square, whatever is redrawn.
  const { values } = makeOverallMean().fit(train).predict(test);
  const halved = truth.map((label, row) => (label + values[row]!) / 2);
  const { regimes, mix } = evaluateRegimes({ train, test, predictions: { halved } }, {
    baselines: [makeOverallMean()],
    bootstrapSamples: 50,
  });
  for (const { models } of [...regimes, mix]) {
    const { skill, mse } = models[0]!;
    for (const found of [skill.low, skill.value, skill.high]) close(found, 0.75);
    ok(mse.high! - mse.low! > 0.01 * mse.value!);
  }
});

Deno.test("one cell type has no interval", () => {
  const split = splitRegimes(plantedData(), { newCellTypes: 1, newGenes: 4 });
  const { regimes: [newGene, newCellType], mix } = evaluateRegimes(
    { ...split, predictions: { zero: new Float64Array(split.test.length) } },
    { baselines: [], bootstrapSamples: 5 },
  );
  ok(newGene!.models[0]!.mse.low !== null);
  strictEqual(newCellType!.models[0]!.mse.low, null);
  ok(mix.models[0]!.mse.value !== null);
  strictEqual(mix.models[0]!.mse.high, null);
});

Deno.test("new pairs of a known gene and cell type are judged separately, and are not in the mix", () => {
  const data = plantedData();
  const split = splitRegimes(data, { newCellTypes: 2, newGenes: 10 });
  const moved = split.train.rows.subarray(0, 5);
  const { regimes, mix } = evaluateRegimes({
    train: new Dataset(data.columns, split.train.rows.subarray(5)),
    test: new Dataset(data.columns, Uint32Array.of(...split.test.rows, ...moved)),
    predictions: {},
  }, { baselines: [makeGeneMean()], bootstrapSamples: 2 });
  strictEqual(regimes.at(-1)!.regime, "bothSeen");
  strictEqual(regimes.at(-1)!.rows, 5);
  strictEqual(mix.rows, split.test.length);
});

Deno.test("the whole result survives JSON", () => {
  deepStrictEqual(JSON.parse(JSON.stringify(result)), result);
});

Deno.test("test samples that were trained on, and predictions that are not numbers, are refused", () => {
  const zeros = new Float64Array(test.length);
  const refused = (name: string, pattern: RegExp, change: object, options = {}) =>
    throws(
      () => evaluateRegimes({ train, test, predictions: { zeros }, ...change }, options),
      { name, message: pattern },
    );
  refused("ContractError", /180 of 180 test samples were trained on/, { test: train });
  refused("TypeError", /"short" has 1 predictions for 140/, { predictions: { short: [1] } });
  refused("RangeError", /prediction 3 of "bad" is NaN/, {
    predictions: { bad: zeros.map((_, row) => row === 3 ? NaN : 0) },
  });
  refused("RangeError", /0 test samples/, { test: test.slice(0, 0) });
  refused("RangeError", /bootstrapSamples is 0/, {}, { bootstrapSamples: 0 });
  refused("RangeError", /resampled is "rows"/, {}, { resampled: "rows" });
  refused("RangeError", /confidence is 1/, {}, { confidence: 1 });
});

Deno.test("the mix of a split of train forecasts the simulated competition's score", () => {
  // Over seeds 1 to 20 the 95% intervals held 37 of 40 scores.
  let [inside, total] = [0, 0];
  for (let seed = 1; seed <= 10; seed++) {
    const size = { cellTypes: 24, genes: 240, newCellTypes: 6, newGenes: 60, bins: 20, seed };
    const { train: columns, eval: evalColumns } = simulateColumns(size);
    const all = new Dataset(columns);
    const baselines = [makeRidge({ stretches: 4 }), makeGeneMean()];
    const split = splitRegimes(all, { newCellTypes: 6, newGenes: 60 });
    const forecast = evaluateRegimes({ ...split, predictions: {} }, {
      baselines,
      resampled: "cell-types-and-genes",
      bootstrapSamples: 300,
    }).mix;
    const real = evaluateRegimes(
      { train: all, test: new Dataset(evalColumns), predictions: {} },
      { baselines, bootstrapSamples: 1 },
    ).mix;
    forecast.baselines.forEach(({ mse: { low, high } }, i) => {
      const score = real.baselines[i]!.mse.value!;
      total++;
      if (low! < score && score < high!) inside++;
    });
  }
  ok(inside >= 0.85 * total, `${inside} of ${total} scores are within their intervals`);
});

Deno.test("redrawing genes too makes intervals wider and changes no other figure", () => {
  const options = { baselines: [makeOverallMean()], bootstrapSamples: 300 };
  const trial = { train, test, predictions: { model } };
  const mseOf = ({ mix }: RegimeEvaluation) => mix.models[0]!.mse;
  const wide = mseOf(evaluateRegimes(trial, { ...options, resampled: "cell-types-and-genes" }));
  const narrow = mseOf(evaluateRegimes(trial, options));
  ok(Math.abs(wide.value! - narrow.value!) < 1e-12);
  ok(wide.low! < narrow.low! && wide.high! > narrow.high!);
});
