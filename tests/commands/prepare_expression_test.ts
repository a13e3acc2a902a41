/** `deno task prepare` and the expression that it is given, in one file or a file a sample. */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import type { SampleColumns } from "../../src/io/columns.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { type DataRecord, prepareFlags } from "../../src/record.ts";
import { type CommandResult, runTask, withDirectory } from "../helpers/command.ts";

const GTF = [["ENSG00000000419", "DPM1", 20001], ["ENSG00000000457", "SCYL3", 40001]].flatMap(
  ([id, name, start], i) => {
    const place = (kind: string) =>
      `chr1\tHAVANA\t${kind}\t${start}\t${Number(start) + 999}\t.\t+\t.\t`;
    const gene = `gene_id "${id}.9"; gene_name "${name}";`;
    return [
      `${place("gene")}${gene}`,
      ...[0, 1].map((k) =>
        `${place("transcript")}${gene} transcript_id "ENST0000000000${2 * i + k}.3";`
      ),
    ];
  },
).join("\n") + "\n";

const READS = "chr1\t20000\t20036\tN\t1000\t+\nchr1\t40100\t40136\tN\t1000\t-\n";
const SHEET = "cell_type\tmark\tpath\nliver\tH3K4me3\tliver.bed\nlung\tH3K4me3\tlung.bed\n";

/** salmon's file of four transcripts. */
function quantOf(tpm: readonly number[]): string {
  const rows = tpm.map((value, i) => `ENST0000000000${i}.3\t100\t90\t${value}\t10`);
  return ["Name\tLength\tEffectiveLength\tTPM\tNumReads", ...rows].join("\n") + "\n";
}

interface Prepared extends CommandResult {
  /** Cell type, gene and label of each sample. */
  readonly labels: readonly string[];
  /** The record of the data, if they were written. */
  readonly record?: DataRecord | undefined;
}

