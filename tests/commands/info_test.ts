/** The command that says what files are. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/mod.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import { writeParquet } from "../../src/io/parquet.ts";
import { writeZip } from "../../src/io/zip.ts";
import { recordFacts } from "../../src/commands/info/_record.ts";
import { COMPETITION_RECORD } from "../../src/record.ts";
import { digestWeights } from "../../src/model/digest_weights.ts";
import { loadStarter } from "../../src/starter/mod.ts";
import { saveMembers } from "../../src/runs/mod.ts";
import { fitEnsemble } from "../../src/training/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { writeStore } from "../helpers/store_folder.ts";

const GENOME = "fixtures/genome";

interface Found {
  readonly path: string;
  readonly kind: string;
  readonly description: string;
  readonly problem?: string;
  readonly [fact: string]: unknown;
}

/** Runs the command for programs. */
async function describe(...paths: readonly string[]): Promise<{ code: number; found: Found[] }> {
  const { code, stdout, stderr } = await runTask("info", "--json", ...paths);
  strictEqual(stderr, "");
  return { code, found: JSON.parse(stdout) };
}

Deno.test("the fixtures are what they are, with the numbers that are in them", async () => {
  const { code, found } = await describe(
    "fixtures/train.npz",
    "fixtures/eval.npz",
    `${GENOME}/reads.bam`,
    `${GENOME}/reads_v3.1.cram`,
    `${GENOME}/reads_v3.1.cram.crai`,
    `${GENOME}/signal.bw`,
    `${GENOME}/reads.tagAlign.gz`,
    `${GENOME}/reads.tagAlign.gz.tbi`,
    `${GENOME}/reads.bam.bai`,
    `${GENOME}/example/genes.gtf`,
    `${GENOME}/example/expression.tsv`,
    `${GENOME}/example/sheet.tsv`,
    "fixtures/eval_labels.csv",
    "fixtures/golden/branches.npz",
    "fixtures/golden/bits.json",
  );
  strictEqual(code, 0);
  deepStrictEqual(found.map(({ kind }) => kind), [
    "data-set-npz",
    "data-set-npz",
    "bam",
    "cram",
    "index",
    "bigwig",
    "bed",
    "index",
    "index",
    "annotation",
    "expression",
    "sample-sheet",
    "submission",
    "npz",
    "json",
  ]);
  const [train, test, bam, , , bigWig, bed, , , genes, expression, sheet, labels] = found;
  deepStrictEqual([train!.genes, train!.samples, train!.labels, train!.encoding], [
    100,
    600,
    true,
    "uint16 counts",
  ]);
  match(String(train!.sha256), /^[0-9a-f]{64}$/);
  strictEqual(test!.labels, false);
  deepStrictEqual([bam!.contigs, bam!.sortOrder, bam!.reads], [3, "coordinate", 2514]);
  deepStrictEqual(bam!.index, { path: `${GENOME}/reads.bam.bai`, isFresh: true });
  strictEqual(bigWig!.contigs, 2);
  strictEqual(bed!.compression, "bgzip");
  strictEqual(genes!.genes, 60);
  deepStrictEqual([expression!.samples, expression!.idKind], [["liver", "lung"], "Ensembl genes"]);
  deepStrictEqual([sheet!.files, sheet!.cellTypes], [10, ["liver", "lung"]]);
  strictEqual(labels!.rows, 440);
});

Deno.test("it is the assembly that is unknown, not the record", () => {
  const [fact] = recordFacts({ ...COMPETITION_RECORD, assembly: "unknown" });
  match(fact!.text!, /^assembly unknown, bins of 100 bp/);
});

