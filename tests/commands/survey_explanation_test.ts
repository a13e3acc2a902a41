/** How the time of an explanation is estimated. The oracle is the rate of a clock that the test turns. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { secondsPerItem } from "../../src/commands/_survey_explanation.ts";

Deno.test("what each call takes to start is not what its samples take", async () => {
  const asked: number[] = [];
  const found = await secondsPerItem(256, (items) => {
    asked.push(items);
    return Promise.resolve((asked.length === 1 ? 5 : 0.75) + items / 128);
  });
  strictEqual(found, 1 / 128);
  deepStrictEqual(asked, [1, 1, 2, 4, 8, 16, 32, 64]);
});

Deno.test("no more samples are measured than there are, and few suffice where they are slow", async () => {
  const asked: number[] = [];
  const fast = (items: number) => {
    asked.push(items);
    return Promise.resolve(items / 1000);
  };
  ok(Math.abs(await secondsPerItem(5, fast) - 1 / 1000) < 1e-12);
  deepStrictEqual(asked, [1, 1, 2, 4, 5]);
  strictEqual(await secondsPerItem(5, (items) => Promise.resolve(9 * items)), 9);
  strictEqual(await secondsPerItem(1, () => Promise.resolve(9)), 9);
  // A clock that goes wrong gives a positive time all the same.
  ok(await secondsPerItem(4, (items) => Promise.resolve(1 / items)) > 0);
});
