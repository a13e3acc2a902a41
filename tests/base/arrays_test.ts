/** Functions of arrays, with more values than a call can have arguments. */

import { strictEqual } from "node:assert";
import { greatestOf } from "../../src/base/arrays.ts";

Deno.test("the greatest of any number of values is found, and NaN where one is NaN", () => {
  const values = Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 300_007);
  strictEqual(greatestOf(values), values.toSorted((one, other) => other - one)[0]);
  strictEqual(greatestOf([3, NaN, 5]), NaN);
  strictEqual(greatestOf([]), -Infinity);
});
