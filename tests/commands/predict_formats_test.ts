/** The formats of `predict`, measured values beside predictions, and what is refused. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { choosePredictionOutput } from "../../src/commands/_prediction_format.ts";
import { openOutputDirectory } from "../../src/commands/_output_directory.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import { writeCompetition } from "../../src/io/competition_writer.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { readArray, type Store } from "../helpers/zarrita.ts";

const EVAL = "fixtures/eval.npz";
const LABELS = "fixtures/eval_labels.csv";

/** The files of a folder as a hierarchy of Zarr. */
function storeOf(folder: string): Store {
  return new Map(
    filesIn(folder).map((name) => [`/${name}`, Deno.readFileSync(`${folder}/${name}`)] as const),
  );
}

/** A step that predicts with an ensemble of two. `predict` stands in `directory`, which is removed afterwards. */
type Step = (
  directory: string,
  predict: (...args: string[]) => ReturnType<typeof runTask>,
) => Promise<void>;

const STEPS: Record<string, Step> = {};

const data = (name: string) => ["--data", new URL(`../../${name}`, import.meta.url).pathname];
const labels = (name: string) => ["--labels", new URL(`../../${name}`, import.meta.url).pathname];

STEPS["every format has the same predictions, measured values and residuals"] = async (
  directory,
  predict,
) => {
  for (const ending of ["tsv", "csv", "ndjson", "parquet", "zarr"]) {
    const args = [...data(EVAL), ...labels(LABELS), "--out", `p.${ending}`];
    const { code, stdout, stderr } = await predict(...args);
    strictEqual(code, 0, stderr);
    match(stdout, new RegExp(`\nWritten: p\\.${ending}, 440 predictions\n$`));
  }
  const text = (name: string) => Deno.readTextFileSync(`${directory}/${name}`);
  const [header, ...rows] = text("p.tsv").trimEnd().split("\n").map((line) => line.split("\t"));
  const names = "cell_type gene_id symbol chrom tss strand prediction spread measured residual";
  deepStrictEqual(header, names.split(" "));
  strictEqual(text("p.csv"), text("p.tsv").replaceAll("\t", ","));
  const objects = text("p.ndjson").trimEnd().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(objects.map((row) => Object.values(row).map((cell) => `${cell ?? ""}`)), rows);
  for (const { prediction, measured, residual } of objects) {
    ok(Math.abs(measured - prediction - residual) < 1e-5);
  }
  const file = Deno.readFileSync(`${directory}/p.parquet`).buffer;
  const parquet = await parquetReadObjects({ file });
  deepStrictEqual(
    parquet.map(({ cell_type, gene_id, residual }) => [cell_type, gene_id, residual]),
    objects.map((
      { cell_type, gene_id, residual },
    ) => [cell_type, gene_id, Math.fround(residual)]),
  );
  const { key_value_metadata } = parquetMetadata(file);
  const about = JSON.parse(key_value_metadata?.[0]?.value ?? "");
  deepStrictEqual([about.model, about.members, about.record.assembly], [
    "experiment1",
    2,
    "hg19",
  ]);
  const store = storeOf(`${directory}/p.zarr`);
  const X = await readArray(store, "/X");
  const genes = (await readArray(store, "/var/gene_id")).values;
  const cellTypes = (await readArray(store, "/obs/cell_type")).values;
  const found = objects.map(({ cell_type, gene_id }) =>
    X.values[cellTypes.indexOf(cell_type) * genes.length + genes.indexOf(gene_id)]
  );
  deepStrictEqual(found, objects.map(({ prediction }) => Math.fround(prediction)));
  strictEqual(X.values.filter((value) => !Number.isNaN(value)).length, 440);
  for (const layer of ["spread", "measured", "residual"]) ok(store.has(`/layers/${layer}/c/0/0`));
};

