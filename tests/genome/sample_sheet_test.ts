import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { readSampleSheet } from "../../src/genome/sample_sheet.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { textSource } from "../helpers/text_source.ts";

const HEADER = "cell_type\tmark\tpath";

function sheet(...rows: string[]) {
  return textSource(
    [HEADER, ...rows.map((row) => row.replaceAll(" ", "\t"))].join("\n"),
    "sheet.tsv",
  );
}

Deno.test("a sheet becomes a complete table in the order of cell types and marks", async () => {
  const { cellTypes, marks, entries } = await readSampleSheet(
    sheet(
      "E2 H2A.Z c.bam",
      "E2 H3K4me3 /a/d.bam",
      "#E9 x y",
      "E1 H3K4me3 ../b.bam",
      "E1 H2A.Z a.bam",
    ),
  );
  deepStrictEqual(cellTypes, ["E2", "E1"]);
  deepStrictEqual(marks, ["H3K4me3", "H2A.Z"]);
  deepStrictEqual(entries, [
    { cellType: "E2", mark: "H3K4me3", path: "/a/d.bam", line: 3 },
    { cellType: "E2", mark: "H2A.Z", path: "c.bam", line: 2 },
    { cellType: "E1", mark: "H3K4me3", path: "../b.bam", line: 5 },
    { cellType: "E1", mark: "H2A.Z", path: "a.bam", line: 6 },
  ]);
});

Deno.test("marks that differ in a sign between two digits are different marks", async () => {
  for (const [one, other] of [["SOX1_1", "SOX11"], ["H3K27ac_1.5h", "H3K27ac_15h"]] as const) {
    const { marks } = await readSampleSheet(sheet(`E1 ${one} a.bam`, `E1 ${other} b.bam`));
    deepStrictEqual(marks.toSorted(), [one, other].toSorted());
  }
});

Deno.test("a sheet with mixed line ends, with spaces, and with empty cells at line ends is read", async () => {
  const text = `path\tmark\t cell_type\r\na b.bam\tH3K4me3 \tE1\t\t\n\r\n`;
  const { entries } = await readSampleSheet(textSource(text));
  deepStrictEqual(entries, [{ cellType: "E1", mark: "H3K4me3", path: "a b.bam", line: 2 }]);
});

Deno.test("rows in any order give the marks in the competition's order, each with its path", async () => {
  const cellTypes = ["E003", "E004"];
  const rows = cellTypes.flatMap((cellType) =>
    DEEPCHROME_RECORD.marks.map((mark) => `${cellType} ${mark} ${cellType}-${mark}.bam`)
  );
  const shuffled = fc.shuffledSubarray(rows, { minLength: rows.length });
  await fc.assert(fc.asyncProperty(shuffled, async (rows) => {
    const { marks, cellTypes, entries } = await readSampleSheet(sheet(...rows));
    deepStrictEqual(marks, DEEPCHROME_RECORD.marks);
    strictEqual(entries.length, 10);
    for (const [i, { cellType, mark, path }] of entries.entries()) {
      deepStrictEqual([cellType, mark], [cellTypes[Math.floor(i / 5)], marks[i % 5]]);
      strictEqual(path, `${cellType}-${mark}.bam`);
    }
  }));
});

Deno.test("a sheet as R and Windows write it is read: quotes, spaces, a byte order mark", async () => {
  const text = '\uFEFF"cell_type"\t"mark"\t"path"\r\n"T cell"\t H3K4me3 \t" a b.bam"\r\n';
  const { entries } = await readSampleSheet(textSource(text));
  deepStrictEqual(entries, [{ cellType: "T cell", mark: "H3K4me3", path: "a b.bam", line: 2 }]);
});

const BAD: Readonly<Record<string, readonly [rows: readonly string[], message: RegExp]>> = {
  "no rows": [[], /it has no row, expected rows \(sheet\.tsv\)$/],
  "a mark missing for one cell type": [
    ["E1 H3K4me3 a", "E2 H3K4me3 b", "E1 H3K9me3 c"],
    /cell type "E2" \(line 3\) lacks mark "H3K9me3" \(which "E1" has in line 4\), expected every mark.*\(sheet\.tsv\)$/,
  ],
  "replicates": [
    ["E1 H3K4me3 a", "E1 H3K9me3 b", "E1 H3K4me3 c"],
    /"E1" has mark "H3K4me3" in line 2 and in line 4, expected once\. If .*--replicates.*: sum .*; mean .*; mean-rpm .*; keep .*line 4\)$/,
  ],
  "a path twice": [
    ["E1 H3K4me3 a", "E2 H3K4me3 b", "E3 H3K4me3 a"],
    /path "a" is in line 2 and in line 4, expected once: .* counted twice .*line 4\)$/,
  ],
  "a path twice, written in two ways": [
    ["E1 H3K4me3 d/a", "E2 H3K4me3 ./d/.//a"],
    /path "\.\/d\/\.\/\/a" is in line 2 and in line 3/,
  ],
  "a mark in two spellings": [
    ["E1 H3K4me3 a", "E2 H3k4me3 b"],
    /mark "H3k4me3" is "H3K4me3" in line 2, expected one spelling \(sheet\.tsv, line 3\)$/,
  ],
  "a mark with and without a sign": [
    ["E1 H2A.Z a", "E2 H2AZ b"],
    /mark "H2AZ" is "H2A\.Z" in line 2, expected one spelling/,
  ],
  "an empty path": [["E1 H3K4me3"], /column "path" is empty \(sheet\.tsv, line 2\)$/],
  "an empty mark": [["E1  a"], /column "mark" is empty \(sheet\.tsv, line 2\)$/],
  "a fourth column": [["E1 H3K4me3 a b"], /4 columns, expected 3 .*line 2\)$/],
};

