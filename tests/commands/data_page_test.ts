/** The pages, and the files for MultiQC, that show what data look like. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";

const EXAMPLE = "fixtures/genome/example";
const INPUTS = [
  "--samples",
  `${EXAMPLE}/sheet.tsv`,
  "--genes",
  `${EXAMPLE}/genes.gtf`,
  "--signal",
  "reads",
  "--assembly",
  "hg38",
];

/** The cells of the table of files, by file name. */
function fileRows(page: string): Map<string, string[]> {
  const rows = [...page.matchAll(/<th scope="row" class="text">([^<]*)<\/th>([^]*?)<\/tr>/g)];
  return new Map(rows.map(([, name = "", rest = ""]) => [
    name,
    [...rest.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell = ""]) => cell),
  ]));
}

Deno.test("doctor writes a page with its findings, and files for MultiQC, and replaces its own only", () =>
  withDirectory(async (directory) => {
    const [page, qc] = [`${directory}/a.html`, `${directory}/qc`];
    const show = ["--page", page, "--multiqc", qc];
    const first = await runTask("doctor", "fixtures/train.npz", ...show);
    strictEqual(first.code, 0, first.stderr);
    match(first.stdout, /\nWritten: \S*a\.html\nWritten: 10 files for MultiQC in \S*qc\/\n/);
    const text = await Deno.readTextFile(page);
    match(text, /<h1>train\.npz<\/h1>/);
    match(text, /Nothing looks wrong\./);
    match(text, /Not checked: orientation \(needs --genes\)\./);
    doesNotMatch(text, /<h2 id="files">/);
    ok(filesIn(qc).every((name) => /^histone_train-[0-9a-f]{6}_.*_mqc\.json$/.test(name)));
    const again = await runTask("doctor", "fixtures/train.npz", ...show);
    match(again.stdout, /\nReplaced: \S*a\.html\n/);
    strictEqual(await Deno.readTextFile(page), text, "the same data give the same page");
    // Another data set's files are beside the first one's.
    strictEqual((await runTask("doctor", "fixtures/eval.npz", "--multiqc", qc)).code, 0);
    strictEqual(filesIn(qc).length, 10 + 7);
    await Deno.writeTextFile(page, "<!DOCTYPE html>\nmy own");
    const refused = await runTask("doctor", "fixtures/train.npz", ...show);
    strictEqual(refused.code, 1);
    match(refused.stderr, /a file of another kind is there already\. Name another --page/);
    strictEqual(await Deno.readTextFile(page), "<!DOCTYPE html>\nmy own");
    deepStrictEqual(filesIn(directory).filter((name) => name.endsWith(".lock")), []);
  }));

Deno.test("places where no page can be are refused before the data are read", () =>
  withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    const cases: [string[], RegExp][] = [
      [["--page", "-"], /Cannot write a page to standard output/],
      [["--page", directory], /it is a directory, expected a file/],
      [["--page", `${directory}/file/a.html`], /file/],
      [["--multiqc", `${directory}/file`], /it is a file, expected a directory/],
    ];
    for (const [flags, wanted] of cases) {
      const { code, stdout, stderr } = await runTask("doctor", "fixtures/train.npz", ...flags);
      strictEqual(code, 1, flags.join(" "));
      match(stderr, wanted);
      doesNotMatch(stdout, /Data:/);
    }
  }));

Deno.test("--strict still ends with exit code 1 after the page is written", () =>
  withDirectory(async (directory) => {
    const data = `${directory}/plain.npz`;
    const labels = ["--expression", `${EXAMPLE}/expression.tsv`];
    strictEqual((await runTask("prepare", ...INPUTS, ...labels, "--out", data)).code, 0);
    const { code } = await runTask("doctor", data, "--strict", "--page", `${directory}/a.html`);
    strictEqual(code, 1);
    const page = await Deno.readTextFile(`${directory}/a.html`);
    match(page, /class="warning">Warning<\/strong>/);
    match(page, /plain TPM, RPKM or FPKM, not logarithms/);
    deepStrictEqual(filesIn(directory), ["a.html", "plain.npz"]);
  }));

