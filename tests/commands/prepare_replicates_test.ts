/** `prepare` on replicates and controls, against samtools and bedtools, and on the sheets of nf-core and ENCODE. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { isInstalled, runProgram } from "../helpers/genome.ts";
import { testIf } from "../helpers/require.ts";

const EXAMPLE = new URL("../../fixtures/genome/example/", import.meta.url).pathname;
const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];
const HAS_TOOLS = await isInstalled("samtools") && await isInstalled("bedtools");

/** Runs `prepare` on a sheet in a directory, and returns what it printed. */
async function prepareSheet(directory: string, sheet: string, ...flags: string[]) {
  await Deno.writeTextFile(`${directory}/sheet.csv`, sheet);
  return await runTask(
    "prepare",
    "--samples",
    `${directory}/sheet.csv`,
    "--genes",
    `${EXAMPLE}genes.gtf`,
    "--signal",
    "reads",
    "--assembly",
    "hg38",
    "--out",
    `${directory}/data.npz`,
    "--overwrite",
    ...flags,
  );
}

/** The bins of the example's genes as a BED file. */
async function writeBins(path: string): Promise<void> {
  const gtf = (await Deno.readTextFile(`${EXAMPLE}genes.gtf`)).trim().split("\n");
  const rows = gtf.flatMap((line) => {
    const [chromosome, , , start, end, , strand] = line.split("\t");
    const tss = strand === "+" ? Number(start) - 1 : Number(end) - 1;
    return Array.from({ length: 100 }, (_, bin) => {
      const from = tss - 5000 + 100 * bin;
      return `${chromosome}\t${from}\t${from + 100}\n`;
    });
  });
  await Deno.writeTextFile(path, rows.join(""));
}

/** Counts of BAM files in bins by bedtools multicov, `[bam][bin]`. */
async function multicov(bins: string, bams: readonly string[]): Promise<number[][]> {
  const text = await runProgram("bedtools", ["multicov", "-bed", bins, "-bams", ...bams]);
  const rows = text.trim().split("\n").map((line) => line.split("\t").slice(3).map(Number));
  return bams.map((_, i) => rows.map((row) => row[i]!));
}

/** Mapped reads of a BAM file by samtools. */
async function mappedReads(bam: string): Promise<number> {
  const text = await runProgram("samtools", ["idxstats", bam]);
  return text.trim().split("\n").reduce((sum, line) => sum + Number(line.split("\t")[2]), 0);
}

const bam = (mark: string) => `${EXAMPLE}liver-${mark}.bam`;
const FIRST = bam("H3K4me3");
const SECOND = bam("H3K4me1");
const CONTROLS = [bam("H3K9me3"), bam("H3K36me3")] as const;
const SHEET = "cell_type,mark,path,replicate,control\n" +
  `liver,H3K4me3,${FIRST},1,${CONTROLS[0]}\nliver,H3K4me3,${SECOND},2,${CONTROLS[1]}\n`;

testIf(HAS_TOOLS, "samtools", {
  name: "the sum of replicates is what bedtools multicov counts in the merged file, in every bin",
  fn: () =>
    withDirectory(async (directory) => {
      const result = await prepareSheet(directory, SHEET, "--replicates", "sum");
      strictEqual(result.code, 0, result.stderr);
      match(result.stdout, /Counting 2 files: .*; reads, replicates added up, genomic/);
      const merged = `${directory}/merged.bam`;
      await runProgram("samtools", ["merge", merged, FIRST, SECOND]);
      await runProgram("samtools", ["index", merged]);
      await writeBins(`${directory}/bins.bed`);
      const [wanted] = await multicov(`${directory}/bins.bed`, [merged]);
      const { signal, record } = await readCompetition(`${directory}/data.npz`);
      ok(wanted!.some((count) => count > 5));
      deepStrictEqual([...signal], wanted);
      deepStrictEqual([record.replicates, record.control, record.normalisation], [
        "sum",
        undefined,
        "none",
      ]);
    }),
});

