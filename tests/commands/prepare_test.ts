/** From files of reads to a submission, and how bad files are refused. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import { geneNumber } from "../../src/gene_id.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { readPredictions } from "../../src/io/submission.ts";
import { writeBamData } from "../fuzz/bam_files.ts";
import { writeBgzf } from "../fuzz/containers.ts";
import { type CommandResult, filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { fixtureBytes, isInstalled, PYTHON_WITH_PYBIGWIG, runProgram } from "../helpers/genome.ts";
import { testIf } from "../helpers/require.ts";

const EXAMPLE = "fixtures/genome/example";
const EXPRESSION = [
  "--expression",
  `${EXAMPLE}/expression.tsv`,
  "--expression-transform",
  "log2p1",
];

/** `deno task prepare` on the example, with other flags where they are given. */
function prepareExample(out: string, ...flags: string[]): Promise<CommandResult> {
  const files = ["--samples", `${EXAMPLE}/sheet.tsv`, "--genes", `${EXAMPLE}/genes.gtf`];
  return runTask(
    "prepare",
    ...files,
    "--signal",
    "reads",
    "--assembly",
    "hg38",
    "--out",
    out,
    ...flags,
  );
}

Deno.test("simulated BAM and tagAlign files become a data set, a model and a submission", async () => {
  await withDirectory(async (directory) => {
    const labelled = `${directory}/train.npz`;
    const prepared = await prepareExample(labelled, ...EXPRESSION);
    strictEqual(prepared.code, 0, prepared.stderr);
    match(prepared.stdout, /2 cell types × 60 genes, 100 bins of 100 bp × 5 marks/);
    const train = await readCompetition(labelled);
    deepStrictEqual(train.cellTypes, ["liver", "lung"]);
    strictEqual(train.genes[1], "ENSG00000100037.1");
    deepStrictEqual(train.record, {
      assembly: "hg38",
      binSizeBp: 100,
      orientation: "genomic",
      countingRule: "reads",
      marks: ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"],
      transform: "none",
      extendBp: 0,
      minMappingQuality: 0,
      normalisation: "none",
      tss: "gene",
      expressionTransform: "log2p1",
    });
    const [, first] = (await Deno.readTextFile(`${EXAMPLE}/expression.tsv`)).split("\n");
    strictEqual(train.labels![0], Math.log2(Number(first?.split("\t")[1]) + 1));

    const unlabelled = `${directory}/new.npz`;
    strictEqual((await prepareExample(unlabelled)).code, 0);
    const data = await readCompetition(unlabelled);
    strictEqual(data.labels, undefined);
    deepStrictEqual(data.signal, train.signal);

    const run = `${directory}/run`;
    const quick = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
    const trained = await runTask("train", "--data", labelled, "--out", run, ...quick);
    strictEqual(trained.code, 0, trained.stderr);
    const submit = (path: string, out: string) =>
      runTask(
        "submit",
        "--model",
        `${run}/model`,
        "--data",
        path,
        "--out",
        out,
        "--engine",
        "wasm",
      );
    const submission = `${directory}/submission.csv`;
    const submitted = await submit(unlabelled, submission);
    strictEqual(submitted.code, 0, submitted.stderr);
    const { ids } = await readPredictions(submission);
    deepStrictEqual([ids.length, ids[0], ids[119]], [120, "liver_100000", "lung_102183"]);

    const other = `${directory}/depth.npz`;
    const counted = await prepareExample(other, "--signal", "mean-depth", "--extend", "150");
    match(counted.stdout, /; mean-depth, extended to 150 bp, genomic orientation, assembly hg38\n/);
    const refused = await submit(other, `${directory}/no.csv`);
    strictEqual(refused.code, 1);
    match(
      refused.stderr,
      /trained on countingRule reads, the data have mean-depth\. Counts are never rescaled .*deno task prepare \.\.\. --signal reads/,
    );
  });
});

