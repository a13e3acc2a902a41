/** Command `differences`, on data of which it is known which mark changes which genes. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { saveModel } from "../../src/model/save_load.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { writeDataset } from "../helpers/npz_file.ts";
import { BINS, linearModel, MARKS, PLANTED, plantedChanges } from "../helpers/planted_changes.ts";

const { data: DATA, rises: RISES } = plantedChanges({
  cellTypes: ["control.1", "control.2", "treated"],
  genes: 60,
});
const GENES = DATA.columns.genes;

/** Weights of the planted mark in its bins: exactly what makes the labels. */
const WEIGHTS = new Float32Array(BINS * MARKS.length).map((_, i) => {
  const [bin, mark] = [Math.floor(i / MARKS.length), i % MARKS.length];
  return mark === PLANTED.mark && bin >= PLANTED.startBin && bin < PLANTED.endBin ? 1 : 0;
});

/** Writes the data, a model that reads them rightly, and one of two that do so nearly. */
async function prepare(directory: string): Promise<void> {
  await writeDataset(`${directory}/data.npz`, DATA);
  await saveModel(linearModel(WEIGHTS), `${directory}/model`);
}

/** The measured change of each gene, from the mean of the controls. */
const CHANGES = GENES.map((_, gene) => {
  const labels = DATA.labels();
  return labels[120 + gene]! - (labels[gene]! + labels[60 + gene]!) / 2;
});

const DESEQ2 = [
  '"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"',
  ...GENES.map((id, gene) =>
    `"${id}.3",10,${gene === 0 ? "NA" : 2 * CHANGES[gene]!},1,1,0.01,${
      gene === 0 ? "NA" : RISES[gene] ? 0.001 : 0.5
    }`
  ),
].join("\n");

const GMT = [
  ["RISING", "na", ...GENES.flatMap((_, gene) => RISES[gene] ? `GENE${gene + 1}` : [])],
  ["STEADY", "na", ...GENES.flatMap((_, gene) => RISES[gene] ? [] : `GENE${gene + 1}`)],
  ["SMALL", "na", "GENE1", "GENE2", "UNKNOWN"],
].map((cells) => cells.join("\t")).join("\n");

const SIDES = ["--from", "control.1,control.2", "--to", "treated"];
const ENGINE = ["--engine", "wasm", "--threads", "1"];

Deno.test("the table names the mark and where it changed, and the report what it explains", async () => {
  await withDirectory(async (directory) => {
    await prepare(directory);
    const at = (name: string) => `${directory}/${name}`;
    await Deno.writeTextFile(at("deseq2.csv"), DESEQ2);
    await Deno.writeTextFile(at("sets.gmt"), GMT);
    const { code, stdout, stderr } = await runTask(
      "differences",
      directory,
      "--data",
      at("data.npz"),
      ...SIDES,
      ...ENGINE,
      "--bootstrap",
      "200",
      "--deseq2",
      at("deseq2.csv"),
      "--gene-sets",
      at("sets.gmt"),
      "--out",
      at("genes.tsv"),
      "--sets-out",
      at("sets.tsv"),
      "--report",
      at("report.json"),
    );
    strictEqual(code, 0, stderr);
    match(stdout, /Changes from control\.1, control\.2 to treated: 60 genes, 1 model/);
    match(stdout, /contributions add up to the predicted changes but for 0\.00% of these/);
    match(stdout, /What marks explain of the fold changes of \S+deseq2\.csv/);
    match(stdout, /H3K4me3 .* 100%/);
    match(stdout, /unknown whether the models were trained on control\.1, control\.2 and treated/);
    checkGenes(await readTable(at("genes.tsv")));
    checkSets(await readTable(at("sets.tsv")));
    checkReport(JSON.parse(await Deno.readTextFile(at("report.json"))));
    // A second call replaces nothing but its usual file.
    const again = await runTask(
      "differences",
      directory,
      "--data",
      at("data.npz"),
      ...SIDES,
      "--out",
      at("genes.tsv"),
    );
    strictEqual(again.code, 1);
    match(again.stderr, /genes\.tsv: it is there already/);
  });
});

/** Rows of a table as objects. */
async function readTable(path: string): Promise<Record<string, string>[]> {
  const [header = "", ...lines] = (await Deno.readTextFile(path)).replace(/\n$/, "").split("\n");
  const names = header.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    strictEqual(cells.length, names.length);
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
  });
}

