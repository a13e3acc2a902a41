import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { readDeepchromeCsv, readDeepchromeFolder } from "../../src/io/deepchrome_csv.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { textSource } from "../helpers/text_source.ts";
import type { Progress } from "../../src/progress.ts";

const ONE_MARK = { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] };

/** Two genes of two bins, five marks. */
const GOOD = [
  "000003,1,0,1,2,3,4,0",
  "000003,2,5,6,7,8,9,0",
  "000005,1,10,11,12,13,14,1",
  "000005,2,15,16,17,18,300,1",
];

function replaceLine(number: number, line: string): string {
  return GOOD.with(number - 1, line).join("\n");
}

Deno.test("a DeepChrome file becomes columns, whatever its line ends", async () => {
  const variants = [
    GOOD.join("\n"),
    GOOD.join("\n") + "\n",
    GOOD.join("\r\n") + "\r\n",
    GOOD.join("\n") + "\n\n",
    "\ufeff" + GOOD.join("\n"),
  ];
  for (const text of variants) {
    const columns = await readDeepchromeCsv(textSource(text));
    deepStrictEqual(columns, {
      signal: columns.signal,
      labels: Float64Array.of(0, 1),
      cellTypes: ["E003"],
      cellTypeIndex: Uint32Array.of(0, 0),
      genes: ["ENSG00000000003", "ENSG00000000005"],
      geneIndex: Uint32Array.of(0, 1),
      bins: 2,
      record: DEEPCHROME_RECORD,
    });
    deepStrictEqual([...columns.signal], [...Array(19).keys(), 300]);
    ok(columns.signal instanceof Uint16Array);
  }
});

Deno.test("the cell type of a file is its folder, or else its own name", async () => {
  const names = {
    "data/E003/train.csv": "E003",
    "data\\E003\\train.csv": "E003",
    "E003/classification/train.csv": "E003",
    "file:///data/liver%20left/train.csv": "liver left",
    "E004.csv": "E004",
    "./E004.csv": "E004",
    "../E004.csv": "E004",
    "/E004.csv": "E004",
  };
  for (const [name, cellType] of Object.entries(names)) {
    const { cellTypes } = await readDeepchromeCsv(textSource(GOOD.join("\n"), name));
    deepStrictEqual(cellTypes, [cellType], name);
  }
  const { cellTypes } = await readDeepchromeCsv(textSource(GOOD[0]!), { cellType: "mine" });
  deepStrictEqual(cellTypes, ["mine"]);
});

Deno.test("decimals, exponents and negative labels are read exactly", async () => {
  const text = "a,1,0.1,-1.5\na,2,1e3,-1.5\n";
  const { signal, labels } = await readDeepchromeCsv(textSource(text), { record: ONE_MARK });
  deepStrictEqual([...signal], [0.1, 1000]);
  deepStrictEqual([...labels!], [-1.5]);
});

Deno.test("numbers of genes that pandas wrote as floats, blanks and quotes do not make other genes", async () => {
  const usual = await readDeepchromeCsv(textSource(GOOD.join("\n")));
  const quote = (text: string) => `"${text.replaceAll(",", '","')}"`;
  for (
    const change of [
      (row: string) => row.replace(/^\d+/, "$&.0"),
      (row: string) => row.replaceAll(",", ", "),
      (row: string) => row.replace(/^\d+/, '"$&"'),
      quote,
    ]
  ) {
    const columns = await readDeepchromeCsv(textSource(GOOD.map(change).join("\n")));
    deepStrictEqual(columns, usual);
  }
});

