import { deepStrictEqual } from "node:assert";
import { formatCountOf } from "../../src/base/count.ts";

Deno.test("a count has separators of thousands, and a plural if it needs one", () => {
  deepStrictEqual(
    [0, 1, 2, 1234].map((count) => formatCountOf(count, "gene")),
    ["0 genes", "1 gene", "2 genes", "1,234 genes"],
  );
});

Deno.test("every number is grouped as the locale en-US groups it", () => {
  const numbers = [
    999,
    1000,
    12_345,
    123_456,
    1_234_567,
    2 ** 53 - 1,
    2 ** 60,
    1e21,
    -1,
    -1000,
    1.5,
  ];
  for (const number of [...numbers, NaN, Infinity]) {
    deepStrictEqual(formatCountOf(number, "base"), `${number.toLocaleString("en-US")} bases`);
  }
});
