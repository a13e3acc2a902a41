/** ENCODE's metadata.tsv: the columns are ENCODE's own, the files are made up. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { prepare } from "../../../src/genome/prepare.ts";
import { signalFiles } from "../../../src/genome/signal_files.ts";
import { readSampleSheet, type ReadSampleSheetOptions } from "../../../src/genome/sample_sheet.ts";
import { withDirectory } from "../../helpers/command.ts";
import { geneAt } from "../../helpers/genome.ts";
import { textSource } from "../../helpers/text_source.ts";

/** The columns of such a table in 2024, in their order. */
const COLUMNS = (
  "File accession;File format;File type;File format type;Output type;File assembly;Experiment accession;Assay;" +
  "Donor(s);Biosample term id;Biosample term name;Biosample type;Biosample organism;Biosample treatments;" +
  "Biosample treatments amount;Biosample treatments duration;Biosample genetic modifications methods;" +
  "Biosample genetic modifications categories;Biosample genetic modifications targets;" +
  "Biosample genetic modifications gene targets;Biosample genetic modifications site coordinates;" +
  "Biosample genetic modifications zygosity;Experiment target;Library made from;Library depleted in;" +
  "Library extraction method;Library lysis method;Library crosslinking method;Library strand specific;" +
  "Experiment date released;Project;RBNS protein concentration;Library fragmentation method;Library size range;" +
  "Biological replicate(s);Technical replicate(s);Read length;Mapped read length;Run type;Paired end;Paired with;" +
  "Index of;Derived from;Size;Lab;md5sum;dbxrefs;File download URL;Genome annotation;Platform;Controlled by;" +
  "File Status;s3_uri;Azure URL;File analysis title;File analysis status;Audit WARNING;Audit NOT_COMPLIANT;" +
  "Audit ERROR"
).split(";");

type Fields = Readonly<Record<string, string>>;

const BAM: Fields = {
  "File format": "bam",
  "Output type": "alignments",
  "File assembly": "GRCh38",
  "Assay": "Histone ChIP-seq",
  "Biosample term name": "liver",
  "Experiment target": "H3K4me3-human",
  "Experiment accession": "ENCSR000AAA",
  "Biological replicate(s)": "1",
  "File Status": "released",
  "File analysis status": "released",
};

/** A file with an accession; the other fields are those of {@linkcode BAM}. */
function file(accession: string, fields: Fields = {}): Fields {
  const { "File format": format = "bam" } = fields;
  const ending = format.startsWith("bed") ? "bed.gz" : format;
  return {
    "File accession": accession,
    "File download URL":
      `https://www.encodeproject.org/files/${accession}/@@download/${accession}.${ending}`,
    ...BAM,
    ...fields,
  };
}

function table(files: readonly Fields[], columns: readonly string[] = COLUMNS): string {
  const rows = files.map((fields) => columns.map((name) => fields[name] ?? "").join("\t"));
  return [columns.join("\t"), ...rows].join("\n") + "\n";
}

async function read(
  files: readonly Fields[],
  options: ReadSampleSheetOptions = {},
  columns?: readonly string[],
) {
  const notes: string[] = [];
  const sheet = await readSampleSheet(textSource(table(files, columns), "metadata.tsv"), {
    outputType: "alignments",
    ...options,
    onNote: (text) => void notes.push(text),
    onWarning: (text) => void notes.push(text),
  });
  const short = (path: string) => path.split("/").at(-1)!.replace(/\..*$/, "");
  const lines = sheet.entries.map(({ cellType, mark, path, control }) =>
    [cellType, mark, short(path), ...control === undefined ? [] : [short(control.path)]].join(" ")
  );
  return { lines, notes, sheet };
}

Deno.test("released files of marks are taken, with address, format and size", async () => {
  const { sheet, notes } = await read([
    file("ENCFF001AAA", { "Size": "1234" }),
    file("ENCFF001AAB", { "File Status": "archived" }),
    file("ENCFF001AAC", { "Output type": "unfiltered alignments" }),
    file("ENCFF001AAD", { "Assay": "ATAC-seq", "Experiment target": "" }),
    file("ENCFF001AAE", { "File format": "fastq", "Output type": "reads" }),
    file("ENCFF001AAF", { "Assay": "Control ChIP-seq", "Experiment target": "" }),
  ]);
  deepStrictEqual(sheet.entries, [{
    cellType: "liver",
    mark: "H3K4me3",
    path: "https://www.encodeproject.org/files/ENCFF001AAA/@@download/ENCFF001AAA.bam",
    format: "bam",
    sizeBytes: 1234,
    assembly: "hg38",
    line: 2,
    replicate: "1",
  }]);
  deepStrictEqual(notes, ["Taken from metadata.tsv: 1 of 1 files of marks, hg38"]);
});

