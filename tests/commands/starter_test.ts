/** The starter model in commands: from peak files to a prediction with intervals. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { loadStarter } from "../../src/starter/mod.ts";
import { predict } from "../../src/training/predict.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

const PEAKS = "fixtures/genome/peaks";
const PREPARE = ["--genes", `${PEAKS}/genes.gtf`, "--signal", "enrichment", "--assembly", "hg19"];

/** The rows of a table, by column. */
async function readTable(path: string): Promise<Record<string, string>[]> {
  const [header = "", ...rows] = (await Deno.readTextFile(path)).trimEnd().split("\n");
  const names = header.split("\t");
  return rows.map((row) => Object.fromEntries(row.split("\t").map((cell, i) => [names[i]!, cell])));
}

async function prepareExample(directory: string, ...flags: readonly string[]): Promise<string> {
  const out = `${directory}/peaks.npz`;
  const { code, stderr } = await runTask(
    "prepare",
    "--samples",
    `${PEAKS}/sheet.tsv`,
    ...PREPARE,
    ...flags,
    "--out",
    out,
    "--overwrite",
  );
  strictEqual(code, 0, stderr);
  return out;
}

Deno.test("peak files become predictions with intervals", async () => {
  await withDirectory(async (directory) => {
    const data = await prepareExample(directory);
    const out = `${directory}/predictions.tsv`;
    const flags = ["--model", "starter", "--data", data, "--interval", "0.9", "--out", out];
    const { code, stdout, stderr } = await runTask("predict", ...flags);
    strictEqual(code, 0, stderr);
    match(stdout, /the data lack H3K9me3/);
    match(
      stdout,
      /label statistics of 11 genes over 8 cell types were in the panel, and no marks; 1 gene was new/,
    );
    const rows = await readTable(out);
    strictEqual(rows.length, 12);
    const of = (symbol: string) => rows.find((row) => row.symbol === symbol)!;
    for (const row of rows) {
      const [prediction, low, high] = [row.prediction, row.low, row.high].map(Number);
      ok(low! <= prediction! && prediction! <= high!, JSON.stringify(row));
      // Many strongly expressed genes are not among the competition's, on which it was trained.
      strictEqual(row.regime, row.symbol === "GAPDH" ? "both new" : "new cell type");
    }
    ok(Number(of("TBP").prediction) > Number(of("HNF4A").prediction) + 1.5);
    match(stdout, /which assay next for sample/);
  });
});

Deno.test("a cell type that the starter model knows has intervals of new genes, which no note calls too wide", async () => {
  await withDirectory(async (directory) => {
    const sheet = (await Deno.readTextFile(`${PEAKS}/sheet.tsv`))
      .replaceAll(/^sample\t(\w+)\t/gm, `E116\t$1\t${Deno.cwd()}/${PEAKS}/`);
    await Deno.writeTextFile(`${directory}/sheet.tsv`, sheet);
    const data = await prepareExample(directory, "--samples", `${directory}/sheet.tsv`);
    const flags = ["--data", data, "--interval", "0.9", "--out", `${directory}/out.tsv`];
    const { code, stdout, stderr } = await runTask("predict", "--model", "starter", ...flags);
    strictEqual(code, 0, stderr);
    match(stdout.replaceAll(/\s+/g, " "), /E116, .* genes were predicted there as new ones are/);
    doesNotMatch(stdout, /too wide/);
    ok((await readTable(`${directory}/out.tsv`)).some(({ regime }) => regime === "both trained"));
  });
});

