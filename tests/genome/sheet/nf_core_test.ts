/** Samplesheets of nf-core/chipseq and nf-core/cutandrun, with folders laid out as these pipelines write them. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { readSampleSheet, type ReadSampleSheetOptions } from "../../../src/genome/sample_sheet.ts";
import { withDirectory } from "../../helpers/command.ts";
import { textSource } from "../../helpers/text_source.ts";

/** Reads a samplesheet with a results folder that has the named files, and lists what was found, without the folder. */
async function read(
  rows: readonly string[],
  files: readonly string[],
  options: ReadSampleSheetOptions = {},
) {
  const notes: string[] = [];
  let lines: string[] = [];
  let groups: string[] = [];
  await withDirectory(async (made) => {
    const results = await Deno.realPath(made);
    for (const file of files) {
      await Deno.mkdir(`${results}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${results}/${file}`, "");
    }
    const sheet = await readSampleSheet(textSource(rows.join("\n"), "samplesheet.csv"), {
      results,
      onNote: (text) => void notes.push(text.replaceAll(`${results}/`, "")),
      ...options,
    });
    const short = (path: string) => path.replace(`${results}/`, "");
    lines = sheet.entries.map(({ cellType, mark, path, control }) =>
      [cellType, mark, short(path), ...control === undefined ? [] : [short(control.path)]].join(" ")
    );
    groups = sheet.cellTypes.map((cellType) => sheet.cellTypeGroups?.get(cellType) ?? "");
  });
  return { lines, notes, groups };
}

/** The example of nf-core/chipseq 2.1's documentation, with histone marks. */
const CHIPSEQ = [
  "sample,fastq_1,fastq_2,replicate,antibody,control,control_replicate",
  "WT_H3K4ME3_IP,a_1.fastq.gz,,1,H3K4ME3,WT_INPUT,1",
  "WT_H3K4ME3_IP,b_1.fastq.gz,,2,H3K4ME3,WT_INPUT,2",
  "WT_H3K4ME3_IP,b2_1.fastq.gz,,2,H3K4ME3,WT_INPUT,2",
  "NAIVE_H3K4ME3_IP,c_1.fastq.gz,,1,H3K4ME3,NAIVE_INPUT,1",
  "WT_INPUT,d_1.fastq.gz,,1,,,",
  "WT_INPUT,e_1.fastq.gz,,2,,,",
  "NAIVE_INPUT,f_1.fastq.gz,,1,,,",
];
const LIBRARIES = [
  "WT_H3K4ME3_IP_REP1",
  "WT_H3K4ME3_IP_REP2",
  "NAIVE_H3K4ME3_IP_REP1",
  "WT_INPUT_REP1",
  "WT_INPUT_REP2",
  "NAIVE_INPUT_REP1",
];

function chipseqFiles(folder = "bwa/merged_library", names = LIBRARIES): string[] {
  return names.map((name) => `${folder}/${name}.mLb.clN.sorted.bam`);
}

Deno.test("a samplesheet of nf-core/chipseq 2.1 names marks, cell types, replicates and controls", async () => {
  const folder = "bwa/merged_library";
  const kept = await read(CHIPSEQ, chipseqFiles(), { replicates: "keep", control: "subtract" });
  deepStrictEqual(kept.lines, [
    `WT.1 H3K4me3 ${folder}/WT_H3K4ME3_IP_REP1.mLb.clN.sorted.bam ${folder}/WT_INPUT_REP1.mLb.clN.sorted.bam`,
    `WT.2 H3K4me3 ${folder}/WT_H3K4ME3_IP_REP2.mLb.clN.sorted.bam ${folder}/WT_INPUT_REP2.mLb.clN.sorted.bam`,
    `NAIVE.1 H3K4me3 ${folder}/NAIVE_H3K4ME3_IP_REP1.mLb.clN.sorted.bam ${folder}/NAIVE_INPUT_REP1.mLb.clN.sorted.bam`,
  ]);
  deepStrictEqual(kept.groups, ["WT", "WT", "NAIVE"]);
  deepStrictEqual(kept.notes, [
    "Reads of samplesheet.csv are in bwa/merged_library/: WT_H3K4ME3_IP is H3K4me3 of WT, " +
    "NAIVE_H3K4ME3_IP is H3K4me3 of NAIVE",
  ]);
  const summed = await read(CHIPSEQ, chipseqFiles(), { replicates: "sum" });
  deepStrictEqual(summed.lines.map((line) => line.split(" ")[0]), ["WT", "WT", "NAIVE"]);
  match(summed.notes[0]!, /names controls, which are not used/);
  // Files of controls are not needed if controls are not used.
  const marksOnly = chipseqFiles(undefined, LIBRARIES.slice(0, 3));
  strictEqual((await read(CHIPSEQ, marksOnly, { replicates: "sum" })).lines.length, 3);
});

