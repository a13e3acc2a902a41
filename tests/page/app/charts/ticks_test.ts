import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import { chooseTicks } from "../../../../src/page/app/charts/ticks.ts";

Deno.test("ticks are round", () => {
  deepStrictEqual(chooseTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  deepStrictEqual(chooseTicks(-5, 5, 2), [-5, 0, 5]);
  deepStrictEqual(chooseTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
  deepStrictEqual(chooseTicks(3, 3, 4), [3]);
});

Deno.test("ticks lie between the ends, in order, and about as many as wanted", () => {
  fc.assert(fc.property(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    fc.integer({ min: 2, max: 10 }),
    (low, size, count) => {
      const ticks = chooseTicks(low, low + size, count);
      const slack = size * 1e-6;
      ok(ticks.length <= count + 2, `${ticks}`);
      ok(ticks.every((tick) => tick >= low - slack && tick <= low + size + slack), `${ticks}`);
      ok(ticks.every((tick, place) => place === 0 || tick > ticks[place - 1]!), `${ticks}`);
    },
  ));
});
