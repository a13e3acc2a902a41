/** The short form of the tests' output. */

import { deepStrictEqual } from "node:assert";
import { condense } from "./condense.ts";

function condenseAll(lines: readonly string[]): { printed: string[]; files: string[] } {
  const files: string[] = [];
  const { take } = condense((path) => files.push(path));
  return { printed: lines.flatMap((line) => take(line) ?? []), files };
}

Deno.test("tests that pass are counted by file, and their output is left out", () => {
  const { printed, files } = condenseAll([
    "running 2 tests from ./tests/a_test.ts",
    "one ... ok (3ms)",
    "------- post-test output -------",
    "error: an error that the test expects",
    "two ... ok (1s)",
    "running 0 tests from ./src/mod.ts",
    "SKIPPED, this machine has no numpy: npz",
    "ok | 2 passed | 0 failed (2s)",
  ]);
  deepStrictEqual(files, ["./tests/a_test.ts"]);
  deepStrictEqual(printed, [
    "SKIPPED, this machine has no numpy: npz",
    "ok | 2 passed | 0 failed (2s)",
  ]);
});

Deno.test("the whole output of failed tests is printed, except drivers' messages", () => {
  const { printed } = condenseAll([
    "one ... FAILED (3ms)",
    " ERRORS ",
    "one => ./tests/a_test.ts:1:6",
    "WARNING: lavapipe is not a conformant vulkan implementation",
    "error: AssertionError: 1 and 2",
    "FAILED | 0 passed | 1 failed (2s)",
  ]);
  deepStrictEqual(printed, [
    "one ... FAILED (3ms)",
    " ERRORS ",
    "one => ./tests/a_test.ts:1:6",
    "error: AssertionError: 1 and 2",
    "FAILED | 0 passed | 1 failed (2s)",
  ]);
});

Deno.test("errors that keep tests from starting are printed", () => {
  const { printed } = condenseAll([
    "TS2339 [ERROR]: Property 'a' does not exist on type 'B'.",
    "    at file:///x.ts:1:1",
    "error: Type checking failed.",
  ]);
  deepStrictEqual(printed.length, 3);
});