function checkGenes(rows: readonly Record<string, string>[]): void {
  deepStrictEqual(rows.map(({ gene_id }) => gene_id), [...GENES]);
  for (const [gene, row] of rows.entries()) {
    // The model is exact, so predicted and measured changes are the same, and one mark carries them.
    const change = Number(row.predicted_change);
    ok(Math.abs(change - CHANGES[gene]!) < 1e-3, `${change} for ${CHANGES[gene]}`);
    ok(Math.abs(Number(row.measured_change) - CHANGES[gene]!) < 1e-5);
    ok(Math.abs(Number(row.add_H3K4me3) - change) < 1e-3);
    deepStrictEqual([row.add_H3K27me3, row.carried_by], ["0", "H3K4me3"]);
    deepStrictEqual([row.symbol, row.from_samples, row.to_samples], [`GENE${gene + 1}`, "2", "1"]);
    if (gene > 0) ok(Math.abs(Number(row.log2_fold_change) - 2 * CHANGES[gene]!) < 1e-9);
  }
  deepStrictEqual([rows[0]!.log2_fold_change, rows[0]!.q_value], ["", ""]);
  // Where the strand is known, the span lies around the TSS; elsewhere it is empty.
  const placed = rows.filter(({ carried_from_bp }) => carried_from_bp !== "");
  ok(placed.length > 0 && placed.length < rows.length);
  for (const { carried_from_bp, carried_to_bp } of placed) {
    ok(Number(carried_from_bp) >= -200 && Number(carried_to_bp) <= 200);
    ok(Number(carried_from_bp) < Number(carried_to_bp));
  }
}

function checkSets(rows: readonly Record<string, string>[]): void {
  deepStrictEqual(rows.map(({ gene_set }) => gene_set).sort(), ["RISING", "SMALL", "STEADY"]);
  const set = (name: string) => rows.find(({ gene_set }) => gene_set === name)!;
  const { listed, genes, p, q, explained_low } = set("SMALL");
  deepStrictEqual([listed, genes, p, q, explained_low], ["3", "1", "", "", ""]);
  ok(Number(set("RISING").q) < 1e-6 && Number(set("RISING").explained) > 0.999);
  ok(Number(set("RISING").mean_measured) > Number(set("STEADY").mean_measured));
  // Those with a test come first.
  strictEqual(rows[2]!.gene_set, "SMALL");
}

// deno-lint-ignore no-explicit-any
function checkReport(report: any): void {
  deepStrictEqual(report.differences, {
    from: ["control.1", "control.2"],
    to: ["treated"],
    genes: 60,
  });
  ok(report.completeness.relativeError < 1e-3);
  const [all] = report.agreement;
  strictEqual(all.name, "all genes");
  ok(all.pearson.value > 0.999);
  // Genes that rise are of like level, so that exchanged ones agree too, but less.
  ok(all.exchanged.pearson.high < 0.95);
  strictEqual(all.exchanged.pearson.p, 1 / 201);
  ok(Math.abs(all.slope.value - 1) < 1e-3);
  deepStrictEqual(report.agreement.map(({ genes }: { genes: number }) => genes), [60, 20, 20, 20]);
  strictEqual(report.explained.all.genes, 59);
  ok(report.explained.all.explained.low > 0.99);
  const significant = RISES.filter((isRising, gene) => isRising && gene > 0).length;
  strictEqual(report.explained.significant.genes, significant);
  const [, h3k4me3] = report.carriers;
  deepStrictEqual([h3k4me3.name, h3k4me3.share, h3k4me3.carries], ["H3K4me3", 1, 1]);
  strictEqual(report.profiles.up.H3K4me3.length, BINS);
}

Deno.test("models that were trained on the cell types are warned of, and several models give intervals", async () => {
  await withDirectory(async (directory) => {
    const [all, train, run] = ["all.npz", "train.npz", "run"].map((name) => `${directory}/${name}`);
    await writeDataset(all!, DATA);
    await writeDataset(train!, DATA.filter((position) => DATA.cellTypeOf(position) !== "treated"));
    const models = ["--preset", "experiment1", "--epochs", "1", "--ensemble", "2"];
    const trained = await runTask("train", "--data", train!, ...models, "--out", run!, ...ENGINE);
    strictEqual(trained.code, 0, trained.stderr);
    const compare = async (data: string, between: string) => {
      const draws = ["--bootstrap", "20", "--steps", "4", "--out", "-", "--format", "csv"];
      const args = ["--data", data, "--between", between, ...draws, ...ENGINE];
      const { code, stdout, stderr } = await runTask("differences", run!, ...args);
      strictEqual(code, 0, stderr);
      const [header = "", first = ""] = stdout.split("\n").map((line) => line.split(","));
      return { row: Object.fromEntries([...header].map((name, i) => [name, first[i]!])), stderr };
    };
    const both = await compare(train!, "control.1,control.2");
    const { low, predicted_change, high, spread, trained: ends } = both.row;
    ok(Number(low) < Number(predicted_change) && Number(predicted_change) < Number(high));
    ok(Number(spread) > 0);
    strictEqual(ends, "both");
    match(both.stderr, /warning: the models were trained on 60 genes on both sides of control\.1/);
    // The run's own file says which cell types of another one it was trained on.
    const one = await compare(all!, "control.1,treated");
    strictEqual(one.row.trained, "from");
    match(one.stderr, /warning: the models were trained on 60 genes on one side of control\.1 and/);
    await Deno.remove(train!);
    const unknown = await compare(all!, "control.1,treated");
    strictEqual(unknown.row.trained, undefined);
    match(unknown.stderr, /unknown whether the models were trained on control\.1 and treated/);
  });
});