Deno.test("what the commands write is recognised", () =>
  withDirectory(async (directory) => {
    const run = `${directory}/run`;
    const training = [
      "--data",
      "fixtures/train.npz",
      "--preset",
      "experiment1",
      "--epochs",
      "1",
      "--engine",
      "wasm",
    ];
    strictEqual((await runTask("train", ...training, "--out", run)).code, 0);
    strictEqual((await runTask("report", run)).code, 0);
    const inputs = [
      "--samples",
      `${GENOME}/example/sheet.tsv`,
      "--genes",
      `${GENOME}/example/genes.gtf`,
    ];
    const show = ["--page", `${directory}/page.html`, "--multiqc", `${directory}/qc`];
    const prepared = await runTask(
      "prepare",
      ...inputs,
      "--signal",
      "reads",
      "--out",
      `${directory}/a.zarr`,
      ...show,
    );
    strictEqual(prepared.code, 0, prepared.stderr);
    const predictions = ["tsv", "jsonl", "zarr"].map((ending) =>
      `${directory}/predictions.${ending}`
    );
    for (const out of predictions) {
      const { code, stderr } = await runTask(
        "predict",
        "--model",
        run,
        "--data",
        "fixtures/eval.npz",
        "--out",
        out,
      );
      strictEqual(code, 0, stderr);
    }
    const [multiqc] = [...Deno.readDirSync(`${directory}/qc`)].map(({ name }) =>
      `${directory}/qc/${name}`
    );
    const { code, found } = await describe(
      run,
      `${run}/model`,
      `${run}/model/model.json`,
      `${run}/config.json`,
      `${run}/history.csv`,
      `${run}/report.html`,
      `${directory}/a.zarr`,
      `${directory}/page.html`,
      multiqc!,
      ...predictions,
    );
    deepStrictEqual(found.map(({ kind }) => kind), [
      "run",
      "model",
      "model-file",
      "run-settings",
      "history",
      "run-report",
      "data-set-zarr",
      "data-page",
      "multiqc",
      "predictions",
      "predictions",
      "predictions-zarr",
    ]);
    strictEqual(code, 0);
    deepStrictEqual([found[0]!.command, found[0]!.preset, found[0]!.weights], [
      "train",
      "experiment1",
      969,
    ]);
    deepStrictEqual([found[6]!.genes, found[6]!.labels], [60, false]);
    const anndata = found.at(-1)!;
    ok(Number(anndata.cellTypes) > 1 && Number(anndata.genes) > 1);
  }));

Deno.test("a plan says whose work it divides, and which units are left", () =>
  withDirectory(async (directory) => {
    const plan = `${directory}/plan`;
    const crossval = ["crossval", "--data", "fixtures/train.npz", "--preset", "experiment1"];
    const how = ["--folds", "2", "--epochs", "1", "--engine", "wasm", "--out", `${directory}/cv`];
    strictEqual((await runTask("plan", "--plan", plan, ...crossval, ...how)).code, 0);
    const look = async () => (await describe(plan)).found[0]!;
    const { kind, command, units, done, left, out } = await look();
    const facts = { kind, command, units, done, left, out };
    const wanted = { kind: "plan", command: "crossval", units: 2, out: `${directory}/cv` };
    deepStrictEqual(facts, { ...wanted, done: 0, left: [1, 2] });
    strictEqual((await runTask("work", "--plan", plan, "--unit", "1")).code, 0);
    deepStrictEqual((await look()).left, [2]);
    const { stdout } = await runTask("info", plan);
    match(stdout, /units +2\n +done +1\n +not done +2\n/);
    strictEqual((await runTask("work", "--plan", plan, "--unit", "2")).code, 0);
    const last = await look();
    deepStrictEqual([last.done, last.left], [2, undefined]);
    await Deno.writeTextFile(`${plan}/units.jsonl`, "{}");
    const damaged = await runTask("info", plan);
    strictEqual(damaged.code, 1);
    const json = `${plan}/plan.json`;
    await Deno.truncate(json, 200);
    const cut = `: found JSON that is cut short, expected a whole file`;
    match(
      (await runTask("info", plan)).stdout,
      new RegExp(`Cannot read plan${cut}\\. Plan again into another folder \\(${json}\\)`),
    );
    match(
      (await runTask("info", json)).stdout,
      new RegExp(`a JSON file, .*Cannot read JSON${cut}`),
    );
    match(damaged.stdout + damaged.stderr, /units\.jsonl is not as deno task plan wrote it/);
  }));

Deno.test("files are recognised by their content, whatever their names say", () =>
  withDirectory(async (directory) => {
    const copies = [
      [`${GENOME}/signal.bw`, "a.bam", "bigwig"],
      [`${GENOME}/reads_v3.1.cram`, "b.bam", "cram"],
      ["fixtures/train.npz", "c.bed", "npz"],
      [`${GENOME}/example/genes.gtf`, "d.csv", "annotation"],
    ] as const;
    for (const [from, name] of copies) await Deno.copyFile(from, `${directory}/${name}`);
    const { found } = await describe(...copies.map(([, name]) => `${directory}/${name}`));
    for (const [i, [, , kind]] of copies.entries()) {
      ok(found[i]!.kind.includes(kind), found[i]!.kind);
    }
  }));

