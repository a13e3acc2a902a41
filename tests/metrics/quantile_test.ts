import { deepStrictEqual, strictEqual } from "node:assert";
import { median, quantile, upperMedian } from "../../src/metrics/quantile.ts";

Deno.test("quantiles interpolate as numpy's do", () => {
  deepStrictEqual([0, 0.25, 0.5, 1].map((share) => quantile([1, 2, 4, 8], share)), [1, 1.75, 3, 8]);
  strictEqual(quantile([5], 0.9), 5);
  strictEqual(quantile([], 0.5), NaN);
});

Deno.test("a median is the middle value, or the mean of the two in the middle", () => {
  const values = [10, 9, 2, 1];
  strictEqual(median(values), 5.5);
  deepStrictEqual(values, [10, 9, 2, 1]);
  strictEqual(median(Float64Array.of(3, -1, 2)), 2);
  strictEqual(median([]), NaN);
});

Deno.test("an upper median is one of the values", () => {
  strictEqual(upperMedian([1, 2, 9, 10]), 9);
  strictEqual(upperMedian([1, 2, 9]), 2);
  strictEqual(upperMedian([]), NaN);
});