Deno.test("without an output type, those that there are are listed", async () => {
  const files = [
    file("ENCFF001AAA"),
    file("ENCFF001AAB", { "File format": "bigWig", "Output type": "signal p-value" }),
    file("ENCFF001AAC", { "File format": "bigWig", "Output type": "signal p-value" }),
    file("ENCFF001AAD", { "File format": "bigBed narrowPeak", "Output type": "peaks" }),
  ];
  for (
    const [outputType, found] of [[undefined, ""], [
      "peaks",
      'it has none of output type "peaks", ',
    ]]
  ) {
    await rejects(read(files, { outputType }), {
      name: "ContractError",
      message: `Cannot take files from metadata.tsv: ${found}expected --output-type with one of ` +
        '"signal p-value" (2 files), "alignments" (1 file)',
    });
  }
  await rejects(
    read([file("ENCFF001AAA", { "Experiment target": "" })]),
    /none of its released files has a target and can be counted/,
  );
});

Deno.test("files of several assemblies are refused unless one is named, by any of its names", async () => {
  const files = [file("ENCFF001AAA"), file("ENCFF001AAB", { "File assembly": "hg19" })];
  await rejects(read(files), {
    name: "ContractError",
    message: /several assemblies, hg38 \(1\), hg19 \(1\): name one with --assembly/,
  });
  deepStrictEqual((await read(files, { assembly: "GRCh37" })).lines, ["liver H3K4me3 ENCFF001AAB"]);
  deepStrictEqual((await read(files, { assembly: "hg38" })).lines, ["liver H3K4me3 ENCFF001AAA"]);
  await rejects(read(files, { assembly: "mm10" }), /files of assembly mm10 .*: it has hg38 \(1\)/);
});

Deno.test("single replicates and the file that pools them are never counted together", async () => {
  const track = { "File format": "bigWig", "Output type": "fold change over control" };
  const files = [
    file("ENCFF001AAA", { ...track, "Biological replicate(s)": "1" }),
    file("ENCFF001AAB", { ...track, "Biological replicate(s)": "1, 2" }),
    file("ENCFF001AAC", { ...track, "Biological replicate(s)": "2" }),
  ];
  const { outputType } = { outputType: "fold change over control" };
  const pooled = await read(files, { outputType });
  deepStrictEqual(pooled.lines, ["liver H3K4me3 ENCFF001AAB"]);
  match(pooled.notes[0]!, /1 of 3 files of marks, hg38, some of which pool all replicates/);
  const mean = await read(files, { outputType, replicates: "mean" });
  deepStrictEqual(mean.lines, ["liver H3K4me3 ENCFF001AAA", "liver H3K4me3 ENCFF001AAC"]);
  const kept = await read(files, { outputType, replicates: "keep" });
  deepStrictEqual(kept.lines, ["liver.1 H3K4me3 ENCFF001AAA", "liver.2 H3K4me3 ENCFF001AAC"]);
  // Without a pooled file there is no choice: a rule is needed.
  await rejects(
    read([files[0]!, files[2]!], { outputType }),
    /say with --replicates what becomes of them/,
  );
  const only = await read([files[1]!], { outputType, replicates: "mean" });
  deepStrictEqual(only.lines, ["liver H3K4me3 ENCFF001AAB"]);
  const wider = file("ENCFF001AAD", { ...track, "Biological replicate(s)": "1, 2, 3" });
  deepStrictEqual((await read([...files, wider], { outputType })).lines, [
    "liver H3K4me3 ENCFF001AAD",
  ]);
  const other = file("ENCFF001AAE", { ...track, "Biological replicate(s)": "1, 3" });
  await rejects(
    read([...files, other], { outputType }),
    /pool different replicates of H3K4me3 in "liver"/,
  );
});

Deno.test("of several analyses of the same reads the one that is not archived is taken", async () => {
  const files = [
    file("ENCFF001AAA", {
      "File analysis status": "archived",
      "File analysis title": "ENCODE3 GRCh38",
    }),
    file("ENCFF001AAB", { "File analysis title": "ENCODE4 v1.5.1 GRCh38" }),
  ];
  deepStrictEqual((await read(files)).lines, ["liver H3K4me3 ENCFF001AAB"]);
  deepStrictEqual(
    (await read(files.slice(0, 1))).lines,
    ["liver H3K4me3 ENCFF001AAA"],
    "the only one",
  );
  const both = [...files, file("ENCFF001AAC", { "File analysis title": "Lab custom" })];
  await rejects(read(both), {
    name: "FormatError",
    message:
      /ENCFF001AAA in line 2 \(ENCODE3 GRCh38\), ENCFF001AAB in line 3 .* are the same reads of H3K4me3 in "liver"/,
  });
});

