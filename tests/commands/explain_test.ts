/** Command `explain`: its tables, how it resumes, and what it refuses. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { parquetReadObjects } from "hyparquet";
import { readDataset } from "../../src/data/read_dataset.ts";
import { openSignalFile } from "../../src/genome/open_signal_file.ts";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { readArray, type Store } from "../helpers/zarrita.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const DATA = `${ROOT}fixtures/train.npz`;
const EXAMPLE = `${ROOT}fixtures/genome/example`;

type Explain = (...args: string[]) => ReturnType<typeof runTask>;

/** A step with two runs: `one` has one model, `two` an ensemble of two. `explain` stands in `directory`. */
type Step = (directory: string, explain: Explain, runs: string) => Promise<void>;

const STEPS: Record<string, Step> = {};

function readTsv(path: string): Record<string, string>[] {
  const [header = "", ...rows] = Deno.readTextFileSync(path).trimEnd().split("\n");
  const names = header.split("\t");
  return rows.map((row) => Object.fromEntries(row.split("\t").map((cell, i) => [names[i]!, cell])));
}

async function digestsIn(directory: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of filesIn(directory)) {
    const bytes = await Deno.readFile(`${directory}/${name}`);
    digests[name] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  }
  return digests;
}

STEPS["every format has the same attributions, which add up to the difference from the baseline"] =
  async (directory, explain, runs) => {
    const { columns } = await readDataset(DATA);
    const genes = [columns.genes[3]!, columns.genes[1]!].join();
    for (const format of ["tsv", "csv", "jsonl", "parquet", "zarr", "none"]) {
      const args = ["--genes", genes, "--format", format, "--out", format];
      const { code, stdout, stderr } = await explain(`${runs}/two`, ...args);
      strictEqual(code, 0, stderr);
      match(stdout, /Explaining 12 samples: 2 genes in 6 cell types, by integrated-gradients\n/);
      match(stdout, /Completeness: a sample's attributions add up to its mean prediction less /);
      match(stdout, new RegExp(`Written: ${format}/ \\(samples\\.tsv, `));
    }
    const samples = readTsv(`${directory}/tsv/samples.tsv`);
    strictEqual(samples.length, 12);
    const rows = readTsv(`${directory}/tsv/attributions.tsv`);
    deepStrictEqual(
      Object.keys(rows[0]!),
      "cell_type gene_id input mark bin offset_bp name signal attribution spread".split(" "),
    );
    strictEqual(rows.length, 12 * 500);
    deepStrictEqual([rows[0]!.bin, rows[0]!.offset_bp], ["0", "-5000"]);
    const ofSample = Map.groupBy(rows, ({ cell_type, gene_id }) => `${cell_type} ${gene_id}`);
    for (const sample of samples) {
      const own = ofSample.get(`${sample.cell_type} ${sample.gene_id}`)!;
      const sum = own.reduce((total, { attribution }) => total + Number(attribution), 0);
      const difference = Number(sample.prediction) - Number(sample.baseline_prediction);
      ok(Math.abs(sum - Number(sample.attribution_sum)) < 1e-4);
      ok(Math.abs(sum - difference) < 0.05 * Math.abs(difference) + 0.005, `${sum} ${difference}`);
      const error = (sum - difference) / Math.abs(difference);
      ok(Math.abs(error - Number(sample.completeness_error)) < 1e-3);
    }
    const text = (name: string) => Deno.readTextFileSync(`${directory}/${name}`);
    strictEqual(
      text("csv/attributions.csv"),
      text("tsv/attributions.tsv").replaceAll("\t", ","),
    );
    const objects = text("jsonl/attributions.jsonl").trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    const cells = objects.map((row) => Object.values(row).map((cell) => `${cell ?? ""}`));
    deepStrictEqual(cells.slice(0, 700), rows.slice(0, 700).map((row) => Object.values(row)));
    const file = Deno.readFileSync(`${directory}/parquet/attributions.parquet`).buffer;
    const parquet = await parquetReadObjects({ file });
    strictEqual(parquet.length, rows.length);
    ok(parquet.every(({ attribution }, i) => attribution === Math.fround(objects[i].attribution)));
    const folder = `${directory}/zarr/attributions.zarr`;
    const store: Store = new Map(
      filesIn(folder).map((name) => [`/${name}`, Deno.readFileSync(`${folder}/${name}`)] as const),
    );
    const X = await readArray(store, "/X");
    deepStrictEqual(X.shape, [12, 500]);
    ok(objects.every(({ attribution }, i) => X.values[i] === Math.fround(attribution)));
    const marks = (await readArray(store, "/var/mark/codes")).values;
    strictEqual(marks.length, 500);
    deepStrictEqual(filesIn(`${directory}/none`), [
      "explain.json",
      "marks.tsv",
      "pages/ENSG00000101044.html",
      "pages/ENSG00000274355.html",
      "pages/index.html",
      "samples.tsv",
      "summary.tsv",
    ]);
    const page = text("none/pages/ENSG00000274355.html");
    match(page, /^<!DOCTYPE html>\n<!-- @waka\/histone: page of a gene -->/);
    match(page, /H3K4me3 removed/);
    for (const { cell_type, gene_id, mark, attribution } of readTsv(`${directory}/tsv/marks.tsv`)) {
      const own = ofSample.get(`${cell_type} ${gene_id}`)!.filter((row) => row.mark === mark);
      const sum = own.reduce((total, row) => total + Number(row.attribution), 0);
      ok(Math.abs(sum - Number(attribution)) < 1e-5);
    }
    const record = JSON.parse(text("tsv/explain.json"));
    deepStrictEqual(
      [record.method, record.baseline, record.steps, record.models, record.samples],
      ["integrated-gradients", "zero", 50, 2, 12],
    );
    match(record.inputs.model.sha256, /^[0-9a-f]{64}$/);
  };

STEPS["the summary has the means of the table, by thirds of measured expression"] = async (
  directory,
  explain,
  runs,
) => {
  const args = ["--method", "input-x-gradient", "--cell-types", "E065", "--out", "all"];
  const { code, stderr } = await explain(`${runs}/one`, ...args);
  strictEqual(code, 0, stderr);
  const rows = readTsv(`${directory}/all/attributions.tsv`);
  const summary = readTsv(`${directory}/all/summary.tsv`);
  strictEqual(summary.length, 4 * 500);
  const labels = readTsv(`${directory}/all/samples.tsv`).map(({ measured }) => Number(measured));
  const sorted = labels.toSorted((a, b) => a - b);
  const at = rows.filter(({ mark, bin }) => mark === "H3K4me3" && bin === "50");
  const found = (group: string) =>
    summary.find(({ expression, mark, bin }) =>
      expression === group && mark === "H3K4me3" && bin === "50"
    )!;
  const high = at.filter((_, i) => labels[i]! > sorted[Math.ceil(200 / 3) - 1]!);
  for (const [group, members] of [["all", at], ["high", high]] as const) {
    const values = members.map(({ attribution }) => Number(attribution));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const sd = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
    );
    const signal = members.reduce((sum, row) => sum + Number(row.signal), 0) / members.length;
    const row = found(group);
    strictEqual(Number(row.samples), members.length);
    ok(Math.abs(Number(row.mean_attribution) - mean) < 1e-6);
    ok(Math.abs(Number(row.sd) - sd) < 1e-6);
    ok(Math.abs(Number(row.mean_signal) - signal) < 1e-5);
  }
  strictEqual(found("high").samples, "33");
};