testIf(await isInstalled("bedtools"), "bedtools", {
  name: "a prepared data set has the counts of bedtools multicov, in every bin of every gene",
  fn: async () => {
    await withDirectory(async (directory) => {
      await prepareExample(`${directory}/a.npz`);
      const { signal, genes } = await readCompetition(`${directory}/a.npz`, {
        cellTypes: ["liver"],
      });
      const gtf = (await Deno.readTextFile(`${EXAMPLE}/genes.gtf`)).trim().split("\n");
      const bed = gtf.flatMap((line) => {
        const [chromosome, , , start, end, , strand] = line.split("\t");
        const tss = strand === "+" ? Number(start) - 1 : Number(end) - 1;
        return Array.from({ length: 100 }, (_, bin) => {
          const from = tss - 5000 + 100 * bin;
          return `${chromosome}\t${from}\t${from + 100}\n`;
        });
      }).join("");
      await Deno.writeTextFile(`${directory}/bins.bed`, bed);
      const marks = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];
      const bams = marks.map((mark) => `${EXAMPLE}/liver-${mark}.bam`);
      const text = await runProgram("bedtools", [
        "multicov",
        "-bed",
        `${directory}/bins.bed`,
        "-bams",
        ...bams,
      ]);
      const wanted = text.trim().split("\n").flatMap((line) =>
        line.split("\t").slice(3).map(Number)
      );
      strictEqual(wanted.length, genes.length * 500);
      deepStrictEqual([...signal], wanted);
    });
  },
});

testIf(PYTHON_WITH_PYBIGWIG !== undefined, "pybigwig", {
  name: "a prepared data set has the means of pyBigWig to 1e-6",
  fn: async () => {
    await withDirectory(async (directory) => {
      Deno.writeFileSync(`${directory}/signal.bw`, fixtureBytes("signal.bw"));
      // Where the fixture has no values below zero.
      const starts = [10_000, 25_000, 44_000];
      const genes = starts.map((tss, i) => `G${i}\tchr1\t${tss}\t+\n`).join("");
      Deno.writeTextFileSync(`${directory}/genes.tsv`, `gene_id\tchrom\ttss\tstrand\n${genes}`);
      Deno.writeTextFileSync(`${directory}/sheet.tsv`, "cell_type\tmark\tpath\na\tb\tsignal.bw\n");
      const out = `${directory}/a.npz`;
      const inputs = ["--samples", `${directory}/sheet.tsv`, "--genes", `${directory}/genes.tsv`];
      const { code, stdout, stderr } = await runTask(
        "prepare",
        ...inputs,
        "--signal",
        "mean",
        "--out",
        out,
      );
      strictEqual(code, 0, stderr);
      match(stdout, /Written: .*a\.genes\.tsv, the numbers of 3 genes without a human Ensembl id/);
      match(
        await Deno.readTextFile(`${directory}/a.genes.tsv`),
        /^gene_id.*\n\d{13,16}\tchr1\t10000\t\+\tG0\n/,
      );
      const { signal } = await readCompetition(out);
      const program = "import json,pyBigWig,sys\nb=pyBigWig.open(sys.argv[1])\n" +
        "print(json.dumps([v or 0 for t in map(int,sys.argv[2:]) for v in " +
        "b.stats('chr1',t-5000,t+5000,nBins=100,exact=True)]))";
      const wanted: number[] = JSON.parse(
        await runProgram(PYTHON_WITH_PYBIGWIG!, [
          "-c",
          program,
          `${directory}/signal.bw`,
          ...starts.map(String),
        ]),
      );
      const apart = wanted.filter((value, i) => !(Math.abs(value - signal[i]!) <= 1e-6 * value));
      deepStrictEqual([apart, signal.length], [[], 300]);
    });
  },
});

const SHEET = "cell_type\tmark\tpath\nliver\tH3K4me3\ta.bam\n";
const GENES = "gene_id\tchrom\ttss\tstrand\nENSG00000000003\tchr1\t20000\t+\n";
const TABLE = "gene_id\tliver\nENSG00000000003\t1\n";
const BAM = fixtureBytes("reads.bam");

/** A BAM file whose header says that its reads are not sorted. */
function unsortedBam(): Uint8Array<ArrayBuffer> {
  const bytes = writeBamData().data.finish();
  const at = new TextDecoder("latin1").decode(bytes).indexOf("coordinate");
  // Of the same length.
  bytes.set(new TextEncoder().encode("unsorted\tx"), at);
  return writeBgzf(bytes).finish();
}