Deno.test("the folders of other aligners and versions are found, and an inner folder may be named", async () => {
  for (const folder of ["bowtie2/merged_library", "star/mergedLibrary", "merged_library"]) {
    const { lines } = await read(CHIPSEQ, chipseqFiles(folder), { replicates: "sum" });
    match(lines[0]!, new RegExp(`^WT H3K4me3 ${folder}/WT_H3K4ME3_IP_REP1\\.mLb`));
  }
  const bare = LIBRARIES.map((name) => `${name}.mLb.clN.sorted.bam`);
  strictEqual((await read(CHIPSEQ, bare, { replicates: "sum" })).lines.length, 3);
  await rejects(
    read(CHIPSEQ, [...chipseqFiles(), ...chipseqFiles("bowtie2/merged_library")], {
      replicates: "sum",
    }),
    /both .*bwa\/merged_library\/ and .*bowtie2\/merged_library\/ have the libraries.*--results/,
  );
});

Deno.test("a samplesheet of nf-core/chipseq 2.0 has replicates in the names of its samples", async () => {
  const rows = [
    "sample,fastq_1,fastq_2,antibody,control",
    "SPT5_T0_REP1,a_1.fastq.gz,a_2.fastq.gz,SPT5,SPT5_INPUT_REP1",
    "SPT5_T0_REP2,b_1.fastq.gz,b_2.fastq.gz,SPT5,SPT5_INPUT_REP2",
    "SPT5_INPUT_REP1,c_1.fastq.gz,c_2.fastq.gz,,",
    "SPT5_INPUT_REP2,d_1.fastq.gz,d_2.fastq.gz,,",
  ];
  const files = chipseqFiles("bwa/mergedLibrary", [
    "SPT5_T0_REP1",
    "SPT5_T0_REP2",
    "SPT5_INPUT_REP1",
    "SPT5_INPUT_REP2",
  ]);
  const { lines } = await read(rows, files, { replicates: "keep", control: "ratio" });
  const folder = "bwa/mergedLibrary";
  deepStrictEqual(
    lines,
    [1, 2].map((i) =>
      `T0.${i} SPT5 ${folder}/SPT5_T0_REP${i}.mLb.clN.sorted.bam ${folder}/SPT5_INPUT_REP${i}.mLb.clN.sorted.bam`
    ),
  );
});

Deno.test("a design of nf-core/chipseq 1.2 pairs a replicate with the control of its number, or the first", async () => {
  const rows = [
    "group,replicate,fastq_1,fastq_2,antibody,control",
    "liver_H3K27me3,1,a_1.fastq.gz,,H3K27me3,liver_input",
    "liver_H3K27me3,2,b_1.fastq.gz,,H3K27me3,liver_input",
    "liver_H3K27me3,3,c_1.fastq.gz,,H3K27me3,liver_input",
    "liver_input,1,d_1.fastq.gz,,,",
    "liver_input,2,e_1.fastq.gz,,,",
  ];
  const names = [1, 2, 3].map((i) => `liver_H3K27me3_R${i}`).concat([
    "liver_input_R1",
    "liver_input_R2",
  ]);
  const { lines } = await read(rows, chipseqFiles("bwa/mergedLibrary", names), {
    replicates: "sum",
    control: "subtract",
  });
  deepStrictEqual(
    lines.map((line) => line.split("/").at(-1)),
    [1, 2, 1].map((i) => `liver_input_R${i}.mLb.clN.sorted.bam`),
  );
});

/** The example of nf-core/cutandrun's documentation, for one cell type. */
const CUTANDRUN = [
  "group,replicate,fastq_1,fastq_2,control",
  "K562_h3k27me3,1,a_1.fastq.gz,a_2.fastq.gz,igg_ctrl",
  "K562_h3k27me3,2,b_1.fastq.gz,b_2.fastq.gz,igg_ctrl",
  "K562_h3k4me3,1,c_1.fastq.gz,c_2.fastq.gz,igg_ctrl",
  "igg_ctrl,1,e_1.fastq.gz,e_2.fastq.gz,",
  "igg_ctrl,2,f_1.fastq.gz,f_2.fastq.gz,",
];