testIf(HAS_TOOLS, "samtools", {
  name:
    "means of replicates and what is left of controls are as computed from bedtools and samtools",
  fn: () =>
    withDirectory(async (directory) => {
      await writeBins(`${directory}/bins.bed`);
      const files = [FIRST, SECOND, ...CONTROLS];
      const [a, b, c, d] = await multicov(`${directory}/bins.bed`, files) as [
        number[],
        number[],
        number[],
        number[],
      ];
      const [ra, rb, rc, rd] = await Promise.all(files.map(mappedReads)) as [
        number,
        number,
        number,
        number,
      ];
      const left = (x: number, control: number, scale: number) => Math.max(0, x - control * scale);
      const cases: readonly (readonly [string[], (i: number) => number])[] = [
        [["mean"], (i) => (a[i]! + b[i]!) / 2],
        [["mean-rpm"], (i) => (a[i]! * 1e6 / ra + b[i]! * 1e6 / rb) / 2],
        [
          ["sum", "--control", "subtract"],
          (i) => left(a[i]! + b[i]!, c[i]! + d[i]!, (ra + rb) / (rc + rd)),
        ],
        [
          ["mean", "--control", "ratio"],
          (i) => ((a[i]! + 1) / (c[i]! * ra / rc + 1) + (b[i]! + 1) / (d[i]! * rb / rd + 1)) / 2,
        ],
        [
          ["mean-rpm", "--control", "subtract"],
          (i) =>
            (left(a[i]!, c[i]!, ra / rc) * 1e6 / ra + left(b[i]!, d[i]!, rb / rd) * 1e6 / rb) / 2,
        ],
      ];
      for (const [flags, wanted] of cases) {
        const result = await prepareSheet(directory, SHEET, "--replicates", ...flags);
        strictEqual(result.code, 0, result.stderr);
        const { signal, record } = await readCompetition(`${directory}/data.npz`);
        strictEqual(signal.length, a.length);
        const far = Array.from(signal, (value, i) => ({ i, value, wanted: wanted(i) }))
          .filter(({ value, wanted }) => !(Math.abs(value - wanted) <= 1e-6 * wanted + 1e-9));
        deepStrictEqual(far.slice(0, 3), [], flags.join(" "));
        deepStrictEqual([record.replicates, record.control], [flags[0], flags[2]]);
      }
    }),
});

Deno.test("replicates that are kept have the expression of their group, or their own", async () => {
  await withDirectory(async (directory) => {
    const rows = ["liver", "lung"].flatMap((cellType, c) =>
      [1, 2].map((i) => `${cellType},H3K4me3,${bam(MARKS[2 * c + i - 1]!)},${i}\n`)
    );
    const sheet = `cell_type,mark,path,replicate\n${rows.join("")}`;
    const expression = [
      "--expression",
      `${EXAMPLE}expression.tsv`,
      "--expression-transform",
      "log2p1",
    ];
    const result = await prepareSheet(directory, sheet, "--replicates", "keep", ...expression);
    strictEqual(result.code, 0, result.stderr);
    match(result.stdout, /Counting 4 files: 4 cell types .*; reads, replicates kept apart/);
    const data = await readCompetition(`${directory}/data.npz`);
    deepStrictEqual(data.cellTypes, ["liver.1", "liver.2", "lung.1", "lung.2"]);
    deepStrictEqual(data.cellTypeGroups, ["liver", "liver", "lung", "lung"]);
    const labelsOf = (cellType: number) =>
      [...data.labels!].filter((_, i) => data.cellTypeIndex[i] === cellType);
    deepStrictEqual(labelsOf(0), labelsOf(1));
    deepStrictEqual(labelsOf(2), labelsOf(3));
    ok(JSON.stringify(labelsOf(0)) !== JSON.stringify(labelsOf(2)));
    // The table may have the expression of each replicate.
    const text = await Deno.readTextFile(`${EXAMPLE}expression.tsv`);
    const own = text.replace(/^gene_id\tliver\tlung/, "gene_id\tliver.1\tlung");
    await Deno.writeTextFile(`${directory}/own.tsv`, own);
    const lacking = await prepareSheet(
      directory,
      sheet,
      "--replicates",
      "keep",
      "--expression",
      `${directory}/own.tsv`,
    );
    match(lacking.stderr, /it has no cell type "liver" of the sample sheet/);
    const both = text.split("\n").map((line) => line.split("\t")).filter((cells) =>
      cells.length > 2
    )
      .map(([id, liver, lung], i) =>
        i === 0 ? "gene_id\tliver.1\tliver.2\tlung" : `${id}\t${liver}\t7\t${lung}`
      );
    await Deno.writeTextFile(`${directory}/own.tsv`, both.join("\n"));
    const found = await prepareSheet(
      directory,
      sheet,
      "--replicates",
      "keep",
      "--expression",
      `${directory}/own.tsv`,
    );
    strictEqual(found.code, 0, found.stderr);
    const { labels, cellTypeIndex } = await readCompetition(`${directory}/data.npz`);
    ok([...labels!].every((label, i) => (label === 7) === (cellTypeIndex[i] === 1)));
  });
});

