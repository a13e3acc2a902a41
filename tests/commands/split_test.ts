/** Data divided into files, and tables of parts and folds. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { readDataset } from "../../src/data/mod.ts";
import { kFold } from "../../src/data/kfold.ts";
import { readCompetition, writeCompetition } from "../../src/io/mod.ts";
import { splitData } from "../../src/validation/mod.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";

const FIXTURE = "fixtures/train.npz";

/** The samples of a data set by name: signal and label. */
function samplesOf(data: Dataset): Map<string, string> {
  const labels = data.labels();
  return new Map(
    Array.from(labels, (label, i) => [
      `${data.cellTypeOf(i)} ${data.geneOf(i)}`,
      `${label} ${data.signalOf(i).join()}`,
    ]),
  );
}

/** Writes a table of places in which the fixture's genes lie 4 kb apart on five chromosomes. */
async function writePlaces(path: string, genes: readonly string[]): Promise<void> {
  const rows = genes.map((id, i) => `${id}.7\tchr${1 + Math.floor(i / 20)}\t${4000 * i + 9000}\t-`);
  await Deno.writeTextFile(path, ["gene_id\tchrom\ttss\tstrand", ...rows, ""].join("\n"));
}

Deno.test("a split's files hold each sample once, as it was, and say what they are", async () => {
  await withDirectory(async (directory) => {
    const data = await readDataset(FIXTURE);
    const whole = samplesOf(data);
    for (const format of ["npz", "zarr"]) {
      const out = `${directory}/${format}`;
      const shares = ["--test-share", "0.34", "--validation-share", "0.2", "--seed", "3"];
      const args = ["--scheme", "by-both", "--keep-crossing", "--format", format, "--out", out];
      const { code, stdout, stderr } = await runTask(
        "split",
        "--data",
        FIXTURE,
        ...shares,
        ...args,
      );
      strictEqual(code, 0, stderr);
      match(stdout, /^train: 138 samples, 46 genes, 3 cell types$/m);
      match(stdout, /^ {2}\d+ of new genes in trained cell types, \d+ of trained genes in new/m);
      match(
        stdout,
        new RegExp(`Written: .* \\(train.${format}, validation.${format}, test.${format}`),
      );
      const found = new Map<string, string>();
      const options = {
        scheme: "by-both",
        testShare: 0.34,
        validationShare: 0.2,
        seed: 3,
      } as const;
      const expected = splitData(data, { ...options, keepCrossing: true });
      for (const part of ["train", "validation", "test"] as const) {
        const read = await readDataset(`${out}/${part}.${format}`);
        const samples = samplesOf(read);
        deepStrictEqual(
          [...samples.keys()].toSorted(),
          [...samplesOf(expected[part]).keys()].toSorted(),
        );
        for (const [name, values] of samples) {
          ok(!found.has(name));
          found.set(name, values);
          strictEqual(values, whole.get(name), name);
        }
        deepStrictEqual(read.record, data.record);
      }
      strictEqual(found.size, whole.size);
      const report = JSON.parse(await Deno.readTextFile(`${out}/split.json`));
      strictEqual(report.parts.test.samples, expected.test.length);
      strictEqual(report.scheme, "by-both");
      deepStrictEqual(report.axes[1].test, expected.axes[1]!.names.test);
      match(report.inputs.data.sha256, /^[0-9a-f]{64}$/);
    }
  });
});

