import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { chooseBins, countInBins, countPairsInBins } from "../../src/report/histogram.ts";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 50,
});

Deno.test("bins hold every value, have round edges, and are about as many as asked for", () => {
  fc.assert(fc.property(values, fc.integer({ min: 2, max: 80 }), (values, target) => {
    const { start, step, count } = chooseBins([values], target);
    const digits = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
    ok([1, 2, 5].some((digit) => Math.abs(digits - digit) < 1e-9), `step ${step}`);
    ok(Math.abs(start / step - Math.round(start / step)) < 1e-6);
    for (const value of values) {
      ok(value >= start - step * 1e-6 && value <= start + step * (count + 1e-6));
    }
    ok(count <= 2 * target + 1, `${count} bins for ${target}`);
    const range = Math.max(...values) - Math.min(...values);
    const isWide = range > 1e-300 && range > 1e-6 * Math.max(...values.map(Math.abs));
    if (isWide) ok(count >= target / 2, `${count} bins`);
  }));
});

Deno.test("equal values have a bin, and so have values at the last edge", () => {
  const bins = chooseBins([[3, 3]], 10);
  deepStrictEqual([...countInBins([3, 3], bins)].filter((count) => count > 0), [2]);
  strictEqual(chooseBins([[3]], 10).step, 0.1);
  deepStrictEqual([...countInBins([0, 1, 2, 3, 4], { start: 0, step: 2, count: 2 })], [2, 3]);
});

/** Counts as the definition says, bin by bin. */
function countNaively(x: number[], y: number[], count: number): number[] {
  const clamp = (value: number) => Math.min(count - 1, Math.max(0, Math.floor(value)));
  const grid = Array.from({ length: count * count }, () => 0);
  for (const [i, value] of x.entries()) {
    for (let cell = 0; cell < grid.length; cell++) {
      const isHere = clamp(y[i]!) === Math.floor(cell / count) && clamp(value) === cell % count;
      if (isHere) grid[cell]!++;
    }
  }
  return grid;
}

Deno.test("counts on a grid equal those of a search through every cell", () => {
  const pair = fc.tuple(
    fc.double({ min: -2, max: 9, noNaN: true }),
    fc.double({ min: -2, max: 9, noNaN: true }),
  );
  fc.assert(fc.property(fc.array(pair), fc.integer({ min: 1, max: 6 }), (pairs, count) => {
    const [x, y] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
    const bins = { start: 0, step: 1, count };
    deepStrictEqual([...countPairsInBins(x, y, bins)], countNaively(x, y, count));
    const rows = Array.from(countInBins(y, bins));
    const grid = countPairsInBins(x, y, bins);
    rows.forEach((wanted, row) => {
      const found = grid.subarray(row * count, (row + 1) * count);
      strictEqual(found.reduce((sum, cell) => sum + cell, 0), wanted);
    });
  }));
});

Deno.test("no values, values that are not finite, and columns of different length are refused", () => {
  throws(() => chooseBins([[], []], 5), { name: "RangeError", message: /found no values/ });
  throws(() => chooseBins([[1, NaN]], 5), /value 1 is NaN, expected a finite number/);
  throws(() => chooseBins([[1], [Infinity]], 5), /value 0 is Infinity/);
  throws(() => countPairsInBins([1], [1, 2], { start: 0, step: 1, count: 3 }), /1 and 2 values/);
});
