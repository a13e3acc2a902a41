import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { fitGeneHistory, makeNearestCellType } from "../../src/validation/mod.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";
import { plantedSplit } from "./baselines/_planted.ts";

/** Mean and standard deviation, divisor n − 1, by definition. */
function summarise(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

Deno.test("a sample's features summarise its gene in the other training cell types", () => {
  const size = { cellTypes: 5, genes: 4 };
  const rows = size.cellTypes * size.genes;
  const tables = fc.record({
    labels: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: rows, maxLength: rows }),
    trained: fc.uniqueArray(fc.nat({ max: rows - 1 }), { minLength: 1 }),
  });
  fc.assert(fc.property(tables, ({ labels, trained }) => {
    const columns = {
      ...tableColumns(size.cellTypes, size.genes),
      labels: Float64Array.from(labels),
    };
    const train = new Dataset(columns, Uint32Array.from(trained));
    const all = new Dataset(columns);
    const { values } = fitGeneHistory(train, { neighbours: 0 }).featuresOf(all);
    for (let row = 0; row < rows; row++) {
      const others = trained.filter((other) =>
        other !== row && other % size.genes === row % size.genes
      ).map((other) => labels[other]!);
      const [seen, mean, deviation, count] = values.subarray(4 * row);
      strictEqual(seen, others.length > 0 ? 1 : 0);
      strictEqual(count, others.length);
      if (others.length === 0) {
        deepStrictEqual([mean, deviation], [0, 0]);
        continue;
      }
      const wanted = summarise(others);
      ok(Math.abs(mean! - wanted.mean) < 1e-3);
      ok(Math.abs(deviation! - wanted.deviation) < 1e-3);
    }
  }));
});

Deno.test("a new cell type sees all training cell types, a new gene sees nothing", () => {
  const data = tableDataset(3, 2); // labels 0 1, 2 3, 4 5
  const train = data.subset([0, 2]);
  const { names, values } = fitGeneHistory(train).featuresOf(data.slice(4, 6));
  deepStrictEqual(names, [
    "geneSeen",
    "geneMean",
    "geneStandardDeviation",
    "geneCellTypes",
    "geneInNearest1",
  ]);
  // Too few genes to tell which cell type is nearest, so the mean stands in.
  deepStrictEqual([...values], [1, 1, Math.fround(Math.SQRT2), 2, 1, 0, 0, 0, 0, 0]);
});

Deno.test("the nearest cell type's expression is what the baseline predicts", () => {
  const { train, test } = plantedSplit();
  const history = fitGeneHistory(train, { neighbours: 3 });
  const { names, values } = history.featuresOf(test);
  const { values: nearest, fellBack } = makeNearestCellType().fit(train).predict(test);
  const place = names.indexOf("geneInNearest1");
  let compared = 0;
  for (let row = 0; row < test.length; row++) {
    if (fellBack[row] === 1) continue;
    strictEqual(values[row * names.length + place], Math.fround(nearest[row]!));
    compared++;
  }
  strictEqual(compared, 60);
});

Deno.test("as many neighbours as other training cell types are all of them", () => {
  const { train } = plantedSplit();
  const { names, values } = fitGeneHistory(train, { neighbours: 5 }).featuresOf(train);
  for (let row = 0; row < train.length; row++) {
    const features = values.subarray(row * names.length, (row + 1) * names.length);
    const { mean, deviation } = summarise([...features.subarray(4)]);
    ok(Math.abs(mean - features[1]!) < 1e-5);
    ok(Math.abs(deviation - features[2]!) < 1e-5);
  }
});

Deno.test("a training sample has the same features among all and on its own", () => {
  const { train } = plantedSplit();
  const history = fitGeneHistory(train);
  const width = history.names.length;
  const all = history.featuresOf(train).values;
  deepStrictEqual(history.featuresOf(train.subset([7])).values, all.slice(7 * width, 8 * width));
});

Deno.test("a number of neighbours that is not an integer is refused", () => {
  throws(() => fitGeneHistory(tableDataset(2, 2), { neighbours: -1 }), { name: "RangeError" });
});
