import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { showValue } from "../../src/base/show_value.ts";

Deno.test("any value from outside is shown as a short text", () => {
  deepStrictEqual(
    [1, NaN, 5n, "a", null, undefined, [1], { a: 1 }].map(showValue),
    ["1", "NaN", "5n", '"a"', "null", "missing", "[1]", '{"a":1}'],
  );
  strictEqual(showValue("x".repeat(1000)).length, 60);
});

Deno.test("hostile objects cannot make it throw", () => {
  strictEqual(showValue(JSON.parse('{"toString":null}')), '{"toString":null}');
  const nested = JSON.parse("[".repeat(500_000) + "]".repeat(500_000));
  ok(showValue(nested).length <= 60);
});
