/** Replicates, controls, indexes and missing marks in this package's own sheets. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { readSampleSheet, type ReadSampleSheetOptions } from "../../../src/genome/sample_sheet.ts";
import { REPLICATE_RULES } from "../../../src/record.ts";
import { textSource } from "../../helpers/text_source.ts";

const HEADER = "cell_type,mark,path,replicate,control,index,control_index,expression";

function read(rows: readonly string[], options: ReadSampleSheetOptions = {}) {
  return readSampleSheet(textSource([HEADER, ...rows].join("\n"), "s.csv"), options);
}

/** The names of the entries, as `liver.1 H3K4me3 a.bam`. */
async function list(rows: readonly string[], options: ReadSampleSheetOptions) {
  const { entries } = await read(rows, options);
  return entries.map(({ cellType, mark, path }) => `${cellType} ${mark} ${path}`);
}

const REPLICATES = [
  "liver,H3K9me3,c.bam,1",
  "liver,H3K4me3,a.bam,1",
  "lung,H3K4me3,d.bam,1",
  "liver,H3K4me3,b.bam,2",
  "lung,H3K9me3,e.bam,1",
  "liver,H3K9me3,f.bam,2",
];

Deno.test("replicates that are combined stand together, in the order of their rows", async () => {
  for (const replicates of ["sum", "mean", "mean-rpm"] as const) {
    const { cellTypes, marks, entries, cellTypeGroups } = await read(REPLICATES, { replicates });
    deepStrictEqual([cellTypes, marks], [["liver", "lung"], ["H3K4me3", "H3K9me3"]]);
    strictEqual(cellTypeGroups, undefined);
    deepStrictEqual(
      entries.map(({ cellType, path, replicate }) => [cellType, path, replicate]),
      [
        ["liver", "a.bam", "1"],
        ["liver", "b.bam", "2"],
        ["liver", "c.bam", "1"],
        ["liver", "f.bam", "2"],
        ["lung", "d.bam", "1"],
        ["lung", "e.bam", "1"],
      ],
    );
  }
});

Deno.test("replicates that are kept are cell types of their own, grouped by the sheet's cell type", async () => {
  const sheet = await read(REPLICATES, { replicates: "keep" });
  deepStrictEqual(sheet.cellTypes, ["liver.1", "lung.1", "liver.2"]);
  deepStrictEqual([...sheet.cellTypeGroups!], [
    ["liver.1", "liver"],
    ["lung.1", "lung"],
    ["liver.2", "liver"],
  ]);
  deepStrictEqual(await list(REPLICATES, { replicates: "keep" }), [
    "liver.1 H3K4me3 a.bam",
    "liver.1 H3K9me3 c.bam",
    "lung.1 H3K4me3 d.bam",
    "lung.1 H3K9me3 e.bam",
    "liver.2 H3K4me3 b.bam",
    "liver.2 H3K9me3 f.bam",
  ]);
  const plain = await read(["liver,H3K4me3,a.bam"], { replicates: "keep" });
  deepStrictEqual([...plain.cellTypeGroups!], [["liver", "liver"]]);
});

Deno.test("kept replicates are never lost, doubled or given to another group", async () => {
  const name = fc.stringMatching(/^[a-c]\.?[12]?$/);
  const cell = fc.record({ cellType: name, mark: fc.constantFrom("m", "n"), replicate: name });
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 8 }), async (cells) => {
      const rows = cells.map(({ cellType, mark, replicate }, i) =>
        `${cellType},${mark},${i}.bam,${replicate}`
      );
      let sheet;
      try {
        sheet = await read(rows, { replicates: "keep", missingMarks: "mask" });
      } catch {
        return; // Names that collide, which are refused.
      }
      const own = new Map(sheet.entries.map(({ path, cellType }) => [path, cellType]));
      strictEqual(sheet.entries.length, rows.length);
      for (const [i, { cellType, replicate }] of cells.entries()) {
        const found = own.get(`${i}.bam`)!;
        deepStrictEqual([found, sheet.cellTypeGroups!.get(found)], [
          `${cellType}.${replicate}`,
          cellType,
        ]);
      }
      strictEqual(
        new Set(sheet.entries.map(({ cellType, mark }) => `${cellType} ${mark}`)).size,
        rows.length,
      );
    }),
  );
});

