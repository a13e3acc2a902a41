/** Samples to measure on that are trained on are warned of, and nothing is refused. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { warnOfTrained } from "../../src/commands/_trained_warning.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const { train: COLUMNS } = simulateColumns({ cellTypes: 3, genes: 8, newGenes: 1, bins: 20 });

function warningsOf(train: Dataset, test: Dataset): readonly string[] {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    warnOfTrained(train, { "--validation": undefined, "--test": test });
  } finally {
    console.warn = warn;
  }
  return warnings;
}

Deno.test("the warning says how many of the samples are trained on, if there are any", () => {
  const data = new Dataset(COLUMNS);
  const train = data.filter((position) => position >= 4);
  const first = (count: number) => data.filter((position) => position < count);
  deepStrictEqual(warningsOf(train, first(4)), []);
  deepStrictEqual(warningsOf(train, first(0)), []);
  deepStrictEqual(warningsOf(train, first(5)), [
    "warning: 1 of the 5 samples of --test is trained on, itself or a replicate of it: " +
    "what is measured on it says nothing of new data",
  ]);
  deepStrictEqual(warningsOf(train, first(7)), [
    "warning: 3 of the 7 samples of --test are trained on, themselves or a replicate of them: " +
    "what is measured on them says nothing of new data",
  ]);
});

Deno.test("replicates are trained on, and data that group cell types otherwise are not refused", () => {
  const [a, b, c] = COLUMNS.cellTypes;
  const grouped = new Dataset({ ...COLUMNS, cellTypeGroups: [a!, a!, c!] });
  const of = (data: Dataset, ...names: readonly (string | undefined)[]) =>
    data.filter((position) => names.includes(data.cellTypeOf(position)));
  strictEqual(warningsOf(of(grouped, a, c), of(grouped, b)).length, 1);
  deepStrictEqual(warningsOf(new Dataset(COLUMNS), grouped).length, 1);
  const [unknown = ""] = warningsOf(new Dataset(COLUMNS), grouped);
  strictEqual(unknown.split(": ")[1], "it is unknown whether samples of --test are trained on");
});

Deno.test("train and experiments warn of the samples of each flag, except those of weight 0", async () => {
  await withDirectory(async (directory) => {
    const warnings = async (task: string, ...args: string[]) => {
      const quick = ["--data", "fixtures/train.npz", "--epochs", "1", "--engine", "wasm"];
      const out = ["--out", `${directory}/run`, "--overwrite"];
      const { code, stderr } = await runTask(task, ...quick, ...args, ...out);
      strictEqual(code, 0, stderr);
      return [...stderr.matchAll(/^warning: (\d+) of the 600 samples of (\S+) are trained on/gm)]
        .map(([, count, flag]) => `${flag} ${count}`);
    };
    const same = ["--validation", "fixtures/train.npz", "--test", "fixtures/train.npz"];
    const train = ["train", "--preset", "experiment1"] as const;
    deepStrictEqual(await warnings(...train, ...same), ["--validation 600", "--test 600"]);
    const unseen = ["--test", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];
    deepStrictEqual(await warnings(...train, ...unseen), []);
    const names = [..."E065 E004 E066 E005 E012 E027".split(" ").entries()];
    const table = `${directory}/weights.csv`;
    const rows = names.map(([i, name]) => `${name},${i === 0 ? 0 : 1}\n`).join("");
    await Deno.writeTextFile(table, `cell_type,weight\n${rows}`);
    const weighed = ["--weights", table, "--test", "fixtures/train.npz"];
    deepStrictEqual(await warnings(...train, ...weighed), ["--test 500"]);
    const only = ["--only", "experiment1", "--test", "fixtures/train.npz"];
    deepStrictEqual(await warnings("experiments", ...only), ["--test 600"]);
  });
});