/** Files to put in place of the good ones, and the error, or the warning with which they are read. */
const BAD: Record<string, readonly [Record<string, string | Uint8Array | null>, RegExp]> = {
  "no index": [{ "a.bam.bai": null }, /^error: .*no index.*samtools index .*\/a\.bam/],
  "a BAM that is not sorted": [
    { "a.bam": unsortedBam(), "a.bam.bai": null },
    /^error: .*not sorted by coordinate \(SO:unsorted\): run "samtools sort -o .*a\.sorted\.bam .*a\.bam &&/,
  ],
  "a truncated BAM": [{ "a.bam": BAM.slice(0, 9000) }, /^error: .*cut short.*\/a\.bam\)/],
  "contigs that do not exist": [
    { "genes.tsv": GENES.replace("chr1", "chr21") },
    /^error: Cannot use .*a\.bam: it has none of the chromosomes.*\(line 2 of the genes\).*another assembly/,
  ],
  "positions past the chromosome's end": [
    { "genes.tsv": GENES.replace("20000", "60000") },
    /^error: Cannot use .*a\.bam: 1 of 1 genes start past the end.*chr1 has 60000 bp/,
  ],
  "a gene missing from the expression table": [
    { "genes.tsv": `${GENES}ENSG00000000005\tchr1\t30000\t-\n` },
    /^warning: .*expression\.tsv lacks 1 of 2 genes, such as "ENSG00000000005" \(line 3 of the genes\)/,
  ],
  "a cell type missing from the expression table": [
    { "expression.tsv": TABLE.replace("liver", "lung") },
    /^error: .*expression\.tsv: it has no cell type "liver"/,
  ],
  "duplicate gene ids": [
    { "genes.tsv": `${GENES}ENSG00000000003.4\tchr1\t30000\t-\n` },
    /^error: .*found 1 gene at several places, such as .*line 2\) and .*line 3\); .*genes\.tsv\)/,
  ],
  "a mark missing for one cell type": [
    { "sheet.tsv": `${SHEET}liver\tH3K9me3\tb.bam\nlung\tH3K4me3\tc.bam\n` },
    /^error: .*cell type "lung" \(line 4\) lacks mark "H3K9me3" \(which "liver" has in line 3\).*sheet\.tsv/,
  ],
  "mixed line ends": [
    { "sheet.tsv": SHEET.replace("\n", "\r\n") },
    /^warning: .*sheet\.tsv has mixed line ends: \\r\\n in the lines before, \\n in line 2/,
  ],
  "mixed line ends in a compressed file": [
    { "genes.tsv": gzipSync(GENES.replace("\n", "\r\n")) },
    /^warning: .*genes\.tsv has mixed line ends.*line 2/,
  ],
  "a carriage return within a line": [
    { "sheet.tsv": SHEET.replaceAll("\n", "\r") + "\n" },
    /^error: .*contains a carriage return.*sheet\.tsv, line 1\)/,
  ],
  "an empty sheet": [{ "sheet.tsv": "" }, /^error: .*the file is empty.*sheet\.tsv\)/],
  "an empty file of genes": [{ "genes.tsv": "" }, /^error: .*the file is empty.*genes\.tsv\)/],
  "an empty table of expression": [
    { "expression.tsv": "" },
    /^error: .*the file is empty.*expression\.tsv\)/,
  ],
  "an empty BAM": [{ "a.bam": "" }, /^error: .*it is empty \(.*a\.bam\)/],
};

for (const [name, [files, message]] of Object.entries(BAD)) {
  Deno.test(`${name} is reported with file and line, and nothing half-written is left`, async () => {
    await withDirectory(async (directory) => {
      const good = {
        "sheet.tsv": SHEET,
        "genes.tsv": GENES,
        "expression.tsv": TABLE,
        "a.bam": BAM,
        "a.bam.bai": fixtureBytes("reads.bam.bai"),
      };
      writeFiles(directory, { ...good, ...files });
      const { code, stderr } = await prepareIn(directory);
      match(stderr, message);
      const isError = message.source.startsWith("^error");
      strictEqual(code, isError ? 1 : 0);
      if (isError) match(stderr, /^error: .*\n$/);
      deepStrictEqual(filesIn(`${directory}/out`), isError ? [] : ["data.npz"]);
    });
  });
}

function writeFiles(directory: string, files: Record<string, string | Uint8Array | null>): void {
  Deno.mkdirSync(`${directory}/out`);
  for (const [name, content] of Object.entries(files)) {
    if (content === null) continue;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(`${directory}/${name}`, bytes);
  }
}

function prepareIn(directory: string, ...flags: string[]): Promise<CommandResult> {
  const file = (name: string) => `${directory}/${name}`;
  const inputs = ["--samples", file("sheet.tsv"), "--genes", file("genes.tsv")];
  const expression = ["--expression", file("expression.tsv"), "--assembly", "tiny"];
  const out = ["--signal", "reads", "--out", file("out/data.npz")];
  return runTask("prepare", ...inputs, ...expression, ...out, ...flags);
}

