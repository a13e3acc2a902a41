/** How sheets may be written: what separates cells, how columns are named, what spreadsheets do. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { readSampleSheet } from "../../../src/genome/sample_sheet.ts";
import { textSource } from "../../helpers/text_source.ts";

const ROWS = [
  ["cell_type", "mark", "path", "replicate"],
  ["T cell, CD4+", "H3K4me3", 'a "b".bam', "1"],
  ["T cell, CD4+", "H3K4me3", "c;d.bam", "2"],
];
const WANTED = [
  { cellType: "T cell, CD4+", mark: "H3K4me3", path: 'a "b".bam', line: 2, replicate: "1" },
  { cellType: "T cell, CD4+", mark: "H3K4me3", path: "c;d.bam", line: 3, replicate: "2" },
];

/** A text as a spreadsheet writes it: cells that hold a separator or a quote are quoted. */
function write(rows: readonly (readonly string[])[], separator: string): string {
  const quote = (cell: string) => /[",;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return rows.map((row) => row.map(quote).join(separator) + "\n").join("");
}

async function read(text: string) {
  return (await readSampleSheet(textSource(text, "s.csv"), { replicates: "mean" })).entries;
}

for (const [name, separator] of [["tabs", "\t"], ["commas", ","], ["semicolons", ";"]] as const) {
  Deno.test(`a sheet separated by ${name} is read, with quoted cells`, async () => {
    const text = write(ROWS, separator);
    deepStrictEqual(await read(text), WANTED);
    const excel = `\uFEFF${text.replaceAll("\n", `${separator.repeat(3)}\r\n`)}${
      separator.repeat(6)
    }\r\n`;
    deepStrictEqual(await read(excel), WANTED, "with a byte order mark and empty cells");
    const told = await read(`sep=${separator}\n${text}`);
    deepStrictEqual(told, WANTED.map((entry) => ({ ...entry, line: entry.line + 1 })));
  });
}

Deno.test("cells are the same whichever separates them, whatever they hold", async () => {
  // Without line ends and blanks at the ends of cells, which are removed.
  const cell = fc.stringMatching(/^[A-Za-z0-9",;.é()+#-]{1,12}$/)
    .filter((text) => !text.startsWith("#") && !text.startsWith('"'));
  const rows = fc.uniqueArray(cell, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom("\t", ",", ";"), async (paths, separator) => {
      const table = [
        ["path", "notes", "mark", "cell_type"],
        ...paths.map((path, i) => [path, i % 2 ? "" : "x,y;z", `m${i}`, "a,b"]),
      ];
      const sheet = await readSampleSheet(textSource(write(table, separator)));
      deepStrictEqual(
        sheet.entries.map(({ path, mark, cellType }) => [path, mark, cellType]),
        paths.map((path, i) => [path, `m${i}`, "a,b"]),
      );
    }),
  );
});

Deno.test("names of columns may differ in capitals, blanks, underscores and hyphens", async () => {
  for (const header of ["Cell Type,MARK,Path", "celltype,mark,PATH", "cell-type,Mark,path "]) {
    const { entries } = await readSampleSheet(textSource(`${header}\nliver,H3K4me3,a.bam\n`));
    deepStrictEqual(entries, [{ cellType: "liver", mark: "H3K4me3", path: "a.bam", line: 2 }]);
  }
});

Deno.test("a header may start with #, and comments may precede it", async () => {
  const text =
    "# made by hand, in May\n#cell_type,mark,path\n#liver,H3K9me3,old.bam\nliver,H3K4me3,a.bam\n";
  const { entries } = await readSampleSheet(textSource(text));
  deepStrictEqual(entries.map(({ path, line }) => [path, line]), [["a.bam", 4]]);
});

Deno.test("columns that are not used are named once, in a warning", async () => {
  const warnings: string[] = [];
  const text = "cell_type,mark,path,batch,Replicates\nliver,H3K4me3,a.bam,x,1\n";
  await readSampleSheet(textSource(text, "s.csv"), {
    onWarning: (message) => void warnings.push(message),
  });
  deepStrictEqual(warnings, ["s.csv has columns that are not used: batch, Replicates"]);
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "a quote that is not closed": [
    'cell_type,mark,path\nliver,H3K4me3,"a\n.bam"\n',
    /the quote of cell "a is not closed in its line, .*\(s\.csv, line 2\)$/,
  ],
  "a column twice": [
    "cell_type,mark,path,Mark\nliver,H3K4me3,a.bam,x\n",
    /the header has column "mark" 2 times, expected once \(s\.csv, line 1\)$/,
  ],
  "more cells than columns": [
    "cell_type,mark,path\nliver,H3K4me3,a.bam,b.bam\n",
    /4 columns, expected 3 as in the header \(s\.csv, line 2\)$/,
  ],
  "a cell that is far too long": [
    `cell_type,mark,path\nliver,H3K4me3,${"a".repeat(5000)}\n`,
    /column "path" has 5000 characters, expected at most 4096 \(s\.csv, line 2\)$/,
  ],
  "only a header": ["cell_type,mark,path\n", /it has no row, expected rows \(s\.csv\)$/],
  "an Excel file in place of text": ["PK\x03\x04xyz", /a zip file, as \.xlsx are/],
};

for (const [name, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a sheet with ${name} is refused`, async () => {
    await rejects(readSampleSheet(textSource(text, "s.csv")), { name: "FormatError", message });
  });
}

Deno.test("an odd quote within a sheet separated by tabs is part of its cell", async () => {
  const text = 'cell_type\tmark\tpath\n"liver\tH3K4me3\ta.bam\n';
  const { cellTypes } = await readSampleSheet(textSource(text));
  deepStrictEqual(cellTypes, ['"liver']);
});

Deno.test("flags for sheets of others are refused with an own sheet", async () => {
  const text = "cell_type,mark,path\nliver,H3K4me3,a.bam\n";
  for (const options of [{ results: "r" }, { outputType: "alignments" }]) {
    await rejects(readSampleSheet(textSource(text, "s.csv"), options), {
      name: "ContractError",
      message: /^Cannot use --(results|output-type) with s\.csv: it names its files itself/,
    });
  }
  strictEqual((await readSampleSheet(textSource(text))).entries.length, 1);
});

Deno.test("tables that are taken for sample sheets are refused with what to give instead", async () => {
  const report =
    "2023-09-08 14:10:39\thttps://www.encodeproject.org/cart-report/?type=Experiment\n";
  const header = "ID\tAccession\tAssay name\tTarget\n/experiments/A/\tA\tChIP-seq\tH3K4me3\n";
  const files = "https://www.encodeproject.org/metadata/?type=Experiment\nhttps://a.org/b.bam\n";
  const diffBind =
    "SampleID,Tissue,Factor,Replicate,bamReads,ControlID,bamControl,Peaks,PeakCaller\n";
  const tables: readonly (readonly [text: string, message: RegExp])[] = [
    [report + header, /a report of ENCODE's portal, .* expected the metadata\.tsv/],
    [header, /a report of ENCODE's portal, .* expected the metadata\.tsv/],
    [files, /a list of addresses, as ENCODE's files\.txt, expected the metadata\.tsv/],
    [`"${files.replace("\n", '"\n')}`, /a list of addresses/],
    [diffBind, /a sheet of DiffBind: .*bamReads path/],
  ];
  for (const [text, message] of tables) {
    await rejects(read(text), { name: "FormatError", file: "s.csv", line: 1, message });
  }
});
