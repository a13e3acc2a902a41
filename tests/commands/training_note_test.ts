/** The note that a model is measured on the samples that it was trained on. */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";

const QUICK = ["--engine", "wasm", "--epochs", "1", "--quiet"];

Deno.test("evaluate says that samples were trained on, and that gene effects hold their labels", () =>
  withDirectory(async (directory) => {
    const own = `${directory}/own.npz`;
    await Deno.copyFile("fixtures/train.npz", own);
    const evaluate = async (preset: string, ...data: string[]) => {
      const out = `${directory}/${preset}.json`;
      const args = ["--model", `${directory}/${preset}`, ...data, "--engine", "wasm"];
      const { code, stdout, stderr } = await runTask(
        "evaluate",
        ...args,
        "--out",
        out,
        "--overwrite",
      );
      strictEqual(code, 0, stderr);
      return {
        printed: stdout.replaceAll(/\s+/g, " "),
        ...JSON.parse(await Deno.readTextFile(out)),
      };
    };
    for (const preset of ["waka2", "experiment1"]) {
      const run = ["--data", own, "--preset", preset, "--out", `${directory}/${preset}`];
      strictEqual((await runTask("train", ...run, ...QUICK)).code, 0);
    }
    const { printed, notes } = await evaluate("waka2", "--data", own);
    match(
      printed,
      /Note: the model was trained on these samples, so .* says nothing of new ones\./,
    );
    match(printed, /Each gene's effect holds the samples' own labels/);
    strictEqual(notes.length, 1);

    // The same samples in another file are known by their fingerprint.
    await runTask("convert", "--data", own, "--out", `${directory}/again.npz`, "--compress");
    const again = await evaluate("experiment1", "--data", `${directory}/again.npz`);
    deepStrictEqual(again.notes, [
      "the model was trained on these samples, so how well it agrees with them says nothing of new ones",
    ]);

    const labels = ["--labels", "fixtures/eval_labels.csv"];
    const other = await evaluate("experiment1", "--data", "fixtures/eval.npz", ...labels);
    doesNotMatch(other.printed, /trained on these samples/);
    strictEqual(other.notes, undefined);

    // A model without its run can be measured whatever else is called config.json beside it.
    await Deno.rename(`${directory}/experiment1/model`, `${directory}/alone`);
    await Deno.writeTextFile(`${directory}/alone/config.json`, "no JSON");
    strictEqual((await evaluate("alone", "--data", own)).notes, undefined);
  }));