Deno.test("genes without Ensembl ids get expression by their own ids, and a table of their numbers", async () => {
  await withDirectory(async (directory) => {
    writeFiles(directory, {
      "sheet.tsv": SHEET,
      "a.bam": BAM,
      "a.bam.bai": fixtureBytes("reads.bam.bai"),
      "genes.tsv": GENES.replace("ENSG00000000003", "TP53") + "MYC\tchr1\t30000\t-\n",
      "expression.tsv": "gene_id\tliver\nMYC\t7\n",
    });
    const { code, stderr } = await prepareIn(directory);
    strictEqual(code, 0, stderr);
    match(stderr, /lacks 1 of 2 genes, such as "TP53"/);
    const { genes, geneDetails, labels } = await readCompetition(`${directory}/out/data.npz`);
    deepStrictEqual([...labels!], [7]);
    deepStrictEqual(genes, ["MYC"]);
    deepStrictEqual(geneDetails, [{ chromosome: "chr1", tss: 30000, strand: "-" }]);
    strictEqual(
      await Deno.readTextFile(`${directory}/out/data.genes.tsv`),
      "gene_id\tchrom\ttss\tstrand\toriginal_id\n" +
        `${geneNumber("MYC")}\tchr1\t30000\t-\tMYC\n`,
    );
  });
});

Deno.test("--gene-type takes genes of the given types, and lists the types in the file if it lacks them", async () => {
  await withDirectory(async (directory) => {
    const genes = ["protein_coding", "lncRNA", "miRNA"].map((type, i) =>
      `chr1\tx\tgene\t${20001 + 1000 * i}\t30000\t.\t+\t.\tgene_id "G${i}"; gene_type "${type}";\n`
    );
    writeFiles(directory, {
      "sheet.tsv": SHEET,
      "a.bam": BAM,
      "a.bam.bai": fixtureBytes("reads.bam.bai"),
      "genes.tsv": genes.join(""),
      "expression.tsv": "gene_id\tliver\nG0\t7\nG1\t8\nG2\t9\n",
    });
    const some = await prepareIn(
      directory,
      "--gene-type",
      "protein_coding",
      "--gene-type",
      "miRNA,x",
    );
    strictEqual(some.code, 0, some.stderr);
    match(
      some.stderr,
      /^warning: .*left out 1 gene of other types or none, such as "G1" \(line 2: lncRNA\)/,
    );
    const { labels } = await readCompetition(`${directory}/out/data.npz`);
    deepStrictEqual([...labels!], [7, 9]);
    const none = await prepareIn(directory, "--overwrite", "--gene-type", "mRNA");
    strictEqual(none.code, 1);
    match(
      none.stderr,
      /^error: Cannot take genes of type mRNA from .*: it has protein_coding \(1\), lncRNA \(1\), miRNA \(1\)\n$/,
    );
  });
});

Deno.test("the annotation gives the assembly of files that lack it, and another --assembly gives a warning", async () => {
  await withDirectory(async (directory) => {
    const gene = '1\tx\tgene\t20001\t30000\t.\t+\t.\tgene_id "ENSG00000000003";\n';
    const bed = "chr1\t20000\t20036\tr\t0\t+\n";
    writeFiles(directory, {
      "sheet.tsv": SHEET.replace("a.bam", "a.bed"),
      "a.bed": bed,
      "genes.tsv": `#!genome-build GRCh37.p13\n${gene}`,
      "expression.tsv": TABLE,
    });
    const inputs = ["--samples", `${directory}/sheet.tsv`, "--genes", `${directory}/genes.tsv`];
    const out = ["--signal", "reads", "--out", `${directory}/out/data.npz`];
    const told = await runTask("prepare", ...inputs, ...out);
    strictEqual(told.code, 0, told.stderr);
    match(told.stdout, /assembly hg19\n/);
    const named = await runTask(
      "prepare",
      ...inputs,
      ...out,
      "--overwrite",
      "--assembly",
      "GRCh38",
    );
    strictEqual(named.code, 0, named.stderr);
    match(
      named.stderr,
      /^warning: the genes are of hg19 by what their file says, but hg38 was named/,
    );
  });
});