for (const [what, [rows, message]] of Object.entries(BAD)) {
  Deno.test(`a sample sheet with ${what} is refused`, async () => {
    await rejects(readSampleSheet(sheet(...rows)), { name: "FormatError", message });
  });
}

Deno.test("an empty sample sheet, or one with another header, is refused", async () => {
  await rejects(readSampleSheet(textSource("", "s.tsv")), /the file is empty, .* \(s\.tsv\)$/);
  await rejects(readSampleSheet(textSource("#c\ncell_type mark path\n", "s.tsv")), {
    name: "FormatError",
    message:
      /header "cell_type mark path" lacks column "cell_type", .* separated by tabs or commas, .*, but it has neither tabs nor commas \(s\.tsv, line 2\)$/,
  });
  await rejects(
    readSampleSheet(textSource("cell_type;mark;file\n", "s.csv")),
    /header "cell_type mark file" lacks column "path".*; it is separated by semicolons \(s\.csv, line 1\)$/,
  );
});

const WITH_EXPRESSION = `${HEADER}\texpression`;

function sheetWithExpression(...rows: string[]) {
  const lines = rows.map((row) => row.replaceAll(" ", "\t"));
  return readSampleSheet(textSource([WITH_EXPRESSION, ...lines].join("\n"), "sheet.tsv"));
}

Deno.test("a column of expression names the files of each cell type, in one row or in all", async () => {
  const { expression, entries } = await sheetWithExpression(
    "E1 H3K4me3 a.bam quant/1.sf",
    "E2 H3K4me3 b.bam 2.sf,3.sf",
    "E1 H3K9me3 c.bam",
    "E2 H3K9me3 d.bam 2.sf,3.sf",
  );
  deepStrictEqual([...expression!], [
    ["E1", { paths: ["quant/1.sf"], line: 2 }],
    ["E2", { paths: ["2.sf", "3.sf"], line: 3 }],
  ]);
  deepStrictEqual(entries[0], { cellType: "E1", mark: "H3K4me3", path: "a.bam", line: 2 });
  const empty = await sheetWithExpression("E1 H3K4me3 a.bam");
  strictEqual("expression" in empty, false);
});

const BAD_EXPRESSION: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  "two files for one cell type": [
    ["E1 H3K4me3 a x.sf", "E1 H3K9me3 b y.sf"],
    /"E1" has expression "x\.sf" in line 2 and "y\.sf" in line 3, .*separated by commas \(sheet\.tsv, line 3\)$/,
  ],
  "files for only one of two cell types": [
    ["E1 H3K4me3 a x.sf", "E2 H3K4me3 b"],
    /cell type "E2" has no expression, which "E1" has in line 2.*\(sheet\.tsv\)$/,
  ],
  "an empty path": [["E1 H3K4me3 a x.sf,"], /has an empty path \(sheet\.tsv, line 2\)$/],
  "a path twice": [["E1 H3K4me3 a x.sf,x.sf"], /has path "x\.sf" twice \(sheet\.tsv, line 2\)$/],
};

for (const [what, [rows, message]] of Object.entries(BAD_EXPRESSION)) {
  Deno.test(`a column of expression with ${what} is refused`, async () => {
    await rejects(sheetWithExpression(...rows), { name: "FormatError", message });
  });
}

Deno.test("a cell type with a name that data sets reserve is refused with its line", async () => {
  for (const name of ["__genes__", "__x"]) {
    await rejects(readSampleSheet(sheet("E1 H3K4me3 a.bam", `${name} H3K4me3 b.bam`)), {
      name: "FormatError",
      message: /cell type: "__\w+" starts with "__".*sheet\.tsv, line 3\)$/,
    });
  }
  const { cellTypes } = await readSampleSheet(sheet("_E1 H3K4me3 a.bam"));
  deepStrictEqual(cellTypes, ["_E1"]);
});
