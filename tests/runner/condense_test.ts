/** The short form of the tests' output. */

import { deepStrictEqual } from "node:assert";
import { condense } from "./condense.ts";

function condenseAll(lines: readonly string[]) {
  const files: string[] = [];
  const { take, seconds } = condense((path) => files.push(path));
  const printed = lines.flatMap((line) => take(line) ?? []);
  return { printed, files, seconds: Object.fromEntries(seconds) };
}

Deno.test("tests that pass are timed by file, and their output is left out", () => {
  const { printed, files, seconds } = condenseAll([
    "running 2 tests from ./tests/a_test.ts",
    "one ... ok (500ms)",
    "------- post-test output -------",
    "error: an error that the test expects",
    "  step ... ok (9s)",
    "two ...'two' has been running for over (1m0s)",
    " ok (1m1s)",
    "running 0 tests from ./src/mod.ts",
    "SKIPPED, this machine has no numpy: npz",
    "ok | 2 passed | 0 failed (2s)",
  ]);
  deepStrictEqual(files, ["tests/a_test.ts"]);
  deepStrictEqual(seconds, { "tests/a_test.ts": 61.5 });
  deepStrictEqual(printed, [
    "SKIPPED, this machine has no numpy: npz",
    "ok | 2 passed | 0 failed (2s)",
  ]);
});

Deno.test("files that run together are distinguished, and examples count as their file's", () => {
  const { files, seconds } = condenseAll([
    "./tests/a_test.ts => one ... ok (2s)",
    "./src/b.ts#10-20.ts => file:///histone/src/b.ts#10-20.ts ... ok (3s)",
    "./tests/a_test.ts => two ... ignored (0ms)",
    "./src/b.ts#30-40.ts => file:///histone/src/b.ts#30-40.ts ... ok (1s)",
  ]);
  deepStrictEqual(files, ["tests/a_test.ts", "src/b.ts"]);
  deepStrictEqual(seconds, { "tests/a_test.ts": 2, "src/b.ts": 4 });
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

Deno.test("the last lines of a run that did not finish are kept", () => {
  const unfinished = condense(() => {});
  unfinished.take("TS2339 [ERROR]: Property 'a' does not exist on type 'B'.");
  unfinished.take("error: Type checking failed.");
  deepStrictEqual(unfinished.unfinished(), [
    "TS2339 [ERROR]: Property 'a' does not exist on type 'B'.",
    "error: Type checking failed.",
  ]);
  const finished = condense(() => {});
  finished.take("ok | 2 passed | 0 failed (2s)");
  deepStrictEqual(finished.unfinished(), []);
});
