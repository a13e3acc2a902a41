import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  areaPath,
  bandPath,
  barsPath,
  dashesPath,
  linePath,
  placeInLane,
  rangeWithZero,
  whiskersPath,
} from "../../../src/report/viewer/paths.ts";

const RANGE = { low: -1, high: 3 };

Deno.test("the range of a lane holds 0 and all values that are there", () => {
  deepStrictEqual(rangeWithZero([2, NaN, -1]), { low: -1, high: 2 });
  deepStrictEqual(rangeWithZero([4, 5]), { low: 0, high: 5 });
  deepStrictEqual(rangeWithZero([]), { low: 0, high: 0 });
});

Deno.test("values lie between the edges of a lane, larger ones higher, and 0 of a lane of zeros at its lower edge", () => {
  deepStrictEqual([3, -1, 0, 9, -9].map((value) => placeInLane(value, RANGE)), [
    0,
    100,
    75,
    0,
    100,
  ]);
  strictEqual(placeInLane(0, { low: 0, high: 0 }), 100);
});

Deno.test("bars reach from 0 to their values; missing ones, zeros and those that are not kept have none", () => {
  strictEqual(
    barsPath([3, NaN, 0, -1, 1], { range: RANGE, keep: (bin) => bin !== 4 }),
    "M0.08 75V0h.84V75zM3.08 75V100h.84V75z",
  );
});

Deno.test("areas go in steps and lines through middles, both with gaps where a value is missing", () => {
  strictEqual(areaPath([1, 3, NaN, 0], RANGE), "M0 75V50h1V0h1V75zM3 75V75h1V75z");
  strictEqual(linePath([1, 3, NaN, 0, 1], RANGE), "M0.5 50L1.5 0M3.5 75L4.5 50");
});

Deno.test("a band runs there along its upper ends and back along its lower ones", () => {
  strictEqual(bandPath([0, 1], { highs: [1, 3], range: RANGE }), "M0.5 50L1.5 0L1.5 50L0.5 75z");
  strictEqual(bandPath([0, NaN], { highs: [1, 3], range: RANGE }), "");
});

Deno.test("whiskers stand for deviations above 0, dashes for kept bins", () => {
  strictEqual(whiskersPath([1, 2, 3], { deviations: [1, 0, NaN], range: RANGE }), "M0.5 75V25");
  strictEqual(dashesPath(3, (bin) => bin !== 1), "M0.15 0h.7M2.15 0h.7");
});

Deno.test("paths of any numbers are numbers and commands alone", () => {
  const values = fc.array(fc.oneof(fc.double(), fc.constant(NaN), fc.constant(Infinity)), {
    maxLength: 8,
  });
  fc.assert(fc.property(values, (numbers) => {
    const range = rangeWithZero(numbers.filter(Number.isFinite));
    for (
      const path of [
        barsPath(numbers, { range, keep: () => true }),
        areaPath(numbers, range),
        linePath(numbers, range),
        whiskersPath(numbers, { deviations: numbers, range }),
      ]
    ) ok(/^[MLVhz\d. ]*$/.test(path), path);
  }));
});