Deno.test("several experiments of a mark, and biosamples treated in several ways, are refused", async () => {
  const second = file("ENCFF001AAB", { "Experiment accession": "ENCSR000AAB" });
  await rejects(
    read([file("ENCFF001AAA"), second], { replicates: "mean" }),
    /H3K4me3 of "liver" was measured in 2 experiments, ENCSR000AAA, ENCSR000AAB, .*"replicate".*line 2\)$/,
  );
  const treated = {
    "Experiment target": "H3K9me3-human",
    "Biosample treatments": "dexamethasone",
    "Biosample treatments amount": "100 nM",
  };
  await rejects(
    read([file("ENCFF001AAA"), file("ENCFF001AAB", treated)]),
    /biosample "liver" is not treated in line 2 and treated \(dexamethasone, 100 nM\) in line 3, .*"cell_type"/,
  );
});

Deno.test("columns that the user added name cell types, marks and replicates", async () => {
  const own = [...COLUMNS, "cell_type", "mark", "replicate"];
  const files = [
    { ...file("ENCFF001AAA"), cell_type: "E066", replicate: "a" },
    {
      ...file("ENCFF001AAB", { "Experiment accession": "ENCSR000AAB" }),
      cell_type: "E066",
      replicate: "b",
    },
  ];
  const { lines } = await read(files, { replicates: "keep" }, own);
  deepStrictEqual(lines, ["E066.a H3K4me3 ENCFF001AAA", "E066.b H3K4me3 ENCFF001AAB"]);
});

Deno.test("marks that are not wanted are not looked at, and donors that differ give a warning", async () => {
  const ctcf = { "Experiment target": "CTCF-human", "Assay": "TF ChIP-seq" };
  const files = [
    file("ENCFF001AAA", { "Donor(s)": "/human-donors/ENCDO000AAA/" }),
    file("ENCFF001AAB", { ...ctcf, "Experiment accession": "ENCSR000AAB" }),
    file("ENCFF001AAC", { ...ctcf, "Experiment accession": "ENCSR000AAC" }),
    file("ENCFF001AAD", {
      "Experiment target": "H3K9me3-human",
      "Donor(s)": "/human-donors/ENCDO000AAB/",
    }),
  ];
  await rejects(read(files), /CTCF of "liver" was measured in 2 experiments/);
  const { lines, notes } = await read(files, { marks: ["H3K4me3", "H3K9me3"] });
  deepStrictEqual(lines, ["liver H3K4me3 ENCFF001AAA", "liver H3K9me3 ENCFF001AAD"]);
  match(notes.join("|"), /the marks of "liver" are of 2 donors/);
});

const CONTROL = {
  "Assay": "Control ChIP-seq",
  "Experiment target": "",
  "Experiment accession": "ENCSR000CCC",
};
const FASTQ = { "File format": "fastq", "Output type": "reads" };

Deno.test("controls are found through reads and what controls them", async () => {
  const { lines } = await read([
    file("ENCFF001AAA", { "Derived from": "/files/ENCFF100AAA/, /files/ENCFF100AAB/" }),
    file("ENCFF100AAA", { ...FASTQ, "Controlled by": "/files/ENCFF200AAA/" }),
    file("ENCFF001CCC", { ...CONTROL, "Derived from": "/files/ENCFF200AAA/, /files/ENCFF900AAA/" }),
    file("ENCFF001CCD", { ...CONTROL, "Derived from": "/files/ENCFF200AAB/, /files/ENCFF900AAA/" }),
    file("ENCFF200AAA", { ...FASTQ, ...CONTROL }),
  ], { control: "subtract" });
  deepStrictEqual(lines, ["liver H3K4me3 ENCFF001AAA ENCFF001CCC"]);
});