function cutandrunFiles(step: string, names: readonly string[], ending = ".sorted.bam"): string[] {
  return names.map((name) => `02_alignment/bowtie2/target/${step}/${name}.target.${step}${ending}`);
}

const MARKS = ["K562_h3k27me3_R1", "K562_h3k27me3_R2", "K562_h3k4me3_R1"];
const IGG = ["igg_ctrl_R1", "igg_ctrl_R2"];

Deno.test("a samplesheet of nf-core/cutandrun takes the mark from the group, and one folder for all", async () => {
  // By default duplicates are marked in all libraries, and removed from controls only.
  const usual = [...cutandrunFiles("markdup", [...MARKS, ...IGG]), ...cutandrunFiles("dedup", IGG)];
  const options = { replicates: "sum", control: "subtract" } as const;
  const { lines } = await read(CUTANDRUN, usual, options);
  const folder = "02_alignment/bowtie2/target/markdup";
  deepStrictEqual(
    lines,
    [
      ["h3k27me3_R1", "igg_ctrl_R1"],
      ["h3k27me3_R2", "igg_ctrl_R2"],
      ["h3k4me3_R1", "igg_ctrl_R1"],
    ].map(([name, control]) => {
      const mark = name!.startsWith("h3k4") ? "H3K4me3" : "H3K27me3";
      return `K562 ${mark} ${folder}/K562_${name}.target.markdup.sorted.bam ${folder}/${control}.target.markdup.sorted.bam`;
    }),
  );
  const without = [...usual, ...cutandrunFiles("dedup", MARKS)];
  match((await read(CUTANDRUN, without, options)).lines[0]!, /target\/dedup\/.* .*target\/dedup\//);
  // Version 2 has no ".sorted" in the names.
  const old = cutandrunFiles("markdup", [...MARKS, ...IGG], ".bam");
  match((await read(CUTANDRUN, old, options)).lines[0]!, /markdup\.bam/);
});

Deno.test("columns cell_type and mark say what names do not tell", async () => {
  const rows = [
    "group,replicate,fastq_1,fastq_2,control,cell_type,mark",
    "h3k27me3,1,a_1.fastq.gz,a_2.fastq.gz,,K562,H3K27me3",
    "x,1,a_1.fastq.gz,a_2.fastq.gz,,K562,H2A.Z",
  ];
  const files = cutandrunFiles("markdup", ["h3k27me3_R1", "x_R1"]);
  deepStrictEqual((await read(rows, files)).lines.map((line) => line.split(" ").slice(0, 2)), [
    ["K562", "H3K27me3"],
    ["K562", "H2A.Z"],
  ]);
});

const BAD: Readonly<Record<string, readonly [readonly string[], readonly string[], RegExp]>> = {
  "a name that tells no cell type": [
    ["group,replicate,fastq_1,fastq_2,control", "h3k27me3,1,a.fastq.gz,b.fastq.gz,"],
    cutandrunFiles("markdup", ["h3k27me3_R1"]),
    /sample "h3k27me3" does not tell of which cell type it is, .*columns "cell_type" and "mark".*line 2\)$/,
  ],
  "a name that tells no mark": [
    ["group,replicate,fastq_1,fastq_2,control", "WT,1,a.fastq.gz,b.fastq.gz,"],
    cutandrunFiles("markdup", ["WT_R1"]),
    /sample "WT" does not tell which mark it is/,
  ],
  "a name without its antibody": [
    [
      "sample,fastq_1,fastq_2,replicate,antibody,control,control_replicate",
      "WT_IP,a.fastq.gz,,1,H3K4me3,,",
    ],
    chipseqFiles(undefined, ["WT_IP_REP1"]),
    /sample "WT_IP" does not tell of which cell type it is/,
  ],
  "no file of a sample": [
    CHIPSEQ,
    [],
    /has no file such as WT_H3K4ME3_IP_REP1\.mLb\.clN\.sorted\.bam .* in line 2/,
  ],
  "some files only": [
    CHIPSEQ,
    chipseqFiles(undefined, LIBRARIES.slice(0, 2)),
    /merged_library\/: it has those of some samples .* but lacks NAIVE_H3K4ME3_IP_REP1, .* \(line 5\)/,
  ],
  "a control without a row": [
    [...CHIPSEQ.slice(0, 1), "a_H3K4me3,a.fastq.gz,,1,H3K4me3,INPUT,1"],
    chipseqFiles(undefined, ["a_H3K4me3_REP1"]),
    /control "INPUT", replicate 1, of sample "a_H3K4me3" has no row of its own.*line 2\)$/,
  ],
  "a replicate that is no number": [
    [...CHIPSEQ.slice(0, 1), "a_H3K4me3,a.fastq.gz,,one,H3K4me3,,"],
    [],
    /replicate is "one", expected an integer .*line 2\)$/,
  ],
  "a name that leads elsewhere": [
    [...CHIPSEQ.slice(0, 1), "../../etc/H3K4me3,a.fastq.gz,,1,H3K4me3,,"],
    [],
    /sample "\.\.\/\.\.\/etc\/H3K4me3" has characters that the pipelines do not take.*line 2\)$/,
  ],
  "runs of one library that differ": [
    [...CHIPSEQ, "WT_H3K4ME3_IP,z.fastq.gz,,1,H3K9ME3,WT_INPUT,1"],
    chipseqFiles(),
    /sample "WT_H3K4ME3_IP" has antibody "H3K4ME3" in line 2 and "H3K9ME3" in line 9/,
  ],
};