Deno.test("an array of texts is named with its type and what is read in its place", () =>
  withDirectory(async (directory) => {
    const header = "{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }\n";
    const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0];
    const content = Uint8Array.of(...magic, ...new TextEncoder().encode(header), 65, 0, 0, 0);
    const path = `${directory}/names.npz`;
    await writeFileAtomic(path, (sink) => writeZip(sink, [{ path: "gene_ids.npy", content }]));
    const { stdout } = await runTask("info", path);
    match(stdout, /arrays +gene_ids <U1 \(strings\) in place of numbers/);
  }));

Deno.test("rows of intervals, sequences, lists and other text are told from each other", () =>
  withDirectory(async (directory) => {
    const texts = {
      "peaks": "chr1\t10\t200\tp1\t100\t.\t5.5\t3.2\t2.1\t80\n",
      "bedgraph": "chr1\t0\t100\t2.5\nchr1\t100\t200\t0\n",
      "bed": "chr1\t10\t46\tN\t1000\t+\n",
      "sequences": `115459,${"ACGTN".repeat(20)}\n`,
      "chromosome-sizes": "chr1\t248956422\nchr2\t242193529\n",
      "list": "TP53\nMYC\n",
      "fasta": ">chr1\nACGT\n",
      "sam": "@HD\tVN:1.6\tSO:coordinate\n",
      "vcf": "##fileformat=VCFv4.2\n",
      "wiggle": "fixedStep chrom=chr1 start=1 step=1\n1\n",
      "annotation": "##gff-version 3\nchr1\tx\tgene\t1\t100\t.\t+\t.\tID=gene:ENSG00000000003\n",
      "model-spec": JSON.stringify({ layers: [] }),
      "data-record": JSON.stringify({ assembly: "hg19", countingRule: "reads" }),
      "unknown": "To be, or not to be,\nthat is the question,\nwhether it is nobler, in the mind\n",
    };
    for (const [name, text] of Object.entries(texts)) {
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    const { code, found } = await describe(
      ...Object.keys(texts).map((name) => `${directory}/${name}`),
    );
    deepStrictEqual(found.map(({ kind }) => kind), Object.keys(texts));
    strictEqual(code, 1, "one is unknown, and two are damaged");
    for (const { kind, problem } of found) {
      strictEqual(problem !== undefined, kind === "model-spec" || kind === "data-record", kind);
    }
  }));

Deno.test("hostile, damaged and missing files are a sentence each, and the exit code is 1", () =>
  withDirectory(async (directory) => {
    const bam = await Deno.readFile(`${GENOME}/reads.bam`);
    const npz = await Deno.readFile("fixtures/train.npz");
    const files: Record<string, Uint8Array> = {
      "cut.bam": bam.subarray(0, 3000),
      "cut.npz": npz.subarray(0, 5000),
      "flipped.npz": npz.map((byte, i) => i % 97 === 0 ? byte ^ 255 : byte),
      "junk.npz": new TextEncoder().encode("PK\x03\x04junk"),
      "junk.gz": Uint8Array.of(0x1f, 0x8b, 1, 2, 3),
      "junk.cram": new TextEncoder().encode("CRAM\x03\x01nothing"),
      "junk.bw": Uint8Array.of(0x26, 0xfc, 0x8f, 0x88, 9, 9),
      "junk.bai": new TextEncoder().encode("BAI\x01\xff\xff\xff\x7f"),
      "empty.bed": new Uint8Array(),
      "deep.json": new TextEncoder().encode("[".repeat(200_000)),
      "control.txt": new TextEncoder().encode("\x1b[31mred\x07\n"),
      "noise": Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3),
    };
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${directory}/${name}`, bytes);
    }
    const paths = [
      ...Object.keys(files).map((name) => `${directory}/${name}`),
      `${directory}/missing`,
    ];
    for (const path of paths) {
      const { code, stdout, stderr } = await runTask("info", path);
      strictEqual(code, 1, path);
      strictEqual(stderr, "", path);
      ok(stdout.startsWith(`${path}: `), stdout);
      // deno-lint-ignore no-control-regex
      doesNotMatch(stdout, /\x1b|\x07|undefined| {4}at /);
      strictEqual(
        stdout.trimEnd().split("\n").filter((line) => !line.startsWith(" ")).length,
        1,
        stdout,
      );
    }
    const { code, found } = await describe(...paths);
    strictEqual(code, 1);
    strictEqual(found.length, paths.length);
  }));

Deno.test("a gigantic file is described by its start", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/big.gtf`;
    const line = 'chr1\tx\tgene\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003";\n';
    await Deno.writeTextFile(path, line.repeat(3000));
    // A hole: no disk is taken.
    await Deno.truncate(path, 100 * 2 ** 30);
    const { code, found: [found] } = await describe(path);
    strictEqual(code, 0);
    deepStrictEqual([found!.kind, found!.read], ["annotation", "start"]);
  }));