Deno.test("controls are found through signal tracks that were made with them, or named in a column", async () => {
  const track = { "File format": "bigWig", "Output type": "signal p-value" };
  const files = [
    file("ENCFF001AAA"),
    file("ENCFF001CCC", CONTROL),
    file("ENCFF001CCD", CONTROL),
    file("ENCFF300AAA", { ...track, "Derived from": "/files/ENCFF001CCD/, /files/ENCFF001AAA/" }),
  ];
  const options = { control: "ratio" } as const;
  deepStrictEqual((await read(files, options)).lines, ["liver H3K4me3 ENCFF001AAA ENCFF001CCD"]);
  await rejects(read(files.slice(0, 3), options), {
    name: "FormatError",
    message:
      /does not say what controls ENCFF001AAA \(H3K4me3 of "liver"\)\. .*"control".*line 2\)$/,
  });
  const both = { ...track, "Derived from": "/files/ENCFF001CCC/, /files/ENCFF001AAA/" };
  await rejects(
    read([...files, file("ENCFF300AAB", both)], options),
    /ENCFF001AAA has 2 controls, ENCFF001CCC \(line 3\), ENCFF001CCD \(line 4\), expected one/,
  );
  const named = files.map((fields, i) => i === 0 ? { ...fields, control: "ENCFF001CCC" } : fields);
  const { lines } = await read(named, options, [...COLUMNS, "control"]);
  deepStrictEqual(lines, ["liver H3K4me3 ENCFF001AAA ENCFF001CCC"]);
  strictEqual((await read(files)).sheet.entries[0]?.control, undefined);
});

Deno.test("a replicate has the control of its own track, and controls of replaced analyses are left out", async () => {
  const track = { "File format": "bigWig", "Output type": "signal p-value" };
  const derived = (...accessions: string[]) => ({
    "Derived from": accessions.map((accession) => `/files/${accession}/`).join(", "),
  });
  const [a, b, c, d] = ["ENCFF001AAA", "ENCFF001AAB", "ENCFF001CCC", "ENCFF001CCD"] as const;
  const options = { control: "subtract", replicates: "sum" } as const;
  const pooled = await read([
    file(a),
    file(b, { "Biological replicate(s)": "2" }),
    file(c, CONTROL),
    file(d, { ...CONTROL, "Biological replicate(s)": "2" }),
    file("ENCFF300AAA", { ...track, ...derived(a, b, c, d) }),
    file("ENCFF300AAB", { ...track, ...derived(c, a) }),
    file("ENCFF300AAC", { ...track, ...derived(b, d) }),
  ], options);
  deepStrictEqual(pooled.lines, [`liver H3K4me3 ${a} ${c}`, `liver H3K4me3 ${b} ${d}`]);
  const { lines } = await read([
    file(a, derived("ENCFF100AAA")),
    file("ENCFF100AAA", { ...FASTQ, "Controlled by": "/files/ENCFF200AAA/" }),
    file(c, { ...CONTROL, ...derived("ENCFF200AAA"), "File analysis status": "archived" }),
    file(d, { ...CONTROL, ...derived("ENCFF200AAA") }),
  ], { control: "subtract" });
  deepStrictEqual(lines, [`liver H3K4me3 ${a} ${d}`]);
});

Deno.test("old tables and those with underscores for spaces are read too", async () => {
  const old = COLUMNS.map((name) => name === "File assembly" ? "Assembly" : name);
  const { sheet } = await read([{ ...file("ENCFF001AAA"), "Assembly": "hg19" }], {}, old);
  strictEqual(sheet.entries.length, 1);
  const text = table([
    file("ENCFF001AAA", { "File format": "bigWig", "Output type": "fold change over control" }),
  ]).replaceAll(" ", "_");
  const { cellTypes } = await readSampleSheet(textSource(text), {
    outputType: "fold change over control",
  });
  deepStrictEqual(cellTypes, ["liver"]);
});

Deno.test("downloaded files are found by the name in their address or by accession, and all must be there", async () => {
  await withDirectory(async (made) => {
    const results = await Deno.realPath(made);
    await Deno.writeTextFile(`${results}/ENCFF001AAA.bam`, "x");
    await Deno.writeTextFile(`${results}/ENCFF001AAB.bw`, "x");
    const { sheet } = await read([file("ENCFF001AAA")], { results });
    strictEqual(sheet.entries[0]?.path, `${results}/ENCFF001AAA.bam`);
    const track = { "File format": "bigWig", "Output type": "signal p-value" };
    const found = await read([file("ENCFF001AAB", track)], {
      results,
      outputType: "signal p-value",
    });
    strictEqual(found.sheet.entries[0]?.path, `${results}/ENCFF001AAB.bw`);
    await rejects(
      read([file("ENCFF001AAA"), file("ENCFF001AAC", { "Experiment target": "H3K9me3-human" })], {
        results,
      }),
      /it lacks 1 of the 2 files that are wanted of metadata\.tsv, such as ENCFF001AAC\.bam \(line 3\)/,
    );
  });
  await rejects(
    read([{ ...file("ENCFF001AAA"), "File download URL": "" }]),
    /ENCFF001AAA has no address, .*--results.*line 2\)$/,
  );
});

