import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset, largestErrors } from "../../src/data/mod.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

Deno.test("the largest errors are those that a sort finds, whatever the predictions", () => {
  const predictions = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 12, maxLength: 12 });
  fc.assert(fc.property(predictions, fc.integer({ min: 1, max: 15 }), (predicted, count) => {
    const data = tableDataset(3, 4);
    const errors = data.labels().map((label, i) => Math.abs(predicted[i]! - label));
    const wanted = [...errors.keys()].sort((a, b) => errors[b]! - errors[a]! || a - b).slice(
      0,
      count,
    );
    deepStrictEqual(
      largestErrors(data, predicted, { count }).map(({ cellType, gene }) => [cellType, gene]),
      wanted.map((i) => [data.cellTypeOf(i), data.geneOf(i)]),
    );
  }));
});

Deno.test("a large error has its gene's symbol, where that is known", () => {
  const columns = { ...tableColumns(1, 2), geneDetails: [{ symbol: "DPM1" }, {}] };
  deepStrictEqual(largestErrors(new Dataset(columns), [5, 3]), [
    { gene: "ENSG00000000001", symbol: "DPM1", cellType: "E001", measured: 0, predicted: 5 },
    { gene: "ENSG00000000002", cellType: "E001", measured: 1, predicted: 3 },
  ]);
});