STEPS["labels of the data themselves are measured values, a file may have those of a part"] =
  async (directory, predict) => {
    const own = await predict(...data("fixtures/train.npz"), "--out", "-", "--format", "csv");
    strictEqual(own.code, 0, own.stderr);
    const { columns } = await readDataset(data("fixtures/train.npz")[1]!);
    const measured = own.stdout.trimEnd().split("\n").slice(1).map((line) =>
      line.split(",").at(-2)
    );
    // The labels of the fixture are float32, whose fewest digits are written.
    deepStrictEqual(
      measured.map((cell) => Math.fround(Number(cell))),
      Array.from(columns.labels!, Math.fround),
    );
    const [header, ...lines] = Deno.readTextFileSync(LABELS).trimEnd().split("\n");
    const part = [header, ...lines.slice(0, 40), "E999_1,5"].join("\n");
    await Deno.writeTextFile(`${directory}/part.csv`, part);
    const some = await predict(...data(EVAL), "--labels", "part.csv", "--out", "-");
    strictEqual(some.code, 0, some.stderr);
    match(some.stderr, /\nLabels of 40 samples of 440; measured is empty for the others\.\n/);
    const ends = some.stdout.split("\n").slice(1, -1).map((line) => line.endsWith("\t\t"));
    strictEqual(ends.filter(Boolean).length, 400);
    await Deno.writeTextFile(`${directory}/other.csv`, "id,expression\nE999_1,5\n");
    const none = await predict(...data(EVAL), "--labels", "other.csv", "--out", "-");
    strictEqual(none.code, 1);
    match(none.stderr, /other\.csv has no value for any sample, such as "\S+", found "E999_1"/);
    strictEqual(none.stdout, "");
  };

STEPS["Parquet is written to standard output as bytes"] = async (_, predict) => {
  const args = [...data(EVAL), "--format", "parquet"];
  strictEqual((await predict(...args)).code, 0);
  const run = await predict(...args, "--out", "-");
  match(run.stderr, /\nWritten to standard output, 440 predictions\n$/);
  match(run.stdout, /^PAR1/);
};

STEPS[
  "without --out the format names the file; a table there is replaced, a folder and others are not"
] = async (directory, predict) => {
  const args = [...data(EVAL), "--format"];
  for (const format of ["tsv", "csv", "jsonl", "parquet", "anndata"]) {
    strictEqual((await predict(...args, format)).code, 0);
  }
  deepStrictEqual(
    [...Deno.readDirSync(directory)].map(({ name }) => name).sort(),
    [
      "predictions.csv",
      "predictions.jsonl",
      "predictions.parquet",
      "predictions.tsv",
      "predictions.zarr",
    ],
  );
  for (const format of ["tsv", "csv", "jsonl", "parquet"]) {
    const { stdout } = await predict(...args, format);
    match(stdout, new RegExp(`Replaced: predictions\\.${format}, `));
  }
  const again = await predict(...args, "anndata");
  strictEqual(again.code, 1);
  match(again.stderr, /predictions\.zarr: it is there already\. .* --overwrite/);
  match(
    (await predict(...args, "anndata", "--overwrite")).stdout,
    /Replaced: predictions\.zarr, /,
  );
  await Deno.writeTextFile(`${directory}/predictions.parquet`, "mine");
  const other = await predict(...args, "parquet");
  match(other.stderr, /a file of another kind is there already/);
};

STEPS["a symbol that a spreadsheet would run is refused in its tables only"] = async (
  directory,
  predict,
) => {
  const { columns } = await readDataset(data(EVAL)[1]!);
  const one = new Map([["G1", { symbol: "=1+1" }]]);
  const block = { cellType: "E1", genes: ["G1"], signal: new Uint8Array(columns.bins * 5) };
  await writeFileAtomic(
    `${directory}/one.npz`,
    (sink) => writeCompetition(sink, [block], { record: columns.record, geneDetails: one }),
  );
  const args = ["--data", "one.npz", "--out"];
  for (const ending of ["tsv", "csv"]) {
    const { code, stderr } = await predict(...args, `x.${ending}`);
    strictEqual(code, 1);
    match(stderr, /"=1\+1" would be a formula in a spreadsheet/);
  }
  const { code, stderr } = await predict(...args, "x.jsonl");
  strictEqual(code, 0, stderr);
  match(Deno.readTextFileSync(`${directory}/x.jsonl`), /"symbol":"=1\+1"/);
};

Deno.test("predictions in every format", async (t) => {
  await withDirectory(async (models) => {
    const run = `${models}/run`;
    const model = "--preset experiment1 --ensemble 2 --epochs 1 --engine wasm".split(" ");
    const trained = await runTask("train", "--data", "fixtures/train.npz", ...model, "--out", run);
    strictEqual(trained.code, 0, trained.stderr);
    for (const [name, step] of Object.entries(STEPS)) {
      await t.step(name, () =>
        withDirectory((directory) =>
          step(directory, (...args) => {
            const flags = ["--model", run, "--engine", "wasm", ...args];
            return endOf(taskCommand("predict", flags, { env: { INIT_CWD: directory } }));
          })
        ));
    }
  });
});