const BAD_REPLICATES: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  "nothing to tell them apart": [
    ["liver,H3K4me3,a.bam", "liver,H3K4me3,b.bam"],
    /has mark "H3K4me3" in line 2 and in line 3, expected a column "replicate" that names both.*line 3\)$/,
  ],
  "only one named": [
    ["liver,H3K4me3,a.bam,1", "liver,H3K4me3,b.bam"],
    /expected a column "replicate" that names both.*line 3\)$/,
  ],
  "one name for two": [
    ["liver,H3K4me3,a.bam,1", "liver,H3K4me3,b.bam,2", "liver,H3K4me3,c.bam,1"],
    /replicate "1" of mark "H3K4me3" in cell type "liver" is in line 2 and in line 4, expected once: merge.*line 4\)$/,
  ],
  "one path": [
    ["liver,H3K4me3,a.bam,1", "liver,H3K4me3,./a.bam,2"],
    /path "\.\/a\.bam" is in line 2 and in line 3, expected once: its reads would be counted twice/,
  ],
};

for (const [name, [rows, message]] of Object.entries(BAD_REPLICATES)) {
  Deno.test(`replicates with ${name} are refused by every rule`, async () => {
    for (const replicates of REPLICATE_RULES) {
      await rejects(read(rows, { replicates }), { name: "FormatError", message });
    }
  });
}

const BAD_KEPT: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  "a mark that names none": [
    ["liver,H3K4me3,a.bam,1", "liver,H3K9me3,b.bam"],
    /"H3K9me3" of cell type "liver" does not name its replicate.*line 3\)$/,
  ],
  "the name of another cell type": [
    ["liver.1,H3K4me3,a.bam", "liver,H3K4me3,b.bam,1"],
    /"liver\.1" would be the name of a replicate of both "liver\.1" and "liver".*line 3\)$/,
  ],
  "the name of another's replicate": [
    ["a.b,H3K4me3,a.bam,c", "a,H3K4me3,b.bam,b.c"],
    /"a\.b\.c" would be the name of a replicate of both "a\.b" and "a"/,
  ],
  "the name of another group": [
    ["liver,H3K4me3,a.bam,1", "liver.1,H3K4me3,b.bam,2"],
    /cell type "liver\.1" has the name of a replicate of "liver"/,
  ],
  "a mark that one of them lacks": [
    ["liver,H3K4me3,a.bam,1", "liver,H3K4me3,b.bam,2", "liver,H3K9me3,c.bam,1"],
    /cell type "liver\.2" \(line 3\) lacks mark "H3K9me3" \(which "liver\.1" has in line 4\)/,
  ],
};

for (const [name, [rows, message]] of Object.entries(BAD_KEPT)) {
  Deno.test(`kept replicates with ${name} are refused`, async () => {
    await rejects(read(rows, { replicates: "keep" }), { name: "FormatError", message });
  });
}

Deno.test("a control is a path, or the mark of rows of the same cell type and replicate", async () => {
  const rows = [
    "liver,H3K4me3,a.bam,1,Input,a.idx,,",
    "liver,H3K4me3,b.bam,2,Input,,,",
    "liver,Input,i.bam,1,,i.idx,,",
    "liver,Input,j.bam,2,,,,",
    "lung,H3K4me3,c.bam,1,Input,,,",
    "lung,Input,k.bam,,,,,",
    "skin,H3K4me3,d.bam,1,../input.bam,,x.bai,",
  ];
  const { marks, entries } = await read(rows, { replicates: "sum", control: "subtract" });
  deepStrictEqual(marks, ["H3K4me3"]);
  deepStrictEqual(
    entries.map(({ path, index, control }) => [path, index, control]),
    [
      ["a.bam", "a.idx", { path: "i.bam", index: "i.idx", line: 4 }],
      ["b.bam", undefined, { path: "j.bam", line: 5 }],
      ["c.bam", undefined, { path: "k.bam", line: 7 }],
      ["d.bam", undefined, { path: "../input.bam", index: "x.bai", line: 8 }],
    ],
  );
});

Deno.test("without a rule for controls they are not read, which a note says", async () => {
  const notes: string[] = [];
  const { entries, marks } = await read(
    ["liver,H3K4me3,a.bam,,Input", "liver,Input,i.bam"],
    { onNote: (text) => void notes.push(text) },
  );
  deepStrictEqual([marks, entries[0]?.control], [["H3K4me3"], undefined]);
  deepStrictEqual(notes, [
    "s.csv names controls (line 2), which are not used: --control subtract or ratio uses them",
  ]);
});