Deno.test("files of expression are shared by replicates too, whatever their columns are called", async () => {
  await withDirectory(async (directory) => {
    const text = await Deno.readTextFile(`${EXAMPLE}expression.tsv`);
    const rows = text.trim().split("\n").map((line) => line.split("\t").slice(0, 2).join("\t"));
    await Deno.writeTextFile(`${directory}/rna.tsv`, rows.join("\n").replace("liver", "TPM"));
    const sheet = "cell_type,mark,path,replicate,expression\n" +
      // Not H3K4me3, which the second file's name contradicts.
      `liver,methylation,${FIRST},1,rna.tsv\nliver,methylation,${SECOND},2,\n`;
    const result = await prepareSheet(directory, sheet, "--replicates", "keep");
    strictEqual(result.code, 0, result.stderr);
    const { labels } = await readCompetition(`${directory}/data.npz`);
    deepStrictEqual([...labels!.subarray(0, 60)], [...labels!.subarray(60)]);
    const samples = "sample\tcell_type\nliver\tliver\n";
    await Deno.writeTextFile(`${directory}/samples.tsv`, samples);
    const plain = sheet.replaceAll("rna.tsv", "");
    const listed = await prepareSheet(
      directory,
      plain,
      "--replicates",
      "keep",
      "--expression",
      `${EXAMPLE}expression.tsv`,
      "--expression-samples",
      `${directory}/samples.tsv`,
    );
    strictEqual(listed.code, 0, listed.stderr);
    strictEqual(listed.stderr, "");
    deepStrictEqual((await readCompetition(`${directory}/data.npz`)).labels, labels);
  });
});

Deno.test("a mark that was not measured is written as such, and training refuses it by name", async () => {
  await withDirectory(async (directory) => {
    const sheet = `cell_type,mark,path\nliver,H3K4me3,${FIRST}\nliver,H3K4me1,${SECOND}\n` +
      `lung,H3K4me3,${CONTROLS[0]}\n`;
    const refused = await prepareSheet(directory, sheet);
    strictEqual(refused.code, 1);
    match(refused.stderr, /cell type "lung" \(line 4\) lacks mark "H3K4me1".*--missing-marks/);
    const expression = ["--expression", `${EXAMPLE}expression.tsv`];
    const masked = await prepareSheet(directory, sheet, "--missing-marks", "mask", ...expression);
    strictEqual(masked.code, 0, masked.stderr);
    match(masked.stdout, /lacks H3K4me1 of lung: their values are 0, and the data say/);
    // A model would refuse them.
    doesNotMatch(masked.stdout, /^Then:/m);
    const { markMask, record } = await readCompetition(`${directory}/data.npz`);
    deepStrictEqual([record.marks, [...markMask!]], [["H3K4me1", "H3K4me3"], [1, 1, 0, 1]]);
    const data = await readDataset(`${directory}/data.npz`);
    strictEqual(data.length, 120);
    const quick = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
    const trained = await runTask(
      "train",
      "--data",
      `${directory}/data.npz`,
      "--out",
      `${directory}/run`,
      ...quick,
    );
    strictEqual(trained.code, 1);
    match(trained.stderr, /H3K4me1 was not measured in lung/);
    const left = await prepareSheet(
      directory,
      sheet,
      "--missing-marks",
      "leave-out",
      ...expression,
    );
    strictEqual(left.code, 0, left.stderr);
    match(left.stdout, /left out of .*sheet\.csv, since they lack marks: H3K4me1 of lung/);
    deepStrictEqual((await readCompetition(`${directory}/data.npz`)).cellTypes, ["liver"]);
  });
});