async function prepareWith(
  files: Readonly<Record<string, string>>,
  ...flags: string[]
): Promise<Prepared> {
  let result: Prepared | undefined;
  await withDirectory(async (directory) => {
    const all = {
      "genes.gtf": GTF,
      "liver.bed": READS,
      "lung.bed": READS,
      "sheet.tsv": SHEET,
      ...files,
    };
    for (const [name, text] of Object.entries(all)) {
      await Deno.mkdir(`${directory}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    const out = `${directory}/out.npz`;
    const command = await runTask(
      "prepare",
      "--samples",
      `${directory}/sheet.tsv`,
      "--genes",
      `${directory}/genes.gtf`,
      "--signal",
      "reads",
      "--assembly",
      "tiny",
      "--out",
      out,
      ...flags.map((flag) => flag.replace(/^@/, `${directory}/`)),
    );
    const data = command.code === 0 ? await readCompetition(out) : undefined;
    const labels = data === undefined ? [] : listLabels(data);
    result = { ...command, labels, record: data?.record };
  });
  return result!;
}

function listLabels({ cellTypes, cellTypeIndex, labels, geneIndex }: SampleColumns): string[] {
  return Array.from(
    labels ?? [],
    (label, i) => `${cellTypes[cellTypeIndex[i]!]} ${geneIndex[i]} ${label}`,
  );
}

Deno.test("a column of the sheet names salmon's files, and replicates are averaged before the logarithm", async () => {
  const { code, stdout, stderr, labels } = await prepareWith(
    {
      "sheet.tsv": "cell_type\tmark\tpath\texpression\n" +
        "liver\tH3K4me3\tliver.bed\trna/1/quant.sf,rna/2/quant.sf\nlung\tH3K4me3\tlung.bed\trna/3/quant.sf\n",
      "rna/1/quant.sf": quantOf([1, 0.5, 30, 0]),
      "rna/2/quant.sf": quantOf([2, 2.5, 31, 1]),
      "rna/3/quant.sf": quantOf([7, 0, 0, 1]),
    },
    "--expression-transform",
    "log2p1",
  );
  strictEqual(code, 0, stderr);
  deepStrictEqual(labels, ["liver 0 2", "liver 1 5", "lung 0 3", "lung 1 1"]);
  match(
    stdout,
    /rna\/1\/quant\.sf: the values taken are TPM, not counts .*Much the same holds for 2 other files, such as .*\n/,
  );
  match(stdout, /transcripts are added up to genes/);
  match(stdout, /Then: deno task train [^]*--preset waka3\n/);
});

Deno.test("a list of samples names columns of one table, or files", async () => {
  const list = "sample\tcell_type\na.bam\tliver\nb\tliver\nc.bam\tlung\nd\theart\n";
  const table =
    "gene_id\ta.bam\tx/b.bam\tc.bam\nENSG00000000419\t1\t3\tNA\nENSG00000000457\t4\t4\t6\n";
  const flags = ["--expression-samples", "@samples.tsv"];
  const columns = await prepareWith(
    { "samples.tsv": list, "counts.tsv": table },
    "--expression",
    "@counts.tsv",
    ...flags,
  );
  strictEqual(columns.code, 0, columns.stderr);
  // The gene without expression in lung is no sample there.
  deepStrictEqual(columns.labels, ["liver 0 2", "liver 1 4", "lung 1 6"]);
  match(
    columns.stderr,
    /^warning: .*samples\.tsv names 1 cell type that .* lacks, such as "heart"/,
  );
  match(columns.stderr, /1 value missing, such as that of "ENSG00000000419\.9" in "lung"/);
  const files = await prepareWith(
    {
      "samples.tsv": "sample\tcell_type\nq/1.sf\tliver\nq/2.sf\tlung\n",
      "q/1.sf": quantOf([1, 2, 3, 4]),
      "q/2.sf": quantOf([0, 1, 0, 1]),
    },
    ...flags,
    "--expression-value",
    "count",
  );
  strictEqual(files.code, 0, files.stderr);
  deepStrictEqual(files.labels, ["liver 0 20", "liver 1 20", "lung 0 20", "lung 1 20"]);
  match(files.stderr, /1\.sf and 1 other are counts of reads/);
});

Deno.test("samples that are listed for other cell types than their names say give a warning", async () => {
  const run = (...types: readonly string[]) =>
    prepareWith(
      {
        "rpkm.tsv": "gene_id\tliver_1\tlung_1\nDPM1\t1\t2\nSCYL3\t3\t4\n",
        "samples.tsv": `sample\tcell_type\nliver_1\t${types[0]}\nlung_1\t${types[1]}\n`,
      },
      "--expression",
      "@rpkm.tsv",
      "--expression-samples",
      "@samples.tsv",
    );
  const swapped = await run("lung", "liver");
  strictEqual(swapped.code, 0, swapped.stderr);
  match(
    swapped.stderr.replace(/\s+/g, " "),
    /samples\.tsv may have samples in wrong rows: "liver_1" of lung, "lung_1" of liver\. They/,
  );
  doesNotMatch((await run("liver", "lung")).stderr, /wrong rows/);
});

Deno.test("names of cell types that are not read are known, too", async () => {
  const sheet = SHEET.replace("path\n", "path\texpression\n")
    .replace("liver.bed", "liver.bed\tone.tsv").replace("lung.bed", "lung.bed\tother.tsv");
  const tableOf = (name: string) => `gene_id\t${name}\nENSG00000000419\t1\nENSG00000000457\t2\n`;
  const liver = ["--cell-types", "liver"];
  const exchanged = await prepareWith({ "sheet.tsv": sheet, "one.tsv": tableOf("lung") }, ...liver);
  strictEqual(exchanged.code, 1);
  match(exchanged.stderr, /its only column of values is called "lung", as another cell type/);
  const listed = await prepareWith(
    {
      "rpkm.tsv": tableOf("s1\ts2").replaceAll(/\t(\d)/g, "\t$1\t$1"),
      "samples.tsv": "sample\tcell_type\ns1\tliver\ns2\tlung\n",
    },
    "--expression",
    "@rpkm.tsv",
    "--expression-samples",
    "@samples.tsv",
    ...liver,
  );
  strictEqual(listed.code, 0, listed.stderr);
  doesNotMatch(listed.stderr, /lacks/);
});

Deno.test("expression that makes no sense is refused in one line", async () => {
  const refuse = async (message: RegExp, files: Record<string, string>, ...flags: string[]) => {
    const { code, stderr } = await prepareWith(files, ...flags);
    strictEqual(code, 1);
    match(stderr, /^error: [^\n]*\n$/);
    match(stderr, message);
  };
  const table = { "rpkm.tsv": "gene_id\tliver\tlung\nENSG00000000419\t1\t2\n" };
  await refuse(
    /expected either --expression or a column "expression"/,
    {
      ...table,
      "sheet.tsv": SHEET.replace("path\n", "path\texpression\n").replaceAll(
        ".bed\n",
        ".bed\trpkm.tsv\n",
      ),
    },
    "--expression",
    "@rpkm.tsv",
  );
  const sheetOfFiles = SHEET.replace("path\n", "path\texpression\n").replaceAll(
    ".bed\n",
    ".bed\trpkm.tsv\n",
  );
  const list = "sample\tcell_type\nliver\tliver\n";
  const samples = ["--expression-samples", "@samples.tsv"];
  await refuse(
    /samples\.tsv: the sample sheet .* expected either --expression-samples or a column "expression"/,
    { ...table, "sheet.tsv": sheetOfFiles, "samples.tsv": list },
    ...samples,
  );
  await refuse(
    /no cell type "lung" of the sample sheet \("LUNG" is spelt differently\), and .*samples\.tsv has no sample of it; it has liver, LUNG\. List the columns of "lung" in .*samples\.tsv\n/,
    { "rpkm.tsv": "gene_id\tliver\tLUNG\nENSG00000000419\t1\t2\n", "samples.tsv": list },
    "--expression",
    "@rpkm.tsv",
    ...samples,
  );
  await refuse(
    /"\S+liver_1" is not there .*Without --expression the samples are files; .* name the table with --expression\n/,
    { "samples.tsv": "sample\tcell_type\nliver_1\tliver\nlung_1\tlung\n" },
    ...samples,
  );
  await refuse(
    /column "liver" is in the header twice, expected once: rename or remove one\n/,
    { "rpkm.tsv": "gene_id\tliver\tlung\tliver\nENSG00000000419\t1\t2\t3\n" },
    "--expression",
    "@rpkm.tsv",
  );
  await refuse(
    /it has no sample "liver2" for cell type "liver"; it has liver, lung\. Name a column in .*samples\.tsv\n/,
    { ...table, "samples.tsv": "sample\tcell_type\nliver2\tliver\n" },
    "--expression",
    "@rpkm.tsv",
    "--expression-samples",
    "@samples.tsv",
  );
  await refuse(
    /samples\.tsv has no sample of cell type "lung"/,
    { ...table, "samples.tsv": "sample\tcell_type\nrpkm.tsv\tliver\n" },
    "--expression-samples",
    "@samples.tsv",
  );
});

Deno.test("the sheet may name one table for all cell types, and flags without expression have no effect", async () => {
  const { code, labels, stderr } = await prepareWith({
    "rpkm.tsv": "gene_id\tlung\tliver\nENSG00000000419\t1\t2\nENSG00000000457\t3\t4\n",
    "sheet.tsv": SHEET.replace("path\n", "path\texpression\n").replaceAll(
      ".bed\n",
      ".bed\trpkm.tsv\n",
    ),
  });
  strictEqual(code, 0, stderr);
  deepStrictEqual(labels, ["liver 0 2", "liver 1 4", "lung 0 1", "lung 1 3"]);
  const flags = ["--expression-transform", "asinh", "--expression-value", "tpm"];
  const without = await prepareWith({}, ...flags);
  deepStrictEqual([without.code, without.labels], [0, []]);
  match(without.stderr, /--expression-transform has no effect without expression/);
  match(without.stderr, /--expression-value has no effect without expression/);
  match(without.stdout, /Then: deno task predict/);
});

Deno.test("labels are differences from a column of the table, which the record names", async () => {
  const table = "gene_id\tE000\tliver\tlung\nENSG00000000419\t23.265\t5.605\t23.265\n" +
    "ENSG00000000457\tNA\t4\t6\n";
  const scale = (column: string) => ["--expression-transform", `signed-log-difference:${column}`];
  const files = { "rpkm.tsv": table };
  const { code, stderr, labels, record } = await prepareWith(
    files,
    "--expression",
    "@rpkm.tsv",
    ...scale("E000"),
  );
  strictEqual(code, 0, stderr);
  // The second gene has no value in the reference.
  deepStrictEqual(labels, [`liver 0 ${-Math.log1p(23.265 - 5.605)}`, "lung 0 0"]);
  strictEqual(record?.expressionTransform, "signed-log-difference");
  strictEqual(record?.expressionReference, "E000");
  match(
    stderr,
    /"E000", which is subtracted, has no value of 1 gene, such as "ENSG00000000457\.9"/,
  );
  match(prepareFlags(record!), / --expression-transform signed-log-difference:E000$/);

  const other = await prepareWith(files, "--expression", "@rpkm.tsv", ...scale("E999"));
  match(
    other.stderr,
    /^error: Cannot subtract expression of "E999".*no column of that name; .*E000/,
  );
  const own = await prepareWith(files, "--expression", "@rpkm.tsv", ...scale("lung"));
  match(own.stderr, /^error: .*"lung": it is a cell type of the data too/);
  for (const text of ["signed-log-difference", "signed-log-difference:", "log2p1:E000", "ln"]) {
    const wrong = await prepareWith(files, "--expression-transform", text);
    strictEqual(wrong.code, 2);
    match(wrong.stderr, /Expected one of none, log2p1, asinh, signed-log-difference:COLUMN/);
  }
});

Deno.test("the reference may be a file of its own that the list of samples names", async () => {
  const { code, stderr, labels } = await prepareWith(
    {
      "samples.tsv": "sample\tcell_type\nq/1.sf\tliver\nq/2.sf\tlung\nq/0.sf\tE000\n",
      "q/0.sf": quantOf([1, 0, 3, 0]),
      "q/1.sf": quantOf([3, 0, 3, 0]),
      "q/2.sf": quantOf([1, 0, 0, 0]),
    },
    "--expression-samples",
    "@samples.tsv",
    "--expression-transform",
    "signed-log-difference:E000",
  );
  strictEqual(code, 0, stderr);
  deepStrictEqual(labels, [
    `liver 0 ${Math.log(3)}`,
    "liver 1 0",
    "lung 0 0",
    `lung 1 ${-Math.log(4)}`,
  ]);
});

Deno.test("a table of transcripts' genes adds to the annotation, which decides where both say", async () => {
  const [FIRST, SECOND] = ["ENSG00000000419", "ENSG00000000457"];
  const expression = ["transcript_id\tliver\tlung"].concat(
    [0, 1, 2, 3, 9].map((id, i) => `ENST0000000000${id}.3\t${2 ** i}\t1`),
  ).join("\n");
  const prepare = (genesOf: readonly (readonly [number, string])[], genes = GTF) =>
    prepareWith(
      {
        "genes.gtf": genes,
        "tpm.tsv": expression,
        "tx2gene.tsv": genesOf.map(([id, gene]) => `ENST0000000000${id}\t${gene}`).join("\n"),
      },
      "--expression",
      "@tpm.tsv",
      "--transcript-genes",
      "@tx2gene.tsv",
    );
  const both = await prepare([[0, SECOND], [1, `${FIRST}.1`], [2, "SCYL3"], [9, SECOND]]);
  deepStrictEqual(both.labels.slice(0, 2), ["liver 0 3", "liver 1 28"], both.stderr);
  match(
    both.stderr.replaceAll(/\s+/g, " "),
    /tx2gene\.tsv: 1 transcript of other genes than .*genes\.gtf says, such as "ENST00000000000" of ENSG00000000457 and not ENSG00000000419\.9: those of the annotation are taken/,
  );
  const added = await prepare([[0, FIRST], [9, SECOND]]);
  deepStrictEqual(added.labels.slice(0, 2), ["liver 0 3", "liver 1 28"], added.stderr);
  doesNotMatch(added.stderr, /of other genes/);
  const saysSo = ({ stdout }: CommandResult, source: RegExp) =>
    match(stdout.replaceAll(/\s+/g, " "), new RegExp(`according to ${source.source}, such as`));
  saysSo(added, /the annotation and \S*tx2gene\.tsv/);
  const onlyGenes = GTF.split("\n").filter((line) => !line.includes("transcript")).join("\n");
  const alone = await prepare([[0, SECOND], [1, FIRST]], onlyGenes);
  deepStrictEqual(alone.labels.slice(0, 2), ["liver 0 2", "liver 1 1"], alone.stderr);
  saysSo(alone, /\S*tx2gene\.tsv/);
  const unclear = await prepare([[0, SECOND], [0, FIRST], [1, FIRST]], onlyGenes);
  strictEqual(unclear.code, 0, unclear.stderr);
  const warnings = unclear.stderr.replaceAll(/\s+/g, " ").match(
    /1 transcript of several genes[^:]*/g,
  );
  deepStrictEqual(warnings, [
    '1 transcript of several genes, such as "ENST00000000000" of ENSG00000000457 and ENSG00000000419',
  ]);
});