Deno.test("a BAM damaged where it is counted, and one whose older index is that of another, are refused", async () => {
  await withDirectory(async (directory) => {
    const damaged = BAM.slice();
    damaged.fill(0xff, 6000, 6100);
    writeFiles(directory, {
      "sheet.tsv": SHEET,
      "genes.tsv": GENES,
      "expression.tsv": TABLE,
      "a.bam": damaged,
      "a.bam.bai": fixtureBytes("reads.bam.bai"),
    });
    const broken = await prepareIn(directory, "--half-width", "20000");
    strictEqual(broken.code, 1);
    match(broken.stderr, /^error: .*damaged.*a\.bam, byte \d+\)\n$/);
    Deno.utimeSync(`${directory}/a.bam.bai`, 1000, 1000);
    await Deno.writeFile(`${directory}/a.bam`, BAM);
    const copied = await prepareIn(directory);
    strictEqual(copied.code, 0, copied.stderr);
    match(copied.stderr, /warning: the index of .*a\.bam is older than the file/);
    await Deno.remove(`${directory}/out/data.npz`);
    // The same, written again.
    await Deno.writeFile(`${directory}/a.bam`, fixtureBytes("example/liver-H3K4me3.bam"));
    const old = await prepareIn(directory);
    strictEqual(old.code, 1);
    match(old.stderr, /^error: .*Cannot use index: .*\(.*a\.bam\.bai\)\n$/);
    deepStrictEqual(filesIn(`${directory}/out`), []);
  });
});

Deno.test("unusable files and places are reported with their flags before anything is read", async () => {
  await withDirectory(async (directory) => {
    const refuse = async (message: RegExp, ...flags: string[]) => {
      const { code, stdout, stderr } = await prepareExample(`${directory}/a.npz`, ...flags);
      deepStrictEqual([code, stdout], [1, ""]);
      match(stderr, /^error: [^\n]*\n$/);
      match(stderr, message);
    };
    const none = `${directory}/none`;
    for (const flag of ["--samples", "--genes", "--expression"]) {
      await refuse(new RegExp(`Cannot read ${flag} ${none}: it does not exist`), flag, none);
    }
    await refuse(
      /Cannot read --genes \S+: it is a directory, expected a file/,
      "--genes",
      directory,
    );
    await Deno.writeTextFile(`${directory}/file`, "");
    await refuse(
      /Cannot read --genes .*a part of this path is a file/,
      "--genes",
      `${directory}/file/x`,
    );
    await refuse(
      /Cannot write to .*file: it is a file, expected a directory/,
      "--out",
      `${directory}/file/a.npz`,
    );
    await Deno.mkdir(`${directory}/b.npz`);
    await refuse(/b\.npz: it is a directory/, "--out", `${directory}/b.npz`, "--overwrite");
    deepStrictEqual(filesIn(directory), ["file"]);
  });
});

Deno.test("the table of gene numbers replaces no file of the user", async () => {
  await withDirectory(async (directory) => {
    const genes = `${directory}/mine.genes.tsv`;
    const text = GENES.replace("ENSG00000000003", "TP53");
    await Deno.writeTextFile(genes, text);
    const prepareMine = (...flags: string[]) =>
      prepareExample(`${directory}/mine.npz`, "--genes", genes, ...flags);
    const there = await prepareMine();
    strictEqual(there.code, 1);
    match(there.stderr, /^error: .*mine\.genes\.tsv: it is there already\..*\n$/);
    const own = await prepareMine("--overwrite");
    strictEqual(own.code, 1);
    match(
      own.stderr,
      /^error: .*mine\.genes\.tsv: the genes are read from it\. Name another --out\n$/,
    );
    strictEqual(await Deno.readTextFile(genes), text);
    deepStrictEqual(filesIn(directory), ["mine.genes.tsv"]);
  });
});

Deno.test("an existing data set is kept, and flags that do not suit the files or each other are refused", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/a.npz`;
    await Deno.writeTextFile(out, "mine");
    const there = await prepareExample(out);
    strictEqual(there.code, 1);
    match(there.stderr, /is there already\. Name another --out, or add --overwrite/);
    strictEqual(await Deno.readTextFile(out), "mine");
    const refuse = async (message: RegExp, ...flags: string[]) => {
      const { code, stderr } = await prepareExample(`${directory}/b.npz`, ...flags);
      strictEqual(code, 1);
      match(stderr, /^error: .*\n$/);
      match(stderr, message);
    };
    await refuse(/rule is mean \(--signal\), expected reads or mean-depth/, "--signal", "mean");
    await refuse(/no mapping qualities/, "--min-mapping-quality", "30");
    await refuse(/not a whole number of bins/, "--bin-size", "300");
    await refuse(/ends in \.npz/, "--out", `${directory}/b.csv`);
    strictEqual((await prepareExample(out, "--signal", "counts")).code, 2);
    strictEqual((await prepareExample(out, "--overwrite")).code, 0);
    ok((await Deno.stat(out)).size > 10_000);
    deepStrictEqual(filesIn(directory), ["a.npz"]);
  });
});
