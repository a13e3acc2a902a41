import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { byGroup, meanDefined, meanSquaredError, pearson } from "../../src/metrics/mod.ts";

Deno.test("a metric by group equals the metric of each group's samples, in any order of rows", () => {
  const pairs = {
    truth: [1, 10, 2, 20, 3, 30],
    predicted: [1, 30, 2, 20, 4, 10],
    groupIndex: [0, 2, 0, 2, 0, 2],
    groupCount: 3,
  };
  deepStrictEqual([...byGroup(meanSquaredError, pairs)], [1 / 3, NaN, 800 / 3]);
  deepStrictEqual([...byGroup(pearson, pairs)].slice(1), [
    NaN,
    pearson([10, 20, 30], [30, 20, 10]),
  ]);
});

Deno.test("a group outside the count is refused", () => {
  const pairs = { truth: [1], predicted: [1], groupIndex: [1], groupCount: 1 };
  throws(() => byGroup(pearson, pairs), { name: "RangeError", message: /sample 0 is 1/ });
  throws(() => byGroup(pearson, { ...pairs, groupIndex: [0, 0] }), TypeError);
  throws(() => byGroup(pearson, { ...pairs, groupIndex: [-1] }), RangeError);
});

Deno.test("the mean of defined values leaves NaN out", () => {
  strictEqual(meanDefined([1, NaN, 3]), 2);
  strictEqual(meanDefined([NaN]), NaN);
});
