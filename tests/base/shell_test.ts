import { deepStrictEqual } from "node:assert";
import { quotePath } from "../../src/base/shell.ts";

Deno.test("a path is quoted if a shell would misread it", () => {
  deepStrictEqual(
    ["runs/a-1.npz", "my data/a", "it's", "$HOME", "", "*", "a;b"].map(quotePath),
    ["runs/a-1.npz", "'my data/a'", "'it'\\''s'", "'$HOME'", "''", "'*'", "'a;b'"],
  );
});
