/** What Python makes of the files that the commands write: pandas, pyarrow and anndata open them without a warning. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { Dataset } from "../src/data/dataset.ts";
import { readDataset } from "../src/data/read_dataset.ts";
import { runTask, withDirectory } from "./helpers/command.ts";
import { runPython, testWithPython } from "./helpers/python.ts";
import { packedSignal } from "./helpers/packed.ts";

const EXAMPLE = "fixtures/genome/example";

async function run(task: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTask(task, ...args);
  strictEqual(code, 0, stderr);
}

/** Prepares the example, as a file and as AnnData, and predicts it. */
async function makeFiles(directory: string): Promise<void> {
  const genes = ["--genes", `${EXAMPLE}/genes.gtf`, "--expression", `${EXAMPLE}/expression.tsv`];
  const prepare = ["--samples", `${EXAMPLE}/sheet.tsv`, ...genes, "--signal", "reads"];
  const path = (name: string) => `${directory}/${name}`;
  for (const name of ["data.npz", "data.zarr"]) {
    await run("prepare", ...prepare, "--assembly", "hg38", "--out", path(name));
  }
  const model = "--preset experiment1 --epochs 1 --ensemble 2 --engine wasm".split(" ");
  await run("train", "--data", path("data.npz"), ...model, "--out", path("run"));
  for (const ending of ["tsv", "jsonl", "parquet", "zarr"]) {
    const args = ["--model", path("run"), "--data", path("data.npz"), "--engine", "wasm"];
    await run("predict", ...args, "--out", path(`predictions.${ending}`));
  }
}

/** Prints as JSON what anndata finds in both folders, and fails on any warning. */
const INSPECT = `
import json, sys, warnings
import anndata, zarr
warnings.simplefilter("error")
# What anndata 0.13 asks of pandas 3.1 has nothing to do with the files.
warnings.filterwarnings("ignore", message="The '.*' option is deprecated")
data, predictions = map(anndata.read_zarr, sys.argv[1:3])
lazy = anndata.io.read_elem(zarr.open_group(sys.argv[1], mode="r")["obs"])
assert lazy.equals(data.obs)
data.write_h5ad(sys.argv[3])
numbers = lambda array: [None if x != x else float(x) for x in array.ravel()]
record = lambda a: {k: v.tolist() if hasattr(v, "tolist") else v for k, v in a.uns["histone"]["record"].items()}
print(json.dumps({
    "X": numbers(data.X), "type": str(data.X.dtype), "label": numbers(data.obs.label.values),
    "types": {k: str(v) for k, v in data.obs.dtypes.items()},
    "names": list(data.obs_names), "tss": data.obs.tss.tolist(), "strand": data.obs.strand.tolist(),
    "var": [list(data.var_names[:6]), data.var.bin.tolist()[:6], data.var.offset_bp.tolist()[:6]],
    "record": record(data),
    "predicted": numbers(predictions.X), "layers": {k: numbers(v) for k, v in predictions.layers.items() if k},
    "genes": list(predictions.var_names), "cells": list(predictions.obs_names),
    "model": predictions.uns["histone"]["model"],
}))`;

/** anndata opens data and predictions without a warning, and finds what was written. */
async function checkAnndata(directory: string): Promise<void> {
  const paths = ["data.zarr", "predictions.zarr", "data.h5ad"].map((name) =>
    `${directory}/${name}`
  );
  const found = JSON.parse(await runPython("anndata", ["-c", INSPECT, ...paths]));
  const { columns } = await readDataset(`${directory}/data.npz`);
  const { labels, cellTypes, cellTypeIndex, genes, geneIndex, geneDetails } = columns;
  const signal = packedSignal(columns);
  strictEqual(found.type, signal.constructor.name.replace("Array", "").toLowerCase());
  deepStrictEqual(found.X, Array.from(signal));
  deepStrictEqual(found.label, Array.from(labels!));
  deepStrictEqual(
    found.names,
    Array.from(geneIndex, (gene, row) => `${cellTypes[cellTypeIndex[row]!]}:${genes[gene]}`),
  );
  deepStrictEqual(found.tss, Array.from(geneIndex, (gene) => geneDetails?.[gene]?.tss));
  deepStrictEqual(found.strand, Array.from(geneIndex, (gene) => geneDetails?.[gene]?.strand));
  deepStrictEqual(found.types, {
    cell_type: "category",
    gene_id: "category",
    symbol: "category",
    chrom: "category",
    tss: "Int64",
    strand: "category",
    label: "float64",
  });
  deepStrictEqual(found.var, [
    [...columns.record.marks.map((mark) => `${mark}:-5000`), "H3K27me3:-4900"],
    [0, 0, 0, 0, 0, 1],
    [-5000, -5000, -5000, -5000, -5000, -4900],
  ]);
  const { source: _, ...record } = columns.record;
  deepStrictEqual(found.record, record);
  const lines = Deno.readTextFileSync(`${directory}/predictions.tsv`).trimEnd().split("\n");
  const rows = lines.slice(1).map((line) => line.split("\t"));
  const at = (row: readonly string[]) =>
    found.cells.indexOf(row[0]) * found.genes.length + found.genes.indexOf(row[1]);
  const table = [
    found.predicted,
    ...["spread", "measured", "residual"].map((name) => found.layers[name]),
  ];
  for (const row of rows) {
    deepStrictEqual(
      table.map((values) => Math.fround(values[at(row)])),
      row.slice(-4).map((cell) => Math.fround(Number(cell))),
    );
  }
  strictEqual(found.model, "experiment1");
}