const BAD_CONTROLS: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  "of another cell type": [
    ["liver,H3K4me3,a.bam,,Input", "lung,Input,i.bam"],
    /control "Input" is the mark of other rows, but cell type "liver" has no row of it \(s\.csv, line 2\)$/,
  ],
  "of several replicates": [
    ["liver,H3K4me3,a.bam,,Input", "liver,Input,i.bam,1", "liver,Input,j.bam,2"],
    /cell type "liver" has several rows of it \(lines 3, 4\), none of replicate ""/,
  ],
  "that is a mark's file": [
    ["liver,H3K4me3,a.bam,,b.bam", "liver,H3K9me3,./b.bam,,c.bam"],
    /control "b\.bam" is the file of a mark in line 3, .*line 2\)$/,
  ],
  "that is its own file": [
    ["liver,H3K4me3,a.bam,,a.bam"],
    /control "a\.bam" is the file of a mark in line 2/,
  ],
};

for (const [name, [rows, message]] of Object.entries(BAD_CONTROLS)) {
  Deno.test(`a control ${name} is refused`, async () => {
    await rejects(read(rows, { control: "ratio" }), { name: "FormatError", message });
  });
}

const GAPS = ["liver,H3K4me3,a.bam", "lung,H3K9me3,b.bam", "liver,H3K9me3,c.bam"];

Deno.test("a mark that a cell type lacks is refused, masked, or leaves the cell type out", async () => {
  await rejects(
    read(GAPS),
    /cell type "lung" \(line 3\) lacks mark "H3K4me3".*--missing-marks leave-out .* mask/,
  );
  const notes: string[] = [];
  const onNote = (text: string) => void notes.push(text);
  const masked = await read(GAPS, { missingMarks: "mask", onNote });
  deepStrictEqual(masked.cellTypes, ["liver", "lung"]);
  deepStrictEqual([...masked.missingMarks!], [["lung", ["H3K4me3"]]]);
  strictEqual(masked.entries.length, 3);
  const left = await read(GAPS, { missingMarks: "leave-out", onNote });
  deepStrictEqual([left.cellTypes, left.marks], [["liver"], ["H3K4me3", "H3K9me3"]]);
  strictEqual(left.missingMarks, undefined);
  deepStrictEqual(notes, [
    "s.csv lacks H3K4me3 of lung: their values are 0, and the data say that they were not measured",
    "left out of s.csv, since they lack marks: H3K4me3 of lung",
  ]);
  await rejects(
    read(["liver,H3K4me3,a.bam", "lung,H3K9me3,b.bam"], { missingMarks: "leave-out" }),
    /every cell type lacks a mark \(H3K9me3 of liver; H3K4me3 of lung\)/,
  );
  const whole = await read(["liver,H3K4me3,a.bam"], { missingMarks: "mask" });
  strictEqual("missingMarks" in whole, false);
});

Deno.test("marks that are named come in that order, whatever the order of the rows", async () => {
  const rows = ["liver,H3K4me3,a.bam", "liver,H2A.Z,b.bam", "liver,H3K27ac,c.bam"];
  for (const marks of [["H3K27ac", "H2A.Z", "H3K4me3"], ["H2A.Z", "H3K4me3", "H2A.Z"]]) {
    for (const given of [rows, rows.toReversed()]) {
      const sheet = await read(given, { marks });
      deepStrictEqual(sheet.marks, [...new Set(marks)]);
      deepStrictEqual(sheet.entries.map(({ mark }) => mark), sheet.marks);
    }
  }
});

Deno.test("marks and cell types can be chosen, and names that are not there are refused", async () => {
  deepStrictEqual(await list(GAPS, { marks: ["H3K9me3"] }), [
    "lung H3K9me3 b.bam",
    "liver H3K9me3 c.bam",
  ]);
  deepStrictEqual(await list(GAPS, { cellTypes: ["liver"] }), [
    "liver H3K4me3 a.bam",
    "liver H3K9me3 c.bam",
  ]);
  for (const options of [{ marks: ["H3K27ac"] }, { cellTypes: ["Liver"] }]) {
    await rejects(read(GAPS, options), {
      name: "ContractError",
      message:
        /^Cannot take (mark "H3K27ac"|cell type "Liver") from s\.csv: it has (H3K4me3|liver)/,
    });
  }
  const only = { marks: ["H3K4me3"] };
  await rejects(read(GAPS, only), /cell type "lung" has no row of H3K4me3, .*line 3\)$/);
  deepStrictEqual(await list(GAPS, { ...only, missingMarks: "leave-out" }), [
    "liver H3K4me3 a.bam",
  ]);
});

