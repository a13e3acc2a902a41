import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset, geneOrder } from "../../src/data/mod.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

const order = (data: Dataset, epoch = 0) =>
  geneOrder(data, new RandomStream(deriveKey(5, "order", epoch)));

/** Where the genes of rows change. */
function runsOf(data: Dataset, rows: Uint32Array): number[] {
  const genes = Array.from(rows, (row) => data.columns.geneIndex[row]!);
  return genes.filter((gene, i) => gene !== genes[i - 1]);
}

Deno.test("each sample of a view comes once, and a gene's samples stand together", () => {
  const data = tableDataset(5, 7);
  const positions = fc.uniqueArray(fc.nat({ max: 34 }), { minLength: 1, maxLength: 35 });
  fc.assert(fc.property(positions, (wanted) => {
    const view = data.subset(wanted);
    const rows = order(view);
    deepStrictEqual([...rows].sort((a, b) => a - b), [...view.rows].sort((a, b) => a - b));
    const genes = runsOf(view, rows);
    strictEqual(new Set(genes).size, genes.length);
  }));
});

Deno.test("a row that a view has twice comes twice", () => {
  const view = tableDataset(2, 2).subset([1, 1, 3]);
  deepStrictEqual([...order(view)].sort(), [1, 1, 3]);
});

Deno.test("genes and the samples of each are in another order each epoch, and in the same for the same numbers", () => {
  const data = new Dataset(tableColumns(40, 30));
  const [one, other] = [order(data), order(data, 1)];
  deepStrictEqual([...one], [...order(data)]);
  ok(runsOf(data, one).join() !== runsOf(data, other).join());
  const cellTypesOf = (rows: Uint32Array, gene: number) =>
    Array.from(rows).filter((row) => data.columns.geneIndex[row] === gene).join();
  ok(cellTypesOf(one, 3) !== cellTypesOf(other, 3));
  // Each gene is as likely to be early as late.
  const places = new Float64Array(30);
  for (let epoch = 0; epoch < 300; epoch++) {
    for (const [place, gene] of runsOf(data, order(data, epoch)).entries()) places[gene]! += place;
  }
  ok(places.every((sum) => Math.abs(sum / 300 - 14.5) < 2.5), `${places.map((sum) => sum / 300)}`);
});