Deno.test("info, evaluate and submit know the starter model, and a folder of its name is refused", async () => {
  await withDirectory(async (directory) => {
    const info = await runTask("info", "starter");
    strictEqual(info.code, 0, info.stderr);
    match(info.stdout, /starter: the starter model, which comes with this program/);
    match(info.stdout, /label statistics of {2}8: E116, E119, E122, E123/);
    match(info.stdout, /hg19, bins of 100 bp, genomic orientation, enrichment/);

    const data = await prepareExample(directory);
    const submission = `${directory}/submission.csv`;
    const submitted = await runTask(
      "submit",
      "--model",
      "starter",
      "--data",
      data,
      "--out",
      submission,
    );
    strictEqual(submitted.code, 0, submitted.stderr);
    const labels = (await Deno.readTextFile(submission)).replaceAll(
      /,.*$/gm,
      (cell, at) => at < 12 ? cell : ",1.5",
    );
    await Deno.writeTextFile(`${directory}/labels.csv`, labels);
    const out = `${directory}/metrics.json`;
    const evaluated = await runTask(
      "evaluate",
      "--model",
      "starter",
      "--data",
      data,
      "--labels",
      `${directory}/labels.csv`,
      "--interval",
      "0.9",
      "--out",
      out,
    );
    strictEqual(evaluated.code, 0, evaluated.stderr);
    const { inputs, model } = JSON.parse(await Deno.readTextFile(out));
    strictEqual(model, "starter");
    strictEqual(inputs.model.path, "starter");
    match(inputs.model.sha256, /^[0-9a-f]{64}$/);
  });
});

Deno.test("data that are no peaks are refused by their record, and named if it is wrong", async () => {
  await withDirectory(async (directory) => {
    const data = (name: string) => ["--model", "starter", "--data", name];
    const out = ["--out", `${directory}/out.tsv`];
    const counts = await runTask("predict", ...data("fixtures/train.npz"), ...out);
    strictEqual(counts.code, 1);
    match(counts.stderr, /the model was trained on countingRule enrichment, the data have reads/);
    match(counts.stderr, /deno task prepare ... --signal enrichment --bin-size 100/);
    // Another build is accepted if the user says so.
    const peaks = await prepareExample(directory, "--assembly", "hg38");
    const refused = await runTask("predict", ...data(peaks), ...out);
    match(refused.stderr, /assembly hg19, the data have hg38.*--accept-assembly/);
    const accepted = await runTask("predict", ...data(peaks), "--accept-assembly", ...out);
    strictEqual(accepted.code, 0, accepted.stderr);
    // Counts whose record says that they are peaks look unlike the training data.
    const record = `${directory}/record.json`;
    const { record: own } = await loadStarter();
    await Deno.writeTextFile(record, JSON.stringify({ ...own, transform: "log1p" }));
    const posing = await runTask(
      "predict",
      ...data("fixtures/train.npz"),
      "--record",
      record,
      ...out,
      "--overwrite",
    );
    strictEqual(posing.code, 0, posing.stderr);
    match(posing.stdout, /is unlike the training cell types/);
  });
});

Deno.test("a panel is of no use to the starter model", async () => {
  await withDirectory(async (directory) => {
    const data = await prepareExample(directory);
    const flags = ["--model", "starter", "--data", data, "--panel", data];
    const { code, stderr } = await runTask("predict", ...flags, "--out", `${directory}/out.tsv`);
    strictEqual(code, 1);
    match(stderr, /Cannot add marks to the panel: it holds label statistics alone/);
  });
});

/** Number of genes whose windows are made into peak files. */
const GENES = 300;
const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];

/** Genes of a table whose windows do not overlap, with their places in it. */
async function genesApart(
  data: Dataset,
): Promise<{ readonly row: number; readonly line: string[] }[]> {
  const table = await Deno.readTextFile(sharedFile("data/real/tss_hg19.tsv"));
  const places = new Map(data.columns.genes.map((gene, row) => [gene, row]));
  const lines = table.trimEnd().split("\n").slice(1).map((line) => line.split("\t"))
    .filter(([id]) => places.has(id!))
    .sort((a, b) => a[1]!.localeCompare(b[1]!) || Number(a[2]) - Number(b[2]));
  const apart = lines.filter(([, chromosome, tss], i) => {
    const [, before, last] = lines[i - 1] ?? [];
    const [, after, next] = lines[i + 1] ?? [];
    return (before !== chromosome || Number(tss) - Number(last) > 10_000) &&
      (after !== chromosome || Number(next) - Number(tss) > 10_000);
  });
  const step = Math.floor(apart.length / GENES);
  return apart.filter((_, i) => i % step === 0).map((line) => ({
    row: places.get(line[0]!)!,
    line,
  }));
}

