import { deepStrictEqual } from "node:assert";
import { formatCountOf } from "../../src/base/count.ts";

Deno.test("a count has separators of thousands, and a plural if it needs one", () => {
  deepStrictEqual(
    [0, 1, 2, 1234].map((count) => formatCountOf(count, "gene")),
    ["0 genes", "1 gene", "2 genes", "1,234 genes"],
  );
});