STEPS["a command that is killed or interrupted resumes, and gives the same bytes"] = async (
  directory,
  explain,
  runs,
) => {
  const args = ["--steps", "40", "--format", "parquet"];
  const whole = await explain(`${runs}/one`, ...args, "--out", "whole");
  strictEqual(whole.code, 0, whole.stderr);
  const blockOf = (number: number) => `${directory}/part/unfinished/00000${number}.block`;
  const stop = async (signal: Deno.Signal, block: number) => {
    const line = [`${runs}/one`, "--data", DATA, "--engine", "wasm", "--threads", "1", ...args];
    const command = taskCommand("explain", [...line, "--out", "part"], {
      env: { INIT_CWD: directory },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    while (!filesIn(directory).some((name) => `${directory}/${name}` === blockOf(block))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    command.kill(signal);
    const { code, stderr } = await command.output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  await stop("SIGKILL", 0);
  const kept = await Deno.stat(blockOf(0));
  const other = await explain(`${runs}/one`, ...args, "--out", "part", "--steps", "41");
  strictEqual(other.code, 1);
  match(
    other.stderr,
    /^error: Cannot resume in part: --steps is 41, expected 40, with which it was started\. Name another --out, or add --overwrite\n$/,
  );
  const genes = await explain(`${runs}/one`, ...args, "--out", "part", "--cell-types", "E065");
  match(genes.stderr, /the digest of the chosen samples is \w+ \(100 samples\), expected \w+/);
  const model = await explain(`${runs}/two`, ...args, "--out", "part");
  match(model.stderr, /the digest of the models is /);
  const { code, stderr } = await stop("SIGINT", 1);
  strictEqual(code, 130);
  match(stderr, /Interrupted: \d of 3 blocks of samples are kept\. The same command resumes\./);
  const end = await explain(`${runs}/one`, ...args, "--out", "part");
  strictEqual(end.code, 0, end.stderr);
  match(end.stdout, /Resuming: [23] of 3 blocks are there\n/);
  ok(kept.size > 0);
  deepStrictEqual(await digestsIn(`${directory}/part`), await digestsIn(`${directory}/whole`));
  const again = await explain(`${runs}/one`, ...args, "--out", "part");
  match(again.stderr, /part: it already holds an explanation\. Name another --out/);
  const few = ["--cell-types", "E065", "--format", "none", "--no-pages", "--overwrite"];
  strictEqual((await explain(`${runs}/one`, ...few, "--out", "part")).code, 0);
  deepStrictEqual(
    filesIn(`${directory}/part`),
    ["explain.json", "marks.tsv", "samples.tsv", "summary.tsv"],
  );
};

STEPS[
  "with a null, values and whole marks have q-values, which are kept when the command is stopped"
] = async (directory, explain, runs) => {
  const args = ["--null", "matched", "--method", "input-x-gradient", "--no-pages"];
  const { code, stdout, stderr } = await explain(`${runs}/one`, ...args, "--out", "matched");
  strictEqual(code, 0, stderr);
  match(
    stdout,
    /\nq-values: [\d,]+ of 300,000 attributions \(\d+\.\d%\) have q <= 0\.05\.( The null has 99 samples.*)?\n/,
  );
  match(stdout, /\nWhat each mark adds to a prediction, .* in 600 samples.*\n.*q <= 0\.05\n/);
  match(stdout, /\nA q-value asks whether a value matters more to this gene than the same bin/);
  for (const name of ["marks", "attributions"]) {
    const rows = readTsv(`${directory}/matched/${name}.tsv`);
    ok(rows.every(({ q }) => Number(q) > 0 && Number(q) <= 1));
    // Where a value adds nothing, every gene of the null adds as much.
    ok(rows.every(({ attribution, q }) => Number(attribution) !== 0 || q === "1"));
  }
  const labels = ["--null", "labels", "--cell-types", "E065", "--no-pages", "--out", "labels"];
  const shuffled = await explain(`${runs}/one`, ...labels);
  strictEqual(shuffled.code, 0, shuffled.stderr);
  match(shuffled.stdout, /models of the same kind that learned shuffled labels/);
  match(
    shuffled.stdout,
    /\nThe model as a whole: in 100 samples .* of [01] of 1 shuffle do .* With 1 shuffle p is never below 0\.50/,
  );
  const { wholeModel } = JSON.parse(Deno.readTextFileSync(`${directory}/labels/explain.json`));
  deepStrictEqual([wholeModel.samples, wholeModel.nullRs.length], [100, 1]);
};

STEPS["genes are named by ids, symbols and files; an annotation knows symbols and places"] = async (
  directory,
  explain,
) => {
  const prepared = await runTask(
    "prepare",
    ...`--samples ${EXAMPLE}/sheet.tsv --genes ${EXAMPLE}/genes.gtf --signal reads`.split(" "),
    ...`--expression ${EXAMPLE}/expression.tsv --expression-transform log2p1`.split(" "),
    ...`--assembly hg38 --out ${directory}/example.npz`.split(" "),
  );
  strictEqual(prepared.code, 0, prepared.stderr);
  const { columns } = await readDataset(`${directory}/example.npz`);
  await runTask(
    "train",
    ...`--data ${directory}/example.npz --preset experiment1 --epochs 1`.split(" "),
    ...`--engine wasm --out ${directory}/run`.split(" "),
  );
  const symbol = "Dpm1";
  let gene = 0;
  await Deno.writeTextFile(
    `${directory}/named.gtf`,
    Deno.readTextFileSync(`${EXAMPLE}/genes.gtf`).replaceAll(
      /gene_id "([^"]+)";/g,
      (text, id) => `${text} gene_name "${id === columns.genes[4] ? symbol : `S${gene++}`}";`,
    ),
  );
  await Deno.writeTextFile(
    `${directory}/genes.txt`,
    `gene_id\n# a comment\n\n${columns.genes[7]!.split(".")[0]}\tmore\n`,
  );
  const data = ["--data", `${directory}/example.npz`, "--format", "none"];
  data.push("--gene-file", "named.gtf");
  for (
    const [genes, wanted] of [
      [`${symbol.toLowerCase()},${columns.genes[0]}`, [0, 4]],
      ["genes.txt", [7]],
      [`${directory}/genes.txt`, [7]],
      ["all", [...columns.genes.keys()]],
    ] as const
  ) {
    const args = ["--genes", genes, "--out", "named", "--overwrite", "--no-pages"];
    const { code, stderr } = await explain(`${directory}/run`, ...data, ...args);
    strictEqual(code, 0, stderr);
    const found = readTsv(`${directory}/named/samples.tsv`);
    deepStrictEqual(
      [...new Set(found.map(({ gene_id }) => gene_id))].sort(),
      wanted.map((gene) => columns.genes[gene]!).sort(),
    );
    ok(found.every(({ symbol, tss }) => symbol !== "" && tss !== ""));
  }
  // The last one was of all genes: a track for each mark of each cell type, with its signal, and a session.
  const tracks = filesIn(`${directory}/named/tracks`);
  strictEqual(tracks.length, 2 * 5 * 2 + 1);
  ok(tracks.includes("liver.H3K4me3.integrated-gradients.bw"));
  const session = Deno.readTextFileSync(`${directory}/named/tracks/session.xml`);
  match(session, /genome="hg38"[^]*liver\.H3K4me3\.integrated-gradients\.bw/);
  const near = `${symbol}X`;
  const unknown = await explain(`${directory}/run`, ...data, "--genes", near, "--out", "x");
  strictEqual(unknown.code, 1);
  match(unknown.stderr, new RegExp(`gene "${near}".*did you mean .*${symbol}`));
};

STEPS[
  "tracks are on the data's build of the genome, and places that it lacks are refused at the start"
] = async (directory, explain, runs) => {
  const { columns: { record, genes } } = await readDataset(DATA);
  const at = (name: string) => `${directory}/${name}`;
  await Deno.writeTextFile(at("hg38.json"), JSON.stringify({ ...record, assembly: "hg38" }));
  const annotate = (name: string, place: number) =>
    Deno.writeTextFile(
      at(name),
      `chr1\tx\tgene\t${place + 1}\t${place + 9}\t.\t+\t.\tgene_id "${genes[0]}";\n`,
    );
  await annotate("here.gtf", 50_000);
  await annotate("beyond.gtf", 400_000_000);
  const build = ["--record", "hg38.json", "--accept-assembly", "--genes", genes[0]!];
  const args = [...build, "--format", "none", "--no-pages", "--out", "built"];
  const beyond = await explain(`${runs}/one`, ...args, "--gene-file", "beyond.gtf");
  strictEqual(beyond.code, 1);
  match(beyond.stderr, /its TSS is base 400000000 of chr1, which has 248956422 bp/);
  ok(!filesIn(directory).some((name) => name.startsWith("built")));
  const { code, stderr } = await explain(`${runs}/one`, ...args, "--gene-file", "here.gtf");
  strictEqual(code, 0, stderr);
  match(Deno.readTextFileSync(at("built/tracks/session.xml")), /<Session genome="hg38"/);
  const [name] = filesIn(at("built/tracks")).filter((name) => name.endsWith(".bw"));
  const { track, close } = await openSignalFile(at(`built/tracks/${name}`));
  deepStrictEqual(track.contigs, [{ name: "chr1", length: 248_956_422 }]);
  close();
};

STEPS["what cannot be explained is refused in one sentence, before anything is written"] = async (
  directory,
  explain,
  runs,
) => {
  await Deno.writeTextFile(`${directory}/empty.txt`, "# nothing\n");
  await Deno.mkdir(`${directory}/mine`);
  await Deno.writeTextFile(`${directory}/mine/thesis.txt`, "");
  const before = filesIn(directory);
  const cases: [string[], RegExp][] = [
    [["--genes", "BRCA1"], /Cannot explain gene "BRCA1": .*the data know no symbols \(--gene-file/],
    [
      ["--genes", "genes.gtf.gz"],
      /Cannot use --genes genes\.gtf\.gz: it is an annotation, .*--gene-file/,
    ],
    [["--genes", "a,,b"], /Cannot use --genes a,,b: expected names between commas, a file, or all/],
    [["--genes", "none.txt"], /Cannot read --genes none\.txt: it does not exist/],
    [["--genes", "empty.txt"], /Cannot read genes: found none, expected one a line \(.*empty\.txt/],
    [
      ["--cell-types", "E065,E0066"],
      /Cannot explain cell type "E0066": the data have no cell type of that name, did you mean E066\?/,
    ],
    [
      ["--marks", "H3K4me"],
      /Cannot explain mark "H3K4me": the data have no mark of that name, did you mean H3K4me1 or H3K4me3\?/,
    ],
    [["--marks", "Pol2"], /mark "Pol2": .*expected one of H3K27me3, H3K36me3/],
    [["--method", "mutagenesis"], /--method mutagenesis with experiment1: it reads no DNA/],
    [["--method", "gradient", "--steps", "3"], /Cannot use --steps with --method gradient/],
    [["--method", "gradient", "--baseline", "zero"], /Cannot use --baseline with --method gradien/],
    [["--match-by", "label"], /Cannot use --match-by: baseline is zero, expected --baseline matc/],
    [["--window", "3:5"], /Cannot use --window with --method integrated-gradients/],
    [["--panel", DATA], /Cannot use --panel with experiment1: it reads no panel/],
    [["--out", "mine"], /mine: it holds something else, found thesis\.txt and no explain\.json/],
    [["--out", "mine/thesis.txt"], /it is a file, expected a directory/],
    [["--gene-file", DATA], /train\.npz/],
    [["--data", "nowhere.npz"], /Cannot read nowhere\.npz: no such file or directory|nowhere/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await explain(`${runs}/one`, "--out", "out", ...args);
    strictEqual(code, 1, `${args}: ${stdout}`);
    match(stderr, message);
    match(stderr, /^error: [^\n]+\n$/);
    deepStrictEqual(filesIn(directory), before, `${args}`);
  }
  const bad: [string[], RegExp][] = [
    [["--window", "5:3"], /Expected two numbers such as 40:60, the first one smaller/],
    [["--occlude", "0"], /Expected bin, mark, or a number of bins/],
    [["--model", "one"], /--model one cannot be used here: this command takes the run or model as/],
    [["--method", "shap"], /Expected one of gradient, input-x-gradient/],
    [["--steps", "0"], /Expected an integer >= 1/],
    [["--format", "xlsx"], /Expected one of tsv, csv, jsonl, parquet, zarr, none/],
  ];
  for (const [args, message] of bad) {
    const { code, stderr } = await explain(`${runs}/one`, "--out", "out", ...args);
    strictEqual(code, 2);
    match(stderr, message);
  }
  const shape = `${directory}/example`;
  const small = await runTask(
    "simulate",
    "--out",
    shape,
    "--genes",
    "20",
    "--cell-types",
    "2",
    "--bins",
    "20",
  );
  if (small.code === 0) {
    const args = ["--data", `${shape}/train.npz`, "--out", "out"];
    const { code, stderr } = await explain(`${runs}/one`, ...args);
    strictEqual(code, 1);
    match(stderr, /^error: Cannot [^\n]+20[^\n]+100[^\n]*\n$/);
  }
};

Deno.test("explain", async (t) => {
  await withDirectory(async (runs) => {
    for (const [name, members] of [["one", "1"], ["two", "2"]] as const) {
      const model = ["--preset", "experiment1", "--ensemble", members, "--epochs", "1"];
      const out = ["--engine", "wasm", "--out", `${runs}/${name}`];
      const trained = await runTask("train", "--data", DATA, ...model, ...out);
      strictEqual(trained.code, 0, trained.stderr);
    }
    for (const [name, step] of Object.entries(STEPS)) {
      await t.step(name, () =>
        withDirectory((directory) =>
          step(directory, (run, ...args) => {
            const data = args.includes("--data") ? [] : ["--data", DATA];
            const flags = [run, ...data, "--engine", "wasm", ...args];
            return endOf(taskCommand("explain", flags, { env: { INIT_CWD: directory } }));
          }, runs)
        ));
    }
  });
});