for (const [name, [rows, files, message]] of Object.entries(BAD)) {
  Deno.test(`a samplesheet of nf-core with ${name} is refused`, async () => {
    await rejects(read(rows, files, { replicates: "sum", control: "subtract" }), { message });
  });
}

Deno.test("a samplesheet of nf-core needs a folder, and takes no output type", async () => {
  const source = () => textSource(CHIPSEQ.join("\n"), "s.csv");
  await rejects(readSampleSheet(source()), /s\.csv: it names FASTQ files, expected --results/);
  await rejects(
    readSampleSheet(source(), { results: "/no/such", replicates: "sum" }),
    /Cannot take files from \/no\/such: it is no folder/,
  );
  await rejects(
    readSampleSheet(source(), { results: "/", outputType: "alignments" }),
    /Cannot use --output-type with s\.csv/,
  );
});

Deno.test("a sample that others name as control is one, with an antibody too, unless a column says its mark", async () => {
  const rows = [
    "sample,fastq_1,fastq_2,replicate,antibody,control,control_replicate,mark",
    "WT_H3K4ME3,a.fq.gz,,1,H3K4me3,WT_H3,1,",
    "WT_H3,a.fq.gz,,1,H3,,,",
  ];
  const files = chipseqFiles("bwa/merged_library", ["WT_H3K4ME3_REP1", "WT_H3_REP1"]);
  const folder = "bwa/merged_library";
  const k4 = `WT H3K4me3 ${folder}/WT_H3K4ME3_REP1.mLb.clN.sorted.bam`;
  const h3 = `${folder}/WT_H3_REP1.mLb.clN.sorted.bam`;
  const { lines, notes } = await read(rows, files);
  deepStrictEqual(lines, [k4]);
  match(notes[0]!, /names samples with an antibody as controls, .*: WT_H3 \(H3\); a column "mark"/);
  deepStrictEqual((await read(rows, files, { control: "subtract" })).lines, [`${k4} ${h3}`]);
  const own = [...rows.slice(0, 2), `${rows[2]}H3`];
  deepStrictEqual((await read(own, files)).lines, [k4, `WT H3 ${h3}`]);
  const slip = [rows[0]!, rows[1]!.replace("WT_H3,", "WT_AC,"), "WT_AC,a.fq.gz,,1,H3K27ac,,,"];
  await rejects(read(slip, files), {
    name: "FormatError",
    message:
      /^Cannot take WT_AC as the control of WT_H3K4ME3: its antibody is H3K27ac, a mark,.*line 3/,
  });
  // A sample that names itself stays what its antibody says.
  const self = [rows[0]!, "WT_H3K4ME3,a.fq.gz,,1,H3K4me3,WT_H3K4ME3,1,"];
  deepStrictEqual((await read(self, files)).lines, [k4]);
});