Deno.test("an index that is older than its file, or missing, is named", () =>
  withDirectory(async (directory) => {
    const [bam, index] = [`${directory}/a.bam`, `${directory}/a.bam.bai`];
    await Deno.copyFile(`${GENOME}/reads.bam`, bam);
    match((await runTask("info", bam)).stdout, /index +missing/);
    await Deno.copyFile(`${GENOME}/reads.bam.bai`, index);
    await Deno.utime(index, new Date(0), new Date(0));
    match(
      (await runTask("info", bam)).stdout,
      /a\.bam\.bai, older than the file: make it again if that was changed since/,
    );
  }));

testWith("shared", "real files of public sources are recognised", async () => {
  const names = ["57epigenomes.RPKM.pc.gz", "tss_hg19.tsv", "peaks_log2.npz", "counts_200bins.npz"];
  const { found } = await describe(
    ...names.map((name) => sharedFile(`data/real/${name}`).pathname),
  );
  deepStrictEqual(found.map(({ kind }) => kind), [
    "expression",
    "annotation",
    "data-set-npz",
    "npz",
  ]);
  deepStrictEqual([found[0]!.rows, found[1]!.genes, found[2]!.samples], [19_795, 19_795, 64_000]);
});

Deno.test("tables of names are told from expression, lengths and lists", () =>
  withDirectory(async (directory) => {
    const texts: readonly (readonly [name: string, kind: string, text: string])[] = [
      ["ucsc.txt", "chromosome-aliases", "# ucsc\tassembly\trefseq\nscaffold_1\t1\tNC_007194.1\n"],
      [
        "old.txt",
        "chromosome-aliases",
        "# sequenceName\talias names\tUCSC database: hg38\nchrM\tMT\tJ01415.2\n",
      ],
      [
        "report.txt",
        "chromosome-aliases",
        "# Assembly name:  GRCh38\n# Sequence-Name\tSequence-Role\tAssigned-Molecule\tAssigned-Molecule-Location/Type\t" +
        "GenBank-Accn\tRelationship\tRefSeq-Accn\tAssembly-Unit\tSequence-Length\tUCSC-style-name\n" +
        "1\tassembled-molecule\t1\tChromosome\tCM000663.2\t=\tNC_000001.11\tPrimary Assembly\t248956422\tchr1\n",
      ],
      ["plain.txt", "chromosome-aliases", "chrUn_1\t211000022278031\nchrU\t\nchr2L\t2L\n"],
      [
        "tx2gene.csv",
        "transcript-genes",
        "TXNAME,GENEID\nENST00000456328.2,ENSG00000290825.1\nNR_046018,653635\n",
      ],
      ["sizes.txt", "chromosome-sizes", "chr1\t248956422\nchrM\t16569\n"],
      ["counts.txt", "expression", "gene\tliver\nENSG00000290825\t3\nENSG00000223972\t0\n"],
      ["blanks.bed", "bed", "chr1 100 200 a 0 +\nchr1 300 400 b 0 -\n"],
    ];
    for (const [name, , text] of texts) await Deno.writeTextFile(`${directory}/${name}`, text);
    const { code, found } = await describe(...texts.map(([name]) => `${directory}/${name}`));
    deepStrictEqual(found.map(({ kind }) => kind), texts.map(([, kind]) => kind));
    strictEqual(code, 0);
  }));

