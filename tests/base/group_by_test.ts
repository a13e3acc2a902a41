import { deepStrictEqual } from "node:assert";
import { groupBy } from "../../src/base/group_by.ts";

Deno.test("items are grouped as Map.groupBy groups them", () => {
  const items = [3, 1, NaN, 2, 8, -0, 0, NaN, 5];
  const keys: ((item: number, index: number) => unknown)[] = [
    (item) => item % 2,
    (_item, index) => index >> 1,
    (item) => item,
    () => undefined,
  ];
  for (const keyOf of keys) {
    deepStrictEqual(groupBy(items, keyOf), Map.groupBy(items, keyOf));
    deepStrictEqual(groupBy(items.values(), keyOf), Map.groupBy(items.values(), keyOf));
  }
  deepStrictEqual(groupBy([], () => 1), new Map());
});