const REFUSED: Readonly<Record<string, readonly [args: readonly string[], message: RegExp]>> = {
  "no cell types": [[], /no cell types are named, expected --between with two names/],
  "three of them": [["--between", "a,b,c"], /--between has 3 names, expected two; --from and --to/],
  "one side": [["--from", "a"], /--from is there alone, expected --between/],
  "both ways": [["--between", "a,b", "--from", "a"], /--between.*cannot be used with.*--from/],
  "an unknown one": [["--between", "control.1,liver"], /no cell type liver, found control\.1,/],
  "one on both sides": [["--between", "treated,treated"], /treated is on both sides/],
  "a table of sets without sets": [
    [...SIDES, "--sets-out", "x.tsv"],
    /no sets are named, expected --gene-sets/,
  ],
  "fold changes that are not there": [
    [...SIDES, "--deseq2", "nothing.csv"],
    /Cannot read --deseq2 nothing\.csv: it does not exist/,
  ],
  "a report to standard output": [
    [...SIDES, "--report", "-"],
    /Cannot write --report to standard output: expected the name of a file/,
  ],
  "a panel for a model that reads none": [
    [...SIDES, "--panel", "x.npz"],
    /Cannot use --panel with linear/,
  ],
};

Deno.test("what cannot be done is refused in one line", async () => {
  await withDirectory(async (directory) => {
    await prepare(directory);
    const data = ["--data", `${directory}/data.npz`, "--out", `${directory}/out.tsv`];
    const sets = ["--gene-sets", `${directory}/formula.gmt`, "--sets-out", `${directory}/sets.tsv`];
    await Deno.writeTextFile(`${directory}/formula.gmt`, `=HYPERLINK(1)\tna\t${GENES[0]}\n`);
    await Deno.writeTextFile(`${directory}/other.csv`, "id,logFC\nENSMUSG00000000001,1\n");
    const ofFiles: typeof REFUSED = {
      "a set that is a formula": [
        [...SIDES, ...sets],
        /"=HYPERLINK\(1\)" would be a formula in a spreadsheet. Rename it in the file of --gene-sets/,
      ],
      "fold changes of other genes": [
        [...SIDES, "--deseq2", `${directory}/other.csv`],
        /Cannot find genes of \S+other\.csv/,
      ],
    };
    for (const [what, [args, message]] of Object.entries({ ...REFUSED, ...ofFiles })) {
      const own = args.includes("--out") ? data.slice(0, 2) : data;
      const { code, stderr } = await runTask("differences", directory, ...own, ...args);
      ok(code !== 0, what);
      match(stderr, message, what);
      strictEqual([...stderr.matchAll(/^error:/gm)].length, 1, `${what}: ${stderr}`);
    }
  });
});

Deno.test("sets without anything measured are refused, and labels of a file are used", async () => {
  await withDirectory(async (directory) => {
    await prepare(directory);
    const at = (name: string) => `${directory}/${name}`;
    await writeDataset(at("bare.npz"), new Dataset({ ...DATA.columns, labels: undefined }));
    await Deno.writeTextFile(at("sets.gmt"), GMT);
    const args = [directory, "--data", at("bare.npz"), ...SIDES, ...ENGINE, "--bootstrap", "10"];
    const refused = await runTask(
      "differences",
      ...args,
      "--gene-sets",
      at("sets.gmt"),
      "--out",
      "-",
    );
    strictEqual(refused.code, 1);
    match(refused.stderr, /Cannot use --gene-sets: nothing was measured/);
    const labels = DATA.labels();
    const lines = DATA.submissionIds().map((id, i) => `${id},${labels[i]}`);
    await Deno.writeTextFile(at("labels.csv"), ["id,expression", ...lines.slice(1)].join("\n"));
    const { code, stdout, stderr } = await runTask(
      "differences",
      ...args,
      "--labels",
      at("labels.csv"),
      "--gene-sets",
      at("sets.gmt"),
      "--out",
      at("out.tsv"),
    );
    strictEqual(code, 0, stderr);
    // The first gene lacks a label in one control.
    match(stdout, /all genes +59 /);
    match(stdout, /What marks explain of measured changes/);
  });
});
