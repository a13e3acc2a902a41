import { deepStrictEqual, throws } from "node:assert";
import fc from "fast-check";
import { batches } from "../../src/data/mod.ts";
import { tableDataset } from "../helpers/samples.ts";

Deno.test("batches cover the data in order, and all except the last are full", () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 50 }), (count, batchSize) => {
      const data = tableDataset(1, count);
      const cut = [...batches(data, batchSize)];
      deepStrictEqual(cut.flatMap((batch) => [...batch.labels()]), [...data.labels()]);
      const sizes = cut.map((batch) => batch.length);
      const full = Array(Math.floor(count / batchSize)).fill(batchSize);
      deepStrictEqual(sizes, count % batchSize === 0 ? full : [...full, count % batchSize]);
    }),
  );
});

Deno.test("a batch size that is not a positive integer is refused by the call itself", () => {
  for (const size of [0, -1, 2.5, NaN, Infinity]) {
    throws(() => batches(tableDataset(1, 2), size), RangeError);
  }
});
