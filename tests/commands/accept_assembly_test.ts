/** Models of one build of a genome, and data of another. */

import { deepStrictEqual, match, notStrictEqual, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import type { DataRecord } from "../../src/record.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const EVAL = "fixtures/eval.npz";
const NOTE =
  /Note: the model was trained on hg19, the data are of hg38: windows around the same genes/;

/** A small model with gene effects, and records of the evaluation data as if they were of other builds. */
async function withModel(
  body: (place: {
    readonly directory: string;
    readonly model: string;
    readonly recordOf: (changes: Partial<DataRecord>) => Promise<string>;
  }) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const model = `${directory}/run`;
    const quick = [
      "--preset",
      "experiment1",
      "--epochs",
      "1",
      "--engine",
      "wasm",
      "--gene-effects",
    ];
    const trained = await runTask(
      "train",
      "--data",
      "fixtures/train.npz",
      ...quick,
      "--out",
      model,
    );
    strictEqual(trained.code, 0, trained.stderr);
    const { record } = await readDataset(EVAL);
    strictEqual(record.assembly, "hg19");
    let count = 0;
    const recordOf = async (changes: Partial<DataRecord>) => {
      const path = `${directory}/record${count++}.json`;
      await Deno.writeTextFile(path, JSON.stringify({ ...record, ...changes }));
      return path;
    };
    await body({ directory, model, recordOf });
  });
}

Deno.test("predict, evaluate and submit take data of another build when told to, and say so", () =>
  withModel(async ({ directory, model, recordOf }) => {
    const hg38 = await recordOf({ assembly: "hg38" });
    const common = ["--model", model, "--data", EVAL, "--engine", "wasm"];
    const args = (out: string, record: string) => [
      ...common,
      "--record",
      record,
      "--out",
      `${directory}/${out}`,
    ];
    const refused = await runTask("predict", ...args("p.tsv", hg38));
    notStrictEqual(refused.code, 0);
    match(refused.stderr, /assembly hg19, the data have hg38\..*--accept-assembly/);

    const accepted = await runTask("predict", ...args("p.tsv", hg38), "--accept-assembly");
    strictEqual(accepted.code, 0, accepted.stderr);
    match(accepted.stdout, NOTE);
    match(accepted.stdout, /The model knew 100 of 130 genes/);
    const same = await runTask(
      "predict",
      ...args("same.tsv", await recordOf({})),
      "--accept-assembly",
    );
    strictEqual(/Note:/.test(same.stdout), false);
    const [one, other] = ["p.tsv", "same.tsv"].map((name) =>
      Deno.readTextFileSync(`${directory}/${name}`)
    );
    strictEqual(one, other);

    const submitted = await runTask("submit", ...args("s.csv", hg38), "--accept-assembly");
    match(submitted.stdout, NOTE);

    const labels = ["--labels", "fixtures/eval_labels.csv", "--train", "fixtures/train.npz"];
    const evaluated = await runTask(
      "evaluate",
      ...args("m.json", hg38),
      ...labels,
      "--accept-assembly",
    );
    strictEqual(evaluated.code, 0, evaluated.stderr);
    const { notes, regimes } = JSON.parse(await Deno.readTextFile(`${directory}/m.json`));
    strictEqual(notes.length, 1);
    match(notes[0], /trained on hg19, the data are of hg38/);
    deepStrictEqual(regimes.regimes.length, 3);
    deepStrictEqual(regimes.resampled, "cell-types-and-genes");
    notStrictEqual((await runTask("evaluate", ...args("n.json", hg38), ...labels)).code, 0);
  }));

Deno.test("data of another species, and intervals of another build, are refused all the same", () =>
  withModel(async ({ directory, model, recordOf }) => {
    for (
      const [changes, message] of [
        [{ assembly: "mm10" }, /these are of human and of mouse/],
        [
          { assembly: "hg38", tss: "bed" },
          /intervals that were given in BED are places of one build/,
        ],
      ] as const
    ) {
      const record = await recordOf(changes);
      const predict = ["--model", model, "--data", EVAL, "--record", record, "--engine", "wasm"];
      const out = ["--out", `${directory}/p.tsv`];
      const { code, stderr } = await runTask("predict", ...predict, ...out, "--accept-assembly");
      notStrictEqual(code, 0);
      match(stderr, message);
    }
  }));