Deno.test("a header that names gene, bin, all marks and label gives the order of the columns", async () => {
  const usual = await readDeepchromeCsv(textSource(GOOD.join("\n")));
  const marks = "H3K27me3,H3K36me3,H3K4me1,H3K4me3,H3K9me3";
  const reorder = (row: string) => {
    const [gene, bin, k27, k36, k4me1, k4me3, k9, label] = row.split(",");
    return [label, k4me3, gene, k27, bin, k36, k4me1, k9].join(",");
  };
  const files = [
    [`gene_id,bin,${marks},label`, ...GOOD],
    [`"GeneID","Bin","${marks.replaceAll(",", '","')}","Label"`, ...GOOD],
    ["class,h3k4me3,gene,H3K27me3,bin,H3K36me3,H3K4me1,H3K9me3", ...GOOD.map(reorder)],
  ];
  for (const lines of files) {
    deepStrictEqual(await readDeepchromeCsv(textSource(lines.join("\n"))), usual, lines[0]);
  }
  // The next file of a folder may have none.
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/E003`);
  await Deno.writeTextFile(`${folder}/E003/test.csv`, files[2]!.join("\n"));
  await Deno.writeTextFile(
    `${folder}/E003/train.csv`,
    GOOD.join("\n").replaceAll("00000", "00001"),
  );
  const both = await readDeepchromeFolder(folder, { split: "all" });
  deepStrictEqual([...both.signal], [...usual.signal, ...usual.signal]);
  await Deno.remove(folder, { recursive: true });
});

const BAD: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["an empty file", "", /the file is empty, expected rows \(E003\/train.csv\)$/],
  [
    "7 columns",
    replaceLine(2, "000003,2,5,6,7,8,9"),
    /7 columns, expected 8 .*with commas between them.*train.csv, line 2\)$/,
  ],
  ["9 columns", replaceLine(2, "000003,2,5,6,7,8,9,0,0"), /9 columns, expected 8 .*line 2\)$/],
  [
    "a header",
    `gene,bin,a,b,c,d,e,label\n${GOOD[0]}`,
    /first line looks like a header, since its bin is "bin", .*take the line out.*line 1\)$/,
  ],
  [
    "a header that has another mark",
    `gene,bin,H3K27me3,H3K36me3,H3K4me1,H3K4me3,H3K27ac,label\n${GOOD[0]}`,
    /looks like a header.*or a header that names gene, bin, H3K27me3,.* and label/,
  ],
  [
    "a header alone",
    "gene,bin,H3K27me3,H3K36me3,H3K4me1,H3K4me3,H3K9me3,label\n",
    /there is only a header, expected rows/,
  ],
  ["a missing first bin", GOOD.slice(1).join("\n"), /bin is 2, expected 1 .*line 1\)$/],
  [
    "a missing middle bin",
    replaceLine(2, "000003,3,5,6,7,8,9,0"),
    /bin is 3, expected 2 .*line 2\)$/,
  ],
  [
    "a gene with too few bins",
    GOOD.slice(0, 3).join("\n"),
    /"000005": it has 1 bins, expected 2 as/,
  ],
  [
    "a gene with too many bins",
    [...GOOD, "000005,3,1,1,1,1,1,1"].join("\n"),
    /"000005": found a row after its bin 2, expected 2 bins .*line 5\)$/,
  ],
  ["bins out of order", [GOOD[1], GOOD[0]].join("\n"), /bin is 2, expected 1 .*line 1\)$/],
  [
    "a text field",
    replaceLine(3, "000005,1,10,11,many,13,14,1"),
    /bin 1: H3K4me1 is "many", expected a number >= 0 .*line 3\)$/,
  ],
  ["an empty field", replaceLine(3, "000005,1,10,11,,13,14,1"), /H3K4me1 is "", expected/],
  ["a negative count", replaceLine(3, "000005,1,-1,11,0,13,14,1"), /H3K27me3 is "-1".*line 3\)$/],
  ["a count that is NaN", replaceLine(3, "000005,1,nan,11,0,13,14,1"), /H3K27me3 is "nan"/],
  ["an infinite count", replaceLine(3, "000005,1,1e999,11,0,13,14,1"), /H3K27me3 is "1e999"/],
  ["a text label", replaceLine(3, "000005,1,1,11,0,13,14,high"), /label is "high".*line 3\)$/],
  [
    "labels that differ within a gene",
    replaceLine(4, "000005,2,1,1,1,1,1,0"),
    /label is 0 in bin 2 and 1 in bin 1.*line 4\)$/,
  ],
  [
    "a gene that comes back",
    [...GOOD, ...GOOD.slice(0, 2)].join("\n"),
    /gene "000003" appears twice, expected once .*line 5\)$/,
  ],
  ["an empty gene id", replaceLine(3, ",1,1,1,1,1,1,1"), /gene id is empty .*line 3\)$/],
  [
    "a blank line in the middle",
    `${GOOD[0]}\n\n${GOOD[1]}`,
    /line: it is blank, .*train.csv, line 2\)$/,
  ],
];

for (const [what, text, message] of BAD) {
  Deno.test(`a DeepChrome file with ${what} is refused with its line`, async () => {
    await rejects(readDeepchromeCsv(textSource(text)), { name: "FormatError", message });
  });
}

Deno.test("files longer than a chunk keep every row, for any number of bins and marks", async () => {
  const shape = fc.record({
    bins: fc.integer({ min: 1, max: 300 }),
    marks: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ bins, marks }) => {
      const genes = Math.ceil(90_000 / bins);
      const lines: string[] = [];
      const expected = new Float64Array(genes * bins * marks);
      let next = 0;
      for (let gene = 0; gene < genes; gene++) {
        for (let bin = 1; bin <= bins; bin++) {
          const counts = Array.from({ length: marks }, () => expected[next] = next++ % 997);
          lines.push(`${gene},${bin},${counts.join(",")},${gene % 3}`);
        }
      }
      const record = {
        ...DEEPCHROME_RECORD,
        marks: Array.from({ length: marks }, (_, i) => `mark${i}`),
      };
      const columns = await readDeepchromeCsv(textSource(lines.join("\n")), { record });
      strictEqual(columns.bins, bins);
      deepStrictEqual(Float64Array.from(columns.signal), expected);
      strictEqual(
        columns.genes.join(),
        Array.from({ length: genes }, (_, i) => ensemblGeneId(i)).join(),
      );
    }),
    { numRuns: 4 },
  );
});

async function withFolder(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a folder holds one sub-folder for each cell type, read in sorted order", async () => {
  const files = {
    "E004/train.csv": GOOD.slice(2).join("\n"),
    "E003/train.csv": GOOD.join("\n"),
    "E003/test.csv": GOOD.join("\n").replaceAll("0000", "0001"),
    "E012/classification/train.csv": GOOD.slice(0, 2).join("\n"),
    "notes/readme.txt": "not data",
    ".cache/train.csv": "not data",
  };
  await withFolder(files, async (folder) => {
    const progress: string[] = [];
    const onProgress = ({ done, total }: Progress) => progress.push(`${done}/${total}`);
    const columns = await readDeepchromeFolder(folder, { onProgress });
    deepStrictEqual(columns.cellTypes, ["E003", "E004", "E012"]);
    deepStrictEqual([...columns.cellTypeIndex], [0, 0, 1, 2]);
    deepStrictEqual([...columns.geneIndex], [0, 1, 1, 0]);
    deepStrictEqual([...columns.labels!], [0, 1, 1, 0]);
    strictEqual(columns.signal.length, 4 * 2 * 5);
    deepStrictEqual(progress, ["1/3", "2/3", "3/3"]);
    deepStrictEqual(await readDeepchromeFolder(pathToFileURL(folder)), columns);

    const own = await readDeepchromeFolder(`${folder}/E003/`, { split: "all" });
    deepStrictEqual(own.cellTypes, ["E003"]);
    deepStrictEqual(
      own.genes,
      ["ENSG00000000003", "ENSG00000000005", "ENSG00000000103", "ENSG00000000105"],
    );
  });
});

Deno.test("a folder without the files, or a cell type without the split, is refused", async () => {
  await withFolder({ "E003/train.csv": GOOD.join("\n") }, async (folder) => {
    await rejects(readDeepchromeFolder(folder, { split: "test" }), {
      name: "ContractError",
      message: /no test.csv in ".*E003", found train only/,
    });
  });
  await withFolder({ "E003/counts.csv": GOOD.join("\n") }, async (folder) => {
    await rejects(readDeepchromeFolder(folder), {
      name: "ContractError",
      message: /no DeepChrome files in/,
    });
  });
});

Deno.test("a cell type whose files are compressed is refused, and one without files is named", async () => {
  const text = GOOD.join("\n");
  const both = { "E003/train.csv.gz": "", "E003/test.csv.gz": "", "E004/train.csv": text };
  await withFolder(both, async (folder) => {
    await rejects(readDeepchromeFolder(folder), {
      name: "ContractError",
      message: /found "train.csv.gz" in ".*E003", expected train.csv: unpack it$/,
    });
  });
  const inside = { "E003/classification/train.csv.bz2": "", "E004/train.csv": text };
  await withFolder(
    inside,
    (folder) => rejects(readDeepchromeFolder(folder), /E003\/classification/),
  );
  const parts = { "E003/train.csv": text, "E003/train.csv.gz": "", "E003/test.csv.gz": "" };
  await withFolder(parts, async (folder) => {
    strictEqual((await readDeepchromeFolder(folder)).cellTypes.length, 1);
    await rejects(readDeepchromeFolder(folder, { split: "all" }), /found "test.csv.gz"/);
  });
  const files = { "E003/train.csv": text, "notes/a.txt": "", "E005/log.txt": "", "liver/x": "" };
  await withFolder(files, async (folder) => {
    await Deno.remove(`${folder}/liver/x`);
    const warnings: string[] = [];
    await readDeepchromeFolder(folder, { onWarning: (text) => void warnings.push(text) });
    deepStrictEqual(warnings, [
      `${folder}: skipped 2 sub-folders without DeepChrome files: E005, liver`,
    ]);
  });
});

Deno.test("a gene in two splits of one cell type, or cell types of other bins, are refused", async () => {
  const same = { "E003/train.csv": GOOD.join("\n"), "E003/test.csv": GOOD.join("\n") };
  await withFolder(same, async (folder) => {
    await rejects(readDeepchromeFolder(folder, { split: "all" }), {
      message: /cell type "E003": gene "000003" appears twice.*test\.csv/,
    });
  });
  const other = { "E003/train.csv": GOOD.join("\n"), "E004/train.csv": GOOD[0]! };
  await withFolder(other, async (folder) => {
    await rejects(readDeepchromeFolder(folder), {
      name: "FormatError",
      message: /it has 1 bins, expected 2 as in the first gene .*E004/,
    });
  });
});

testWith("shared", "the real sample has 10 genes of 100 bins and even H3K4me3 counts", async () => {
  const columns = await readDeepchromeCsv(sharedFile("data/deepchrome_toy/train.csv"));
  strictEqual(columns.genes.length, 10);
  strictEqual(columns.bins, 100);
  strictEqual(columns.signal.length, 10 * 100 * 5);
  deepStrictEqual(columns.cellTypes, ["deepchrome_toy"]);
  strictEqual(columns.genes[0], "ENSG00000000003");
  deepStrictEqual([...columns.signal.subarray(5, 10)], [1, 2, 2, 8, 0]);
  const mark = columns.record.marks.indexOf("H3K4me3");
  const counts = columns.signal.filter((_, i) => i % 5 === mark);
  ok(counts.every((count) => count % 2 === 0) && counts.some((count) => count > 0));
});