Deno.test("the format follows from the name or the flag, and contradictions are refused", async () => {
  const formatOf = (
    out?: string,
    format?: Parameters<typeof choosePredictionOutput>[0]["format"],
  ) => choosePredictionOutput({ out, format }).format;
  const cases = [
    [undefined, "tsv"],
    ["-", "tsv"],
    ["a.TSV", "tsv"],
    ["x.csv", "csv"],
    ["x.jsonl", "jsonl"],
    ["x.ndjson", "jsonl"],
    ["x.parquet", "parquet"],
    ["x.zarr", "anndata"],
    ["x.zarr//", "anndata"],
  ] as const;
  for (const [out, wanted] of cases) strictEqual(formatOf(out), wanted);
  strictEqual(formatOf("x.txt", "csv"), "csv");
  strictEqual(formatOf("folder", "anndata"), "anndata");
  strictEqual(formatOf("x.ndjson", "jsonl"), "jsonl");
  const refused = [
    [["x.txt"], /expected a name that ends in \.tsv, \.csv, \.jsonl, \.ndjson, \.parquet, \.zarr,/],
    [["x.tsv", "csv"], /Cannot write csv to x\.tsv: its name is that of tsv, expected \.csv/],
    [["x.zarr", "parquet"], /its name is that of anndata, expected \.parquet/],
    [["-", "anndata"], /Cannot write anndata to standard output: it is a folder/],
    [["x.parquet.gz"], /expected a name without \.gz/],
  ] as const;
  for (const [[out, format], message] of refused) {
    let found = "";
    try {
      formatOf(out, format);
    } catch (error) {
      found = (error as Error).message;
    }
    match(found, message);
  }
  const { code, stderr } = await runTask(
    "predict",
    "--model",
    "m",
    "--data",
    "d",
    "--format",
    "xlsx",
  );
  strictEqual(code, 2);
  match(stderr, /Expected one of tsv, csv, jsonl, parquet, anndata/);
});

Deno.test("only a folder of Zarr is replaced, and only if asked; files, links and other folders never are", () =>
  withDirectory(async (directory) => {
    const open = async (name: string, overwrite: boolean) => {
      await using output = await openOutputDirectory(`${directory}/${name}`, { overwrite });
      await output.write((writer) => writer.set("/zarr.json", new Uint8Array(2)));
      return output.done;
    };
    const refusal = (name: string, overwrite: boolean) =>
      open(name, overwrite).then(() => "", ({ message }: Error) => message);
    match(await open("x.zarr/", false), /^Written: \S+\/x\.zarr$/);
    match(await refusal("x.zarr", false), /it is there already/);
    match(await open("x.zarr", true), /^Replaced: \S+\/x\.zarr$/);
    await Deno.mkdir(`${directory}/home`);
    match(await open("home", true), /^Replaced/);
    await Deno.mkdir(`${directory}/mine`);
    await Deno.writeTextFile(`${directory}/mine/thesis.txt`, "x");
    match(await refusal("mine", true), /a folder of another kind is there, found no zarr\.json/);
    await Deno.writeTextFile(`${directory}/file.zarr`, "x");
    match(await refusal("file.zarr", true), /it is a file, expected a folder/);
    await Deno.symlink(`${directory}/x.zarr`, `${directory}/link.zarr`);
    match(await refusal("link.zarr", true), /it is a link, expected a folder/);
    await Deno.symlink(`${directory}/nowhere`, `${directory}/dead.zarr`);
    match(await refusal("dead.zarr", true), /it is a link, expected a folder/);
    match(
      await refusal("file.zarr/x.zarr", false),
      /file\.zarr is a file, expected a directory|it is a file/,
    );
    const first = await openOutputDirectory(`${directory}/y.zarr`, { overwrite: false });
    match(await refusal("y.zarr", false), /another command is writing it/);
    await first[Symbol.asyncDispose]();
    deepStrictEqual(
      [...Deno.readDirSync(directory)].map(({ name }) => name).sort(),
      ["dead.zarr", "file.zarr", "home", "link.zarr", "mine", "x.zarr"],
    );
  }));