Deno.test("peaks are taken from BED files, not from the bigBed files with the same peaks", async () => {
  const peaks = { "Output type": "replicated peaks", "Biological replicate(s)": "1, 2" };
  const { sheet } = await read([
    file("ENCFF001AAA", { ...peaks, "File format": "bigBed narrowPeak" }),
    file("ENCFF001AAB", { ...peaks, "File format": "bed narrowPeak" }),
  ], { outputType: "replicated peaks" });
  deepStrictEqual(
    sheet.entries.map(({ path, format }) => [path.split("/").at(-1), format]),
    [["ENCFF001AAB.bed.gz", "peaks"]],
  );
});

Deno.test("an accession that leads elsewhere is refused with its line", async () => {
  await rejects(
    read([{ ...file("ENCFF001AAA"), "File accession": "../ENCFF001AAA" }], { results: "." }),
    /File accession is "\.\.\/ENCFF001AAA", expected such as ENCFF001AAA \(metadata\.tsv, line 2\)$/,
  );
});

Deno.test("a size that is no number is refused with its line", async () => {
  await rejects(
    read([file("ENCFF001AAA", { "Size": "1.2 GB" })]),
    /Size is "1\.2 GB", expected bytes \(metadata\.tsv, line 2\)$/,
  );
});

Deno.test("the assembly of the table is that of its files: genes of another one are refused", async () => {
  await withDirectory(async (directory) => {
    const peaks = "chr1\t1000\t1100\tp\t0\t.\t5\t3\t2\t50\n";
    for (const accession of ["ENCFF001AAA", "ENCFF002AAA"]) {
      await Deno.writeTextFile(`${directory}/${accession}.bed`, peaks);
    }
    const kind = { "File format": "bed narrowPeak", "Output type": "replicated peaks" };
    const assemblyOf = async (fields: Fields, annotationAssembly?: string) => {
      const files = [
        file("ENCFF001AAA", { ...kind, ...fields }),
        file("ENCFF002AAA", { ...kind, ...fields, "Experiment target": "H3K9me3-human" }),
      ];
      const path = `${directory}/metadata.tsv`;
      await Deno.writeTextFile(path, table(files));
      const options = { outputType: "replicated peaks", results: directory };
      const inputs = await signalFiles(await readSampleSheet(path, options), path);
      const { record } = await prepare([geneAt("chr1", 1000)], inputs, {
        rule: "enrichment",
        halfWidthBp: 200,
        annotationAssembly,
      });
      return record.assembly;
    };
    strictEqual(await assemblyOf({}), "hg38");
    strictEqual(await assemblyOf({ "File assembly": "hg19" }, "GRCh37.p13"), "hg19");
    strictEqual(await assemblyOf({ "File assembly": "" }, "GRCh37.p13"), "hg19");
    await rejects(assemblyOf({}, "GRCh37.p13"), {
      name: "ContractError",
      message:
        /ENCFF001AAA\.bed: by its row of the sample sheet it is hg38, but the genes are of hg19/,
    });
  });
});

Deno.test("biosamples of one name that are of different types or terms give a warning", async () => {
  const files = (first: Fields, second: Fields) => [
    file("ENCFF001AAA", { "Biosample type": "primary cell", ...first }),
    file("ENCFF001AAB", {
      "Biosample type": "primary cell",
      "Experiment target": "H3K9me3-human",
      ...second,
    }),
  ];
  const differing = [
    files({}, { "Biosample type": "in vitro differentiated cells" }),
    files({ "Biosample term id": "CL:0000182" }, { "Biosample term id": "CL:0000183" }),
  ];
  const messages = [
    /"liver" is primary cell in line 2 and in vitro differentiated cells in line 3, .*"cell_type"/,
    /"liver" is primary cell, CL:0000182 in line 2 and primary cell, CL:0000183 in line 3/,
  ];
  for (const [i, rows] of differing.entries()) {
    const { lines, notes } = await read(rows);
    strictEqual(lines.length, 2);
    match(notes.join("|"), messages[i]!);
    const own = rows.map((row) => ({ ...row, cell_type: "mine" }));
    strictEqual((await read(own, {}, [...COLUMNS, "cell_type"])).notes.length, 1);
  }
  const quiet = [
    files({ "Biosample term id": "CL:1" }, { "Biosample term id": "CL:1" }),
    files({ "Biosample type": "cell_line" }, { "Biosample type": "cell line" }),
    files({}, { "Biosample type": "" }),
    files({}, { "Biosample type": "tissue", "Biosample term name": "lung" }),
  ];
  for (const rows of quiet) {
    strictEqual(
      (await read(rows, { missingMarks: "mask" })).notes.join("|").includes(" is primary"),
      false,
    );
  }
});