Deno.test("replicates, missing marks and symbols are kept in the files", async () => {
  await withDirectory(async (directory) => {
    const record = {
      ...(await readCompetition(FIXTURE)).record,
      marks: ["H3K4me3", "H3K9me3"],
      transform: "none",
    } as const;
    const genes = ["ENSG00000000003.15", "ENSG00000000005.6", "ENSMUSG00000000007", "TP53"];
    const blocks = ["liver.1", "liver.2", "lung"].map((cellType, c) => ({
      cellType,
      genes,
      signal: Float64Array.from(
        { length: 16 },
        (_, i) => cellType === "lung" && i % 2 === 1 ? 0 : 0.5 * i + c,
      ),
      labels: [1 / 3, 2, 3, 4 + c],
    }));
    const details = new Map(
      genes.map((id, i) => [id, { symbol: `S${i}`, chromosome: `chr${i % 2}`, tss: 5 }]),
    );
    const file = await Deno.create(`${directory}/all.npz`);
    await writeCompetition(file.writable, blocks, {
      record,
      geneDetails: details,
      cellTypeGroups: new Map([["liver.1", "liver"], ["liver.2", "liver"]]),
      missingMarks: new Map([["lung", ["H3K9me3"]]]),
    });
    const data = ["--data", `${directory}/all.npz`];
    const one = await runTask(
      "split",
      ...data,
      "--test-cell-types",
      "liver.2",
      "--out",
      `${directory}/one`,
    );
    strictEqual(one.code, 0, one.stderr);
    match(one.stdout, /^test: 8 samples, 4 genes, 1 cell type \(cell type group liver\)$/m);
    const test = await readDataset(`${directory}/one/test.npz`);
    deepStrictEqual(test.columns.cellTypes, ["liver.1", "liver.2"]);
    deepStrictEqual(test.columns.cellTypeGroups, ["liver", "liver"]);
    deepStrictEqual(test.columns.genes, genes);
    deepStrictEqual(test.geneDetailsOf(1), details.get(genes[1]!));
    const train = await readDataset(`${directory}/one/train.npz`);
    deepStrictEqual(train.missingMarks, new Map([["lung", ["H3K9me3"]]]));
    deepStrictEqual([...train.labels()], [1 / 3, 2, 3, 6]);
    // The data say where their genes lie.
    const two = await runTask(
      "split",
      ...data,
      "--test-chromosomes",
      "1",
      "--out",
      `${directory}/two`,
    );
    strictEqual(two.code, 0, two.stderr);
    match(two.stdout, /^test: 6 samples, 2 genes, 2 cell types \(chromosome chr1\)$/m);
  });
});