Deno.test("text without rows is said to have none", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/none.bed`, 'track name="peaks"\n# nothing\n');
    const { code, found } = await describe(`${directory}/none.bed`);
    match(found[0]!.description, /text without rows/);
    strictEqual(code, 1);
  }));

Deno.test("a Parquet table is described by its metadata, and one that was cut short is refused", () =>
  withDirectory(async (directory) => {
    const table = `${directory}/a.parquet`;
    await writeParquet(Deno.openSync(table, { write: true, create: true }).writable, {
      columns: [{ name: "gene", type: "text" }, { name: "prediction", type: "float32" }],
      rowGroups: [[["a", "b"], [1, 2]], [["c"], [3]]],
      metadata: {
        histone: JSON.stringify({ model: "wakawaka", members: 5, record: COMPETITION_RECORD }),
      },
    });
    const whole = await Deno.readFile(table);
    const cut = `${directory}/cut.parquet`;
    await Deno.writeFile(cut, whole.subarray(0, whole.length - 9));
    const lying = `${directory}/lying.parquet`;
    const length = whole.slice();
    new DataView(length.buffer).setUint32(length.length - 8, 2 ** 31, true);
    await Deno.writeFile(lying, length);
    const spoilt = `${directory}/spoilt.parquet`;
    await Deno.writeFile(
      spoilt,
      whole.map((byte, at) => at > whole.length - 40 && at < whole.length - 8 ? 0xff : byte),
    );
    const { code, found } = await describe(table, cut, lying, spoilt);
    strictEqual(code, 1);
    const { kind, rows, columns, model, members, problem, record } = found[0]!;
    deepStrictEqual([kind, rows, columns, model, members, problem], [
      "parquet",
      3,
      ["gene", "prediction"],
      "wakawaka",
      5,
      undefined,
    ]);
    deepStrictEqual(record, JSON.parse(JSON.stringify(COMPETITION_RECORD)));
    match(found[1]!.problem!, /ends with PAR1, and this does not; it was cut short/);
    match(found[2]!.problem!, /its metadata have 2147483648 bytes, expected at most \d+/);
    ok(found[3]!.problem !== undefined);
  }));

Deno.test("large numbers are grouped for people", async () => {
  const { stdout } = await runTask(
    "info",
    `${GENOME}/reads.tagAlign.gz`,
    `${GENOME}/reads.bam.bai`,
  );
  match(stdout, /\n {2}rows +2,266\n/);
  match(stdout, /\n {2}records +2,514\n/);
});

Deno.test("a calibrated model says how far its intervals reach", async () => {
  const { found: [starter] } = await describe("starter");
  const reaches = starter!.intervals90 as { regime: string; reach: number; samples: number }[];
  deepStrictEqual(reaches.map(({ regime }) => regime), ["newGene", "newCellType", "bothNew"]);
  const [newGene, newCellType, bothNew] = reaches.map(({ reach }) => reach);
  ok(newCellType! > 0.5 && newCellType! < newGene! && newGene! < bothNew!, JSON.stringify(reaches));
  ok(reaches.every(({ samples }) => Number.isInteger(samples) && samples > 1000));
  strictEqual(starter!.weightsSha256, await digestWeights((await loadStarter()).weights));
});

Deno.test("an ensemble has the digests of its members' weights, in their order", () =>
  withDirectory(async (directory) => {
    const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
    const results = await fitEnsemble("experiment1", new Dataset(train), {
      members: 2,
      epochs: 1,
      engine: "wasm",
    });
    const models = results.map(({ model }) => model);
    await saveMembers(directory, new Map(models.map((model, i) => [i + 1, model])));
    const digests = await Promise.all(models.map(({ weights }) => digestWeights(weights)));
    const { found: [ensemble] } = await describe(directory);
    deepStrictEqual(ensemble!.weightsSha256, digests);
    const { stdout } = await runTask("info", directory);
    match(stdout, new RegExp(`\\n {2}their sha256 +${digests.join(", ")}\\n`));
  }));

Deno.test("of a store that is large all but the signal is read, and without what says its type nothing", () =>
  withDirectory(async (directory) => {
    const { train } = simulateColumns({ cellTypes: 2, genes: 5, newGenes: 1, bins: 10 });
    const path = `${directory}/large.zarr`;
    await writeStore(path, new Dataset(train));
    // A file that nobody reads makes it large, and takes no room on the disk.
    await Deno.writeTextFile(`${path}/unread`, "");
    await Deno.truncate(`${path}/unread`, 2 ** 29);
    const { code, found: [store] } = await describe(path);
    strictEqual(code, 0);
    deepStrictEqual([store!.samples, store!.bins, store!.read], [10, 10, "columns"]);
    deepStrictEqual([store!.cellTypes, store!.sha256], [train.cellTypes, undefined]);
    const metadata = `${path}/X/zarr.json`;
    const { attributes, ...others } = JSON.parse(await Deno.readTextFile(metadata));
    delete attributes["histone-signal"];
    await Deno.writeTextFile(metadata, JSON.stringify(Object.assign(others, { attributes })));
    const { found: [foreign] } = await describe(path);
    deepStrictEqual([foreign!.samples, foreign!.read], [undefined, "start"]);
  }));

Deno.test("several files with commas between them, as other commands take them, are said to need spaces", async () => {
  const { code, found: [one] } = await describe("fixtures/train.npz,fixtures/eval.npz");
  strictEqual(code, 1);
  match(JSON.stringify(one), /nothing of that name; give several files with spaces between them/);
});