testWith(
  "shared",
  "peak files made of measured windows give the predictions of these windows",
  async () => {
    const path = sharedFile("data/real/peaks_log2.npz");
    const { record } = await loadStarter();
    const all = await readDataset(path, { record: { ...record, transform: "none" } });
    const own = all.filter((position) => all.cellTypeOf(position) === "E122");
    const genes = await genesApart(own);
    ok(genes.length >= GENES);
    await withDirectory(async (directory) => {
      for (const [mark, name] of MARKS.entries()) {
        const rows = genes.flatMap(({ row, line: [, chromosome, tss] }) => {
          const signal = own.signalOf(row);
          return Array.from({ length: 100 }, (_, bin) => [
            chromosome,
            Number(tss) - 5000 + bin * 100,
            Number(tss) - 5000 + bin * 100 + 100,
            ".",
            0,
            ".",
            signal[bin * MARKS.length + mark]!,
            -1,
            -1,
          ]).filter(([, , , , , , enrichment]) => enrichment !== 0);
        });
        const text = rows.map((row) => `${row.join("\t")}\n`).join("");
        await Deno.writeTextFile(`${directory}/${name}.broadPeak`, text);
      }
      const gtf = genes.map(({ line: [id, chromosome, tss, strand] }) => {
        const [start, end] = strand === "+"
          ? [Number(tss) + 1, Number(tss) + 100]
          : [Number(tss) - 98, Number(tss) + 1];
        const fields = [chromosome, "test", "gene", start, end, ".", strand, "."];
        return `${fields.join("\t")}\tgene_id "${id}"; gene_biotype "protein_coding";\n`;
      });
      await Deno.writeTextFile(`${directory}/genes.gtf`, gtf.join(""));
      const sheet = [
        "cell_type,mark,path",
        ...MARKS.map((mark) => `mine,${mark},${mark}.broadPeak`),
      ];
      await Deno.writeTextFile(`${directory}/sheet.csv`, `${sheet.join("\n")}\n`);
      const prepared = await runTask(
        "prepare",
        "--samples",
        `${directory}/sheet.csv`,
        "--genes",
        `${directory}/genes.gtf`,
        "--signal",
        "enrichment",
        "--assembly",
        "hg19",
        "--out",
        `${directory}/mine.npz`,
      );
      strictEqual(prepared.code, 0, prepared.stderr);
      const predicted = await runTask(
        "predict",
        "--model",
        "starter",
        "--data",
        `${directory}/mine.npz`,
        "--interval",
        "0.9",
        "--out",
        `${directory}/out.tsv`,
      );
      strictEqual(predicted.code, 0, predicted.stderr);
      const table = await readTable(`${directory}/out.tsv`);
      const renamed = new Dataset({
        ...own.columns,
        cellTypes: own.columns.cellTypes.map((name) => name === "E122" ? "mine" : name),
      }, own.subset(genes.map(({ row }) => row)).rows);
      const wanted = await predict(await loadStarter(), renamed, { engine: "wasm" });
      const found = new Map(table.map(({ gene_id, prediction }) => [gene_id, Number(prediction)]));
      const differences = genes.map(({ line: [id] }, i) => Math.abs(found.get(id)! - wanted[i]!));
      deepStrictEqual(differences.filter((difference) => !(difference < 1e-3)), []);
      // E122 was trained on, so this says nothing of new cell types: only that the table is of the right genes.
      const labels = new Map(genes.map(({ row, line: [id] }) => [id, own.labels()[row]!]));
      const held = table.filter(({ gene_id, low, high }) => {
        const label = labels.get(gene_id)!;
        return Number(low) <= label && label <= Number(high);
      });
      ok(held.length / table.length > 0.85, `${held.length} of ${table.length}`);
    });
  },
);