Deno.test("a sheet knows the cell types that are not read", async () => {
  const rows = ["liver,K4,1.bw,1", "lung,K4,2.bw,1", "lung,K9,3.bw,1", "heart,K4,4.bw,1"];
  const others = async (options: ReadSampleSheetOptions) =>
    (await read(rows, options)).otherCellTypes;
  deepStrictEqual(await others({ cellTypes: ["lung"] }), ["liver", "heart"]);
  deepStrictEqual(await others({ missingMarks: "leave-out" }), ["liver", "heart"]);
  deepStrictEqual(await others({ marks: ["K4"], replicates: "keep" }), undefined);
});

Deno.test("expression may differ between replicates, and a kept replicate has its own or its group's", async () => {
  const rows = [
    "liver,H3K4me3,a.bam,1,,,,x.sf",
    "liver,H3K9me3,b.bam,1,,,,x.sf",
    "liver,H3K4me3,c.bam,2,,,,y.sf",
    "liver,H3K9me3,d.bam,2,,,,",
    "lung,H3K4me3,e.bam,1,,,,z.sf",
    "lung,H3K9me3,f.bam,1,,,,",
    "lung,H3K4me3,g.bam,2,,,,",
    "lung,H3K9me3,h.bam,2,,,,",
  ];
  const mean = await read(rows, { replicates: "mean" });
  deepStrictEqual([...mean.expression!], [
    ["liver", { paths: ["x.sf", "y.sf"], line: 2 }],
    ["lung", { paths: ["z.sf"], line: 6 }],
  ]);
  const kept = await read(rows, { replicates: "keep" });
  deepStrictEqual(
    Array.from(kept.expression!, ([cellType, { paths }]) => [cellType, ...paths]),
    [["liver.1", "x.sf"], ["liver.2", "y.sf"], ["lung.1", "z.sf"], ["lung.2", "z.sf"]],
  );
  const third = [...rows, "liver,H3K4me3,i.bam,3", "liver,H3K9me3,j.bam,3"];
  await rejects(
    read(third, { replicates: "keep" }),
    /cell type "liver\.3" has no expression, and its replicates have several \(lines 2 and 4\)/,
  );
  await rejects(
    read(["liver,H3K4me3,a.bam,1,,,,x.sf", "liver,H3K9me3,b.bam,1,,,,y.sf"], {
      replicates: "mean",
    }),
    /"liver" has expression "x\.sf" in line 2 and "y\.sf" in line 3/,
  );
});

Deno.test("NA in a column that may be empty is R's way of leaving it empty", async () => {
  const { entries, expression } = await read(["liver,H3K4me3,a.bam,NA,NA,NA,NA,NA"], {
    control: "subtract",
  });
  deepStrictEqual(entries, [{ cellType: "liver", mark: "H3K4me3", path: "a.bam", line: 2 }]);
  strictEqual(expression, undefined);
});

Deno.test("cell types that differ only in capitals give a warning", async () => {
  const warnings: string[] = [];
  await read(["liver,H3K4me3,a.bam", "Liver,H3K4me3,b.bam"], {
    onWarning: (text) => void warnings.push(text),
  });
  deepStrictEqual(warnings, [
    's.csv has cell types "liver" (line 2) and "Liver" (line 3), which differ only in capitals: are they one?',
  ]);
});

/** The warnings about a sheet with these rows. */
async function warningsOf(rows: readonly string[], options: ReadSampleSheetOptions = {}) {
  const warnings: string[] = [];
  await read(rows, { ...options, onWarning: (text) => void warnings.push(text) });
  return warnings;
}