Deno.test("by-chromosome needs no table for human genes, and overlapping windows are told where genes are", async () => {
  await withDirectory(async (directory) => {
    const { genes, ...columns } = await readCompetition(FIXTURE);
    const places = `${directory}/genes.tsv`;
    await writePlaces(places, genes);
    const run = (...args: string[]) => runTask("split", "--data", FIXTURE, ...args);
    const random = await run(
      "--scheme",
      "by-gene",
      "--genes",
      places,
      "--out",
      `${directory}/a.tsv`,
    );
    match(
      random.stderr,
      /^warning: \d+ of 20 genes of test have windows that overlap those of training genes/m,
    );
    const whole = await run(
      "--scheme",
      "by-chromosome",
      "--genes",
      places,
      "--out",
      `${directory}/b.tsv`,
    );
    strictEqual(whole.stderr, "");
    doesNotMatch(whole.stdout, /Not checked/);
    const cut = await run("--scheme", "by-gene", "--out", `${directory}/c.tsv`);
    match(cut.stdout, /^Not checked: windows that overlap .* \(needs --genes\)\.$/m);
    const cells = await run("--scheme", "by-cell-type", "--out", `${directory}/d.tsv`);
    doesNotMatch(cells.stdout, /Not checked/);
    // The same samples under identifiers of real genes.
    const human = ["ENSG00000141510", "ENSG00000012048", "ENSG00000139618", "ENSG00000136997"];
    const data = new Dataset({ ...columns, genes });
    const blocks = [{
      cellType: "E003",
      genes: human,
      signal: Float64Array.from(human.flatMap((_, i) => [...data.countsOf(i)])),
      labels: [1, 2, 3, 4],
    }];
    const file = await Deno.create(`${directory}/human.npz`);
    await writeCompetition(file.writable, blocks, {
      record: { ...columns.record, transform: "none" },
    });
    const found = await runTask(
      "split",
      "--data",
      `${directory}/human.npz`,
      "--test-chromosomes",
      "chr17",
      "--out",
      `${directory}/parts`,
    );
    strictEqual(found.code, 0, found.stderr);
    match(found.stdout, /^Chromosomes of 4 genes: from the package's list of human genes/m);
    const test = await readDataset(`${directory}/parts/test.npz`);
    deepStrictEqual(test.columns.genes, human.slice(0, 2));
    strictEqual(test.geneDetailsOf(0)?.chromosome, "chr17");
  });
});

Deno.test("a table of folds is that of crossval, and crossval takes it back as groups", async () => {
  await withDirectory(async (directory) => {
    const data = await readDataset(FIXTURE);
    const table = `${directory}/folds.csv`;
    const scheme = ["--scheme", "by-gene", "--folds", "3", "--seed", "5", "--stratified"];
    const { code, stdout, stderr } = await runTask(
      "split",
      "--data",
      FIXTURE,
      ...scheme,
      "--out",
      table,
    );
    strictEqual(code, 0, stderr);
    match(stdout, /^Fold 3 of 3: \d+ samples to train on, \d+ to validate on$/m);
    match(stdout, /^Scheme by-gene shares cell types/m);
    const [header, ...rows] = (await Deno.readTextFile(table)).trimEnd().split("\n");
    strictEqual(header, "cell_type,gene_id,fold");
    const options = { folds: 3, scheme: "by-gene", seed: 5, stratified: true } as const;
    for (const [i, { validation }] of kFold(data, options).entries()) {
      const names = Array.from(
        validation.rows,
        (_, row) => `${validation.cellTypeOf(row)},${validation.geneOf(row)},${i + 1}`,
      );
      deepStrictEqual(rows.filter((row) => row.endsWith(`,${i + 1}`)), names);
    }
    const model = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm", "--folds", "3"];
    const groups = ["--scheme", "by-group", "--groups", table, "--out", `${directory}/run`];
    const crossed = await runTask("crossval", "--data", FIXTURE, ...model, ...groups);
    strictEqual(crossed.code, 0, crossed.stderr);
    match(crossed.stdout, /^Groups: 3 groups by column fold$/m);
    const sizes = kFold(data, options).map(({ validation }) => validation.length).toSorted();
    const { folds } = JSON.parse(await Deno.readTextFile(`${directory}/run/metrics.json`));
    deepStrictEqual(folds.map(({ samples }: { samples: number }) => samples).toSorted(), sizes);

    const both = await runTask(
      "split",
      "--data",
      FIXTURE,
      "--folds",
      "2",
      "--repeats",
      "2",
      "--out",
      "-",
    );
    strictEqual(both.code, 0, both.stderr);
    const lines = both.stdout.trimEnd().split("\n");
    strictEqual(lines[0], "repeat\tcell_type\tgene_id\tgene_fold\tcell_type_fold");
    strictEqual(lines.length, 1 + 2 * data.length);
    const [second] = kFold(data, { folds: 2, scheme: "by-both", repeats: 2 }).slice(2);
    const own = lines.filter((line) => line.startsWith("2\t") && line.endsWith("\t1\t1"));
    strictEqual(own.length, second!.validation.length);
  });
});

Deno.test("what cannot be divided or written is refused before data are read, and leaves nothing", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/out`;
    const parts = ["--scheme", "by-gene", "--out", out];
    const cases: [string[], number, RegExp][] = [
      [["--out", `${out}.npz`], 1, /a split is several files, expected a folder, or a table/],
      [["--out", out, "--folds", "3"], 1, /Cannot write folds to .*: expected the name of a table/],
      [["--out", `${out}.tsv`, "--folds", "3", "--test-share", "0.1"], 2, /cannot be used with/],
      [["--out", out, "--test-chromosomes", "chr8"], 1, /unknown for \d+ of 100 genes/],
      [["--out", out, "--test-cell-types", "E000"], 1, /the data have no "E000"; they have E/],
      [["--out", out, "--test-groups", "a"], 1, /found no --groups/],
      [["--out", out, "--test-share", "1"], 1, /testShare is 1/],
      [
        ["--out", out, "--scheme", "by-gene", "--test-cell-types", "E001"],
        1,
        /scheme by-gene does not divide/,
      ],
      [["--out", out, "--genes", `${directory}/none.gtf`], 1, /none\.gtf: it does not exist/],
    ];
    for (const [args, code, message] of cases) {
      const refused = await runTask("split", "--data", FIXTURE, ...args);
      strictEqual(refused.code, code, `${args.join(" ")}: ${refused.stdout}`);
      match(refused.stderr, message);
    }
    deepStrictEqual(filesIn(directory), []);
    strictEqual(
      (await runTask("split", "--data", FIXTURE, ...parts, "--validation-share", "0.2")).code,
      0,
    );
    const again = await runTask("split", "--data", FIXTURE, ...parts, "--validation-share", "0.2");
    match(
      again.stderr,
      /it holds train\.npz of another split\. Name another --out, or add --overwrite$/m,
    );
    // Without a validation part the old one would seem to belong to the new split.
    const fewer = await runTask("split", "--data", FIXTURE, ...parts, "--overwrite");
    match(
      fewer.stderr,
      /it holds validation\.npz of another split\. Name another --out, or remove it$/m,
    );
    const replaced = await runTask(
      "split",
      "--data",
      FIXTURE,
      ...parts,
      "--validation-share",
      "0.3",
      "--overwrite",
    );
    strictEqual(replaced.code, 0, replaced.stderr);
  });
});