/** Compares the formats of a table as pandas reads them. */
const COMPARE = `
import sys, warnings
import pandas as pd
warnings.simplefilter("error")
parquet = pd.read_parquet(sys.argv[1])
text = lambda column: column.astype(object).where(column.notna(), "")
# pandas reads each number as its nearest float by itself since version 3.1.
exact = {} if [int(part) for part in pd.__version__.split(".")[:2]] >= [3, 1] else {"float_precision": "round_trip"}
tsv = pd.read_csv(sys.argv[2], sep="\\t", **exact)
json = pd.read_json(sys.argv[3], lines=True, precise_float=True)
for other in (tsv, json):
    assert list(other.columns) == list(parquet.columns)
    for name in parquet.columns:
        a, b = parquet[name], other[name]
        if not pd.api.types.is_numeric_dtype(a):
            assert (text(a) == text(b)).all(), name
        else:
            assert (a == b.astype(a.dtype)).all(), name
print(len(parquet), {str(t) for t in parquet.dtypes[-4:]} == {"float32", "float64"})`;

/** Writes a data set again in each form that anndata has, and half of it. */
const REWRITE = `
import sys, warnings
import anndata
warnings.simplefilter("ignore")
data, folder = anndata.read_zarr(sys.argv[1]), sys.argv[2]
half = data[data.obs.strand == "+", data.var["mark"].isin(["H3K4me3", "H3K9me3"])].copy()
for version in (2, 3):
    anndata.settings.zarr_write_format = version
    data.write_zarr(f"{folder}/plain{version}.zarr")
    data.write_zarr(f"{folder}/chunks{version}.zarr", chunks=(50, 120))
    half.write_zarr(f"{folder}/half{version}.zarr")
anndata.settings.auto_shard_zarr_v3 = True
data.write_zarr(f"{folder}/shards.zarr", chunks=(50, 100))`;

/** A data set that Python has read and written again is the same data set. */
async function checkRewritten(directory: string): Promise<void> {
  await runPython("anndata", ["-c", REWRITE, `${directory}/data.zarr`, directory]);
  const { columns } = await readDataset(`${directory}/data.npz`);
  for (const name of ["data", "plain2", "chunks2", "plain3", "chunks3", "shards"]) {
    const read = await readDataset(`${directory}/${name}.zarr`);
    deepStrictEqual(read.columns, columns, name);
  }
  const wanted = ["H3K4me3", "H3K9me3"].map((mark) => columns.record.marks.indexOf(mark));
  const whole = new Dataset(columns);
  const plus = whole.filter((position) => whole.geneDetailsOf(position)?.strand === "+");
  for (const name of ["half2", "half3"]) {
    const half = await readDataset(`${directory}/${name}.zarr`);
    deepStrictEqual(half.marks, ["H3K4me3", "H3K9me3"]);
    deepStrictEqual(half.labels(), plus.labels());
    for (const position of half.rows.keys()) {
      strictEqual(half.describeGene(position), plus.describeGene(position));
      deepStrictEqual(
        Array.from(half.signalOf(position)),
        Array.from(plus.signalOf(position)).filter((_, i) => wanted.includes(i % 5)),
      );
    }
  }
}

/** pandas finds the same table in each format. */
async function checkTables(directory: string): Promise<void> {
  const paths = ["parquet", "tsv", "jsonl"].map((ending) => `${directory}/predictions.${ending}`);
  strictEqual(await runPython("pyarrow", ["-c", COMPARE, ...paths]), "120 True\n");
}

/** The example in the documentation prints what it should. */
async function checkExample(directory: string): Promise<void> {
  const program = new URL("../docs/examples/open_in_python.py", import.meta.url).pathname;
  const names = ["predictions.parquet", "predictions.zarr", "data.zarr"];
  const printed = await runPython("anndata", [
    "-W",
    "error",
    "-W",
    "ignore:The 'future.infer_string' option is deprecated",
    "-W",
    "ignore:The 'mode.chained_assignment' option is deprecated",
    program,
    ...names.map((name) => `${directory}/${name}`),
  ]);
  match(
    printed,
    /^table \(120, 10\) cell_type gene_id symbol chrom tss strand prediction spread measured residual\n/,
  );
  match(
    printed,
    /\nliver MSE \d+\.\d+\nlung MSE \d+\.\d+\npredictions \(2, 60\) measured residual spread\n/,
  );
  match(
    printed,
    /\nlargest residual ENSG\d+\.1\ndata \(120, 100, 5\) cell_type gene_id .* strand label\n/,
  );
  match(
    printed,
    /\njust after the TSS \(\d+, 25\) H3K27me3:0\nH3K27me3 mean by bin \(100,\)\n$/,
  );
}

testWithPython(
  "anndata",
  "Python opens all that predict and prepare write, and finds what was written",
  () =>
    withDirectory(async (directory) => {
      await makeFiles(directory);
      await checkAnndata(directory);
      await checkRewritten(directory);
      await checkTables(directory);
      await checkExample(directory);
    }),
);