Deno.test("files whose names hold another mark or cell type of the sheet are warned of", async () => {
  const swappedMarks = [
    "liver,H3K4me3,x/liver_H3K27me3.bed",
    "liver,H3K27me3,x/liver_h3k4me3.bed",
    "lung,H3K4me3,lung_H3K4me3.bed",
    "lung,H3K27me3,lung_H3K27me3.bed",
  ];
  deepStrictEqual(await warningsOf(swappedMarks), [
    "s.csv may have files in wrong rows: line 2 says mark H3K4me3, and its file is called liver_H3K27me3.bed; " +
    "line 3 says mark H3K27me3, and its file is called liver_h3k4me3.bed. They are counted as the sheet says: " +
    "compare its columns with the names of the files",
  ]);
  // A cell type may have two letters.
  const short = ["WT,H3K4me3,KO_H3K4me3.bed", "KO,H3K4me3,WT_H3K4me3.bed"];
  match(
    (await warningsOf(short))[0]!,
    /line 2 says cell type WT, and its file is called KO_H3K4me3\.bed/,
  );
  // Rows that are not read have names, too.
  strictEqual((await warningsOf(swappedMarks, { marks: ["H3K4me3"] })).length, 1);
  const names = ["fetal liver", "Adult-Lung"];
  const swappedTypes = names.flatMap((name, i) =>
    ["H3K4me3", "H3K9me3", "H3K27ac"].map((mark) =>
      `${name},${mark},https://host.org/a/${
        names[1 - i]!.replace(/ |-/, ".")
      }.${mark}.bam?sig=${name}`
    )
  );
  const [warning, ...others] = await warningsOf(swappedTypes);
  strictEqual(others.length, 0);
  match(
    warning!,
    /line 2 says cell type fetal liver, and its file is called Adult\.Lung\.H3K4me3\.bam; .*; and 3 more\. They/,
  );
});

Deno.test("folders, names as UCSC writes them and marks that no row has contradict rows, too", async () => {
  const cases = [
    [
      "H3K4me3",
      "liver",
      "data/lung/H3K4me3.bw",
      "cell type liver, and its file is called lung/H3K4me3.bw",
    ],
    ["H3K4me3", "liver", "H3K27me3/1.bw", "mark H3K4me3, and its file is called H3K27me3/1.bw"],
    [
      "H3K4me3",
      "liver",
      "wgBroadLungH3k4me3Std.bw",
      "cell type liver, and its file is called wgBroadLungH3k4me3Std.bw",
    ],
    [
      "H3K4me3",
      "liver",
      "wgBroadLiverH3k27me3Std.bw",
      "mark H3K4me3, and its file is called wgBroadLiverH3k27me3Std.bw",
    ],
    ["H3K4me3", "liver", "liver_H3K9ac.bw", "mark H3K4me3, and its file is called liver_H3K9ac.bw"],
  ] as const;
  for (const [mark, cellType, path, says] of cases) {
    const rows = [
      `${cellType},${mark},${path}`,
      "liver,H3K27me3,2.bw",
      "lung,H3K4me3,3.bw",
      "lung,H3K27me3,4.bw",
    ];
    const warnings = await warningsOf(rows);
    strictEqual(warnings.length, 1, path);
    ok(warnings[0]!.includes(`line 2 says ${says}. They`), warnings[0]);
  }
});

Deno.test("a short form of another modification in a file's name is warned of, one of the row's own is not", async () => {
  const says = async (mark: string, path: string) =>
    (await warningsOf([`liver,${mark},${path}`, `lung,${mark},2.bw`])).length;
  const contradicting = [
    ["H3K4me3", "liver_K27ac.bw"],
    ["H3K4me3", "liverK27ac.bw"],
    ["H3-K4me3", "liver.H3-K27ac.rep1.bw"],
    ["K4me3", "liver_H3K27ac.bw"],
    ["H2AK119ub1", "liver_K27me3.bw"],
    ["H3K27ac", "liver_H3K9K14ac.bw"],
  ] as const;
  for (const [mark, path] of contradicting) strictEqual(await says(mark, path), 1, path);
  const fitting = [
    ["H3K4me3", "liver_K4me3.bw"],
    ["H3K4me3", "liverK4me3_over_K27ac.bw"],
    ["K27ac", "liver_H3K27ac.bw"],
    ["H3 K27ac", "wgLiverH3k27acStd.bw"],
    ["H3K9ac", "K562_K27M_rep1.bw"],
    ["H3", "liver_K27ac.bw"],
    ["ATAC", "liver_K27ac.bw"],
    ["H3K9ac", "liver_H3K9K14ac.bw"],
    ["H3K9ac", "liver_H3K9_K14ac.bw"],
    ["H3K14ac", "liver_K9K14ac.bw"],
  ] as const;
  for (const [mark, path] of fitting) strictEqual(await says(mark, path), 0, path);
});

