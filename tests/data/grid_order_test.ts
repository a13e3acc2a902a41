import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { gridOrder } from "../../src/data/grid_order.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { tableColumns } from "../helpers/samples.ts";

const stream = (epoch: number) => new RandomStream(deriveKey(3, "grid", epoch));

Deno.test("an order by blocks has every row once, in blocks of genes × cell types", () => {
  const columns = tableColumns(6, 10);
  const data = new Dataset(columns);
  const order = gridOrder(data, { genes: 5, cellTypes: 3, stream: stream(0) });
  deepStrictEqual(order.toSorted(), data.rows);
  for (let start = 0; start < order.length; start += 15) {
    const block = [...order.subarray(start, start + 15)];
    const count = (index: Uint32Array) => new Set(block.map((row) => index[row])).size;
    strictEqual(count(columns.geneIndex), 5);
    strictEqual(count(columns.cellTypeIndex), 3);
    const genes = block.map((row) => columns.geneIndex[row]);
    // The samples of a gene stand together.
    const changes = genes.filter((gene, i) => gene !== genes[i - 1]).length;
    strictEqual(changes, 5);
  }
});

Deno.test("an order by blocks is a function of its stream, and differs between epochs", () => {
  const data = new Dataset(tableColumns(4, 9));
  const orderOf = (epoch: number) =>
    gridOrder(data, { genes: 4, cellTypes: 3, stream: stream(epoch) });
  deepStrictEqual(orderOf(0), orderOf(0));
  notDeepStrictEqual(orderOf(0), orderOf(1));
});

Deno.test("an order by blocks includes genes that some cell types lack", () => {
  const whole = new Dataset(tableColumns(4, 9));
  const data = whole.filter((position) => position % 5 !== 0);
  const order = gridOrder(data, { genes: 4, cellTypes: 3, stream: stream(0) });
  ok(order.length < whole.length);
  deepStrictEqual(order.toSorted(), data.rows.toSorted());
});

Deno.test("a block has at least one gene and one cell type", () => {
  const data = new Dataset(tableColumns(2, 2));
  for (const size of [{ genes: 0, cellTypes: 1 }, { genes: 1, cellTypes: 1.5 }]) {
    throws(() => gridOrder(data, { ...size, stream: stream(0) }), RangeError);
  }
});
