/** The commands `plan`, `work` and `gather`: several processes end with the files of one. */

import { match, strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";
import { compareResults, doPlan } from "../helpers/cluster.ts";

const SETTINGS = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "2"];

Deno.test("a cross-validation in units ends with the files of one process", async () => {
  await withDirectory(async (directory) => {
    const args = [...SETTINGS, "--folds", "3", "--repeats", "2"];
    const { plan, out, units } = await doPlan(directory, ["crossval", ...args], { perUnit: 2 });
    strictEqual(units, 3);
    await compareResults(directory, { args: ["crossval", ...args], out });
    const again = await runTask("gather", "--plan", plan);
    match(again.stdout, /is gathered already: the result is in /);
  });
});