Deno.test("names that are made of another cell type's are not warned of, those of its replicates are", async () => {
  const sheet = (other: string, name: string, stem: string, othersStem: string) =>
    ["H3K4me3", "H3K27ac"].flatMap((mark) => [
      `${other},${mark},${othersStem}_${mark}.bam`,
      `${name},${mark},${stem}_${mark}.bam`,
      `heart,${mark},heart_${mark}.bam`,
    ]);
  const made = [
    ["ESC", "neural progenitor", "ESC_derived_NPC", "H9"],
    ["CD4", "Treg", "CD4_CD25hi", "CD4"],
    ["CD4", "Treg", "GSM1012_CD4_CD25hi_rep1", "GSM1011_CD4_naive_rep1"],
    ["monocyte", "macrophage", "differentiated-from-monocyte", "pbmc"],
  ] as const;
  for (const [other, name, stem, others] of made) {
    deepStrictEqual(await warningsOf(sheet(other, name, stem, others)), [], stem);
  }
  const wrong = [
    ["liver", "lung", "liver_rep2", "liver_rep1"],
    ["liver", "lung", "GSM1012_liver", "GSM1011_liver"],
    ["liver", "lung", "liver_AB12", "liver_AB13"],
    ["CD4", "Treg", "CD4_naive", "CD25hi"],
  ] as const;
  for (const [other, name, stem, others] of wrong) {
    strictEqual((await warningsOf(sheet(other, name, stem, others))).length, 1, stem);
  }
});

Deno.test("files of expression that were exchanged are warned of by their names, shared ones are not", async () => {
  const rows = (liver: string, lung: string) => [
    `liver,H3K4me3,1.bw,,,,,${liver}`,
    `liver,H3K9me3,2.bw,,,,,${liver}`,
    `lung,H3K4me3,3.bw,,,,,${lung}`,
    `lung,H3K9me3,4.bw,,,,,`,
  ];
  const [warning, ...others] = await warningsOf(
    rows("salmon/lung/quant.sf", "liver.genes.results"),
  );
  strictEqual(others.length, 0);
  ok(
    warning!.includes(
      "line 2 says cell type liver, and its expression is called lung/quant.sf; " +
        "line 4 says cell type lung, and its expression is called liver.genes.results. They",
    ),
    warning,
  );
  for (
    const [liver, lung] of [["lung.sf", "lung.sf"], ["liver/quant.sf", "lung/quant.sf"], [
      "1.sf",
      "2.sf",
    ]]
  ) {
    deepStrictEqual(await warningsOf(rows(liver!, lung!)), []);
  }
});

Deno.test("names of files that hold other words by chance are not warned of", async () => {
  const plain = [
    // Names in names, of both marks or cell types, and in another writing.
    ["H3K4me1", "H3K4me3", "liver", "lung", "liver_H3K4me1_and_H3K4me3.bam"],
    ["H3K4me3", "H3K4me1", "liver", "lung", "liver_not_lung_H3-K4-me3_over_H3K4me1.bam"],
    ["H3K4me3", "H3K4me1", "liver", "lung", "H3K4me1x_lungs.bam"],
    ["H3K4me3", "H3K4me1", "adult liver", "liver", "liver_adult.bam"],
    ["H3K4me3", "H3K4me1", "liver", "river", "driver.bam"],
    // Short names, numbers, and controls.
    ["H3K4me3", "H3", "A", "B", "H3_K4_B.bam"],
    ["H3K4me3", "H3K4me1", "donor", "102", "sample-102.bam"],
    ["H3K4me3", "Input", "treated", "control", "chip_vs_input_control.bw"],
    // A folder with other words, or above the one that has the row's own name.
    ["H3K4me3", "H3K27me3", "liver", "lung", "lung study/H3K27me3 old/a.bam"],
    ["H3K4me3", "H3K27me3", "liver", "lung", "lung/H3K27me3/liver/H3K4me3/a.bam"],
    // Other writings of the row's own mark.
    ["H2AK119ub1", "H3K27me3", "liver", "lung", "wgStudyH2AK119ubStd.bam"],
    ["H3K4me3_CST", "H3K27me3", "liver", "lung", "H3K4me3.bam"],
    ["enhancer", "H3K27me3", "liver", "lung", "H3K4me1.bam"],
  ] as const;
  for (const [mark, otherMark, cellType, otherType, path] of plain) {
    const rows = [
      `${cellType},${mark},${path}`,
      `${cellType},${otherMark},2.bam`,
      `${otherType},${mark},3.bam`,
      `${otherType},${otherMark},4.bam`,
    ];
    deepStrictEqual(await warningsOf(rows), [], path);
  }
  // A word of all names, as that of a study.
  const study = ["liver", "lung"].flatMap((name, i) =>
    ["H3K4me3", "H3K9me3"].map((mark) => `${name},${mark},liver-study_s${i}_${mark}.bam`)
  );
  deepStrictEqual(await warningsOf(study), []);
});
