/** What the commands make of data with replicates, and of data in which marks were not measured. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import {
  readCompetition,
  writeCompetition,
  type WriteCompetitionOptions,
} from "../../src/io/mod.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const FIXTURE = "fixtures/train.npz";
const QUICK = ["--preset", "experiment1", "--epochs", "1"];

/** Writes the fixture's cell types again, some genes of each, under other names. */
async function writeVariant(
  path: string,
  { names, genes = 100, missingMarks, cellTypeGroups }: {
    /** The number of the fixture's cell type to copy, by the name of the copy. */
    readonly names: Readonly<Record<string, number>>;
    readonly genes?: number;
  } & Pick<WriteCompetitionOptions, "cellTypeGroups" | "missingMarks">,
): Promise<void> {
  const columns = await readCompetition(FIXTURE);
  const { record, bins, labels } = columns;
  const data = new Dataset(columns);
  const signals = Array.from({ length: data.length }, (_, row) => data.signalOf(row));
  const marks = record.marks.length;
  const blocks = Object.entries(names).map(([cellType, source]) => {
    const start = columns.cellTypeIndex.indexOf(source);
    const missing = missingMarks?.get(cellType) ?? [];
    const size = bins * marks;
    return {
      cellType,
      genes: columns.genes.slice(0, genes),
      signal: Float64Array.from(
        { length: genes * size },
        (_, i) =>
          missing.includes(record.marks[i % marks]!)
            ? 0
            : signals[start + Math.floor(i / size)]![i % size]!,
      ),
      labels: labels!.slice(start, start + genes),
    };
  });
  const file = await Deno.create(path);
  await writeCompetition(file.writable, blocks, { record, missingMarks, cellTypeGroups });
}

Deno.test("every command refuses marks that were not measured, before it computes, and the doctor notes them", async () => {
  await withDirectory(async (directory) => {
    const [masked, model] = [`${directory}/masked.npz`, `${directory}/model`];
    await writeVariant(masked, {
      names: { E001: 0, E002: 1, E003: 2 },
      missingMarks: new Map([["E002", ["H3K4me1"]], ["E003", ["H3K4me1", "H3K9me3"]]]),
    });
    const trained = await runTask("train", "--data", FIXTURE, ...QUICK, "--out", model);
    strictEqual(trained.code, 0, trained.stderr);
    const before = filesIn(directory);
    const onModel = ["--model", model, "--data", masked];
    const calls: Readonly<Record<string, readonly string[]>> = {
      train: ["--data", masked, ...QUICK, "--out", `${directory}/out`],
      crossval: ["--data", masked, ...QUICK, "--out", `${directory}/out`],
      forecast: ["--data", masked, ...QUICK, "--out", `${directory}/out`],
      search: ["--data", masked, "--trials", "1", "--out", `${directory}/out`],
      experiments: ["--data", masked, "--only", "experiment1", "--out", `${directory}/out`],
      predict: [...onModel, "--out", `${directory}/out.tsv`],
      submit: [...onModel, "--out", `${directory}/out.csv`],
      evaluate: [...onModel, "--out", `${directory}/out.json`],
    };
    for (const [name, args] of Object.entries(calls)) {
      const { code, stdout, stderr } = await runTask(name, ...args);
      ok(code !== 0, `${name}: ${stdout}`);
      match(
        stderr,
        /^error: Cannot use .*masked\.npz: H3K4me1 was not measured in E002 \(and 2 more\), expected every mark/m,
        name,
      );
      ok(!stderr.includes("Uncaught"), `${name}: ${stderr}`);
    }
    const onTest = ["--data", FIXTURE, ...QUICK, "--test", masked, "--out", `${directory}/out`];
    match((await runTask("train", ...onTest)).stderr, /H3K4me1 was not measured in E002/);
    const left = filesIn(directory).filter((file) => !before.includes(file));
    deepStrictEqual(left.filter((file) => !/(^|\/)\./.test(file)), []);
    const { code, stdout } = await runTask("doctor", masked, "--strict");
    strictEqual(code, 0, stdout);
    match(stdout, /^note: missing-marks: H3K4me1 in E002, E003; H3K9me3 in E003: the data say/m);
  });
});

Deno.test("commands count groups, hold them out together and take replicates for one cell type", async () => {
  await withDirectory(async (directory) => {
    const [first, second] = [`${directory}/first.npz`, `${directory}/second.npz`];
    const names = { "A.1": 0, "B": 1, "A.2": 2, "C.1": 3, "C.2": 4 };
    const groups = [["A.1", "A"], ["A.2", "A"], ["C.1", "C"], ["C.2", "C"]] as const;
    await writeVariant(first, { names, genes: 40, cellTypeGroups: new Map(groups) });
    await writeVariant(second, { names: { "A.3": 5 }, cellTypeGroups: new Map([["A.3", "A"]]) });
    const out = (name: string) => ["--out", `${directory}/${name}`];
    const folds = ["--scheme", "by-cell-type", "--folds", "3"];
    const crossed = await runTask("crossval", "--data", first, ...QUICK, ...folds, ...out("folds"));
    strictEqual(crossed.code, 0, crossed.stderr);
    match(crossed.stdout, /^Data: 200 samples \(5 cell types in 3 groups, 40 genes\)/m);
    match(crossed.stdout, /^Scheme by-cell-type shares genes: 100% of the validation samples/m);
    const sizes = [...crossed.stdout.matchAll(/^Fold . of 3: (\d+) samples to train on/gm)];
    deepStrictEqual(sizes.map(([, size]) => Number(size)).sort(), [120, 120, 160]);
    const four = ["--scheme", "by-cell-type", "--folds", "4"];
    const tooMany = await runTask("crossval", "--data", first, ...QUICK, ...four, ...out("four"));
    match(tooMany.stderr, /only 3 cell type groups, expected at least 4/);
    const held = await runTask("forecast", "--data", first, ...QUICK, ...out("forecast"));
    strictEqual(held.code, 0, held.stderr);
    const { heldOut } = JSON.parse(await Deno.readTextFile(`${directory}/forecast/regimes.json`));
    strictEqual(heldOut.newCellTypes.length, 1);
    ok(["A", "B", "C"].includes(heldOut.newCellTypes[0]));
    const run = await runTask("train", "--data", first, ...QUICK, ...out("run"));
    strictEqual(run.code, 0, run.stderr);
    const model = ["--model", `${directory}/run`, "--train", first, ...out("metrics.json")];
    const seen = await runTask("evaluate", "--data", second, ...model);
    match(seen.stderr, /40 of 100 test samples were trained on, themselves or a replicate of them/);
  });
});