Deno.test("prepare's page has each file with its reads, and the same figures as doctor's", () =>
  withDirectory(async (directory) => {
    const data = `${directory}/a.npz`;
    const labels = [
      "--expression",
      `${EXAMPLE}/expression.tsv`,
      "--expression-transform",
      "log2p1",
    ];
    const show = ["--page", `${directory}/prepare.html`, "--multiqc", `${directory}/qc`];
    const { code, stderr } = await runTask("prepare", ...INPUTS, ...labels, "--out", data, ...show);
    strictEqual(code, 0, stderr);
    const page = await Deno.readTextFile(`${directory}/prepare.html`);
    const rows = fileRows(page);
    deepStrictEqual(rows.get("liver-H3K4me3.bam")?.slice(0, 4), [
      "liver",
      "H3K4me3",
      "bam",
      "15,183",
    ]);
    deepStrictEqual(rows.get("lung-H3K9me3.tagAlign.gz")?.[2], "bed");
    ok(filesIn(`${directory}/qc`).some((name) => name.endsWith("_reads_mqc.json")));
    strictEqual((await runTask("doctor", data, "--page", `${directory}/doctor.html`)).code, 0);
    const examined = await Deno.readTextFile(`${directory}/doctor.html`);
    const figures = (text: string) =>
      [...text.matchAll(/<figure id[^]*?<\/figure>/g)].map(([figure]) => figure);
    deepStrictEqual(figures(page).length, 5);
    ok(figures(page).every((figure, i) => figure === figures(examined)[i]), "equal figures");
  }));

Deno.test("a data set is the same bytes with and without a page", () =>
  withDirectory(async (directory) => {
    for (const ending of ["npz", "zarr"]) {
      const [plain, shown] = [`${directory}/plain.${ending}`, `${directory}/shown.${ending}`];
      strictEqual((await runTask("prepare", ...INPUTS, "--out", plain)).code, 0);
      const page = ["--page", `${directory}/${ending}.html`];
      strictEqual((await runTask("prepare", ...INPUTS, "--out", shown, ...page)).code, 0);
      const contentOf = async (path: string) =>
        ending === "npz"
          ? [await Deno.readFile(path)]
          : await Promise.all(filesIn(path).map((name) => Deno.readFile(`${path}/${name}`)));
      const [one, other] = [await contentOf(plain), await contentOf(shown)];
      strictEqual(one.length, other.length);
      ok(
        one.every((bytes, i) =>
          bytes.length === other[i]!.length && bytes.every((b, at) => b === other[i]![at])
        ),
      );
    }
  }));

testIf(await hasTools(), "bedtools", {
  name: "the reads in windows are those that bedtools finds there, each once",
  fn: () =>
    withDirectory(async (directory) => {
      const show = ["--page", `${directory}/a.html`];
      strictEqual(
        (await runTask("prepare", ...INPUTS, "--out", `${directory}/a.npz`, ...show)).code,
        0,
      );
      const rows = fileRows(await Deno.readTextFile(`${directory}/a.html`));
      // Windows of 100 bins of 100 bp around each TSS.
      const genes = await Deno.readTextFile(`${EXAMPLE}/genes.gtf`);
      const bed = genes.split("\n").map((line) => line.split("\t")).filter((row) =>
        row[2] === "gene"
      )
        .map(([name, , , start, end, , strand]) => {
          const tss = strand === "+" ? Number(start) - 1 : Number(end) - 1;
          return `${name}\t${Math.max(0, tss - 5000)}\t${tss + 5000}`;
        });
      await Deno.writeTextFile(`${directory}/windows.bed`, `${bed.join("\n")}\n`);
      for (const name of ["lung-H3K4me3.tagAlign.gz", "liver-H3K4me3.bam", "liver-H3K27me3.bam"]) {
        const file = `${EXAMPLE}/${name}`;
        // As prepare does, without duplicates and reads that failed quality control.
        const reads = name.endsWith(".bam") ? `samtools view -b -F 1536 ${file}` : `zcat ${file}`;
        const from = name.endsWith(".bam") ? "-bed -abam" : "-a";
        const line = `${reads} | bedtools intersect -u ${from} stdin -b ${directory}/windows.bed`;
        const { stdout } = await new Deno.Command("sh", { args: ["-c", line] }).output();
        const found = new TextDecoder().decode(stdout).split("\n").length - 1;
        strictEqual(Number(rows.get(name)?.[4]?.replaceAll(",", "")), found, name);
      }
    }),
});

async function hasTools(): Promise<boolean> {
  try {
    const runs = ["bedtools", "samtools"].map((tool) =>
      new Deno.Command(tool, { args: ["--version"], stdout: "null" }).output()
    );
    return (await Promise.all(runs)).every(({ success }) => success);
  } catch {
    return false;
  }
}

Deno.test("an interrupted prepare leaves no page", () =>
  withDirectory(async (directory) => {
    const flags = [...INPUTS, "--out", `${directory}/a.npz`, "--page", `${directory}/a.html`];
    const process = taskCommand("prepare", flags, { stdout: "null", stderr: "null" }).spawn();
    await new Promise((resolve) => setTimeout(resolve, 150));
    try {
      process.kill("SIGKILL");
    } catch {
      // It was done already.
    }
    const { success } = await process.status;
    strictEqual(filesIn(directory).includes("a.html"), success);
  }));