Deno.test("the results of nf-core/cutandrun are counted from its samplesheet", async () => {
  await withDirectory(async (directory) => {
    const folder = `${directory}/results/02_alignment/bowtie2/target/markdup`;
    await Deno.mkdir(folder, { recursive: true });
    const libraries = ["liver_h3k4me3_R1", "liver_h3k4me1_R1", "igg_R1"];
    for (const [i, library] of libraries.entries()) {
      const from = [FIRST, SECOND, CONTROLS[0]][i]!;
      for (const ending of ["", ".bai"]) {
        await Deno.copyFile(
          `${from}${ending}`,
          `${folder}/${library}.target.markdup.sorted.bam${ending}`,
        );
      }
    }
    const sheet = "group,replicate,fastq_1,fastq_2,control\n" +
      "liver_h3k4me3,1,a_1.fastq.gz,a_2.fastq.gz,igg\nliver_h3k4me1,1,b_1.fastq.gz,b_2.fastq.gz,igg\n" +
      "igg,1,c_1.fastq.gz,c_2.fastq.gz,\n";
    const results = ["--results", `${directory}/results`, "--control", "subtract"];
    const result = await prepareSheet(directory, sheet, ...results);
    strictEqual(result.code, 0, result.stderr);
    match(result.stdout, /liver_h3k4me3 is H3K4me3 of liver, liver_h3k4me1 is H3K4me1 of liver/);
    match(result.stdout, /Counting 2 files and 1 control: .*controls subtracted/);
    const nfCore = await readCompetition(`${directory}/data.npz`);
    const own = "cell_type,mark,path,control\n" +
      `liver,H3K4me3,${FIRST},${CONTROLS[0]}\nliver,H3K4me1,${SECOND},${CONTROLS[0]}\n`;
    strictEqual((await prepareSheet(directory, own, "--control", "subtract")).code, 0);
    const same = await readCompetition(`${directory}/data.npz`);
    deepStrictEqual(nfCore.record, same.record);
    ok(nfCore.signal.every((value, i) => value === same.signal[i]));
  });
});

Deno.test("files downloaded from ENCODE are counted from its table, and one cut short is refused", async () => {
  await withDirectory(async (directory) => {
    const columns =
      "File accession;File format;Output type;File assembly;Experiment accession;Assay;Biosample term name;" +
      "Experiment target;Biological replicate(s);Size;File download URL;File Status";
    const { size } = await Deno.stat(FIRST);
    const url = "https://www.encodeproject.org/files/ENCFF001AAA/@@download/ENCFF001AAA.bam";
    const rowOf = (bytes: number) =>
      ["ENCFF001AAA", "bam", "alignments", "GRCh38", "ENCSR000AAA", "Histone ChIP-seq", "liver"]
        .concat(["H3K4me3-human", "1", String(bytes), url, "released"]).join("\t");
    await Deno.copyFile(FIRST, `${directory}/ENCFF001AAA.bam`);
    await Deno.copyFile(`${FIRST}.bai`, `${directory}/ENCFF001AAA.bam.bai`);
    const flags = ["--output-type", "alignments", "--results", directory];
    const result = await prepareSheet(
      directory,
      `${columns.replaceAll(";", "\t")}\n${rowOf(size)}\n`,
      ...flags,
    );
    strictEqual(result.code, 0, result.stderr);
    match(result.stdout, /Taken from .*sheet\.csv: 1 of 1 files of marks, hg38/);
    strictEqual((await readCompetition(`${directory}/data.npz`)).cellTypes[0], "liver");
    const short = await prepareSheet(
      directory,
      `${columns.replaceAll(";", "\t")}\n${rowOf(size + 1)}\n`,
      ...flags,
    );
    strictEqual(short.code, 1);
    match(
      short.stderr,
      /ENCFF001AAA\.bam" has \d+ bytes, expected \d+: was it downloaded whole\? .*line 2\)/,
    );
  });
});
