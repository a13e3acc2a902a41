import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { labelText, showLabels } from "../../helpers/expression.ts";
import { textSource } from "../../helpers/text_source.ts";

Deno.test("a matrix is read as Roadmap writes it, with a tab at the end of its rows", async () => {
  const text =
    "gene_id\tE000\tE003\nENSG00000000003\t23.265\t43.985\t\nENSG00000000005\t0\t1e-3\t\n";
  for (const header of [text, text.replace("E003\n", "E003\t\n")]) {
    const table = await readExpressionTable(textSource(header));
    deepStrictEqual(table.names, [["ENSG00000000003", "ENSG00000000005"]]);
    deepStrictEqual(table.cellTypes, ["E000", "E003"]);
    deepStrictEqual(table.values, [23.265, 43.985, 0, 0.001]);
  }
});

Deno.test("only the columns of wanted cell types are read, in their order", async () => {
  const text = "gene_id\tE1\tE2\tE3\nA\t1\t2\t3\nB\tx\t5\t6\n";
  const table = await readExpressionTable(textSource(text), { cellTypes: ["E3", "E2"] });
  deepStrictEqual([table.cellTypes, table.values], [["E3", "E2"], [3, 2, 6, 5]]);
  deepStrictEqual([table.lines, table.invalid.size], [[2, 3], 0]);
});

Deno.test("spaces around names and values do not matter", async () => {
  const table = await readExpressionTable(textSource("id\t liver \t lung\nA \t 1.5 \t2 \n"));
  deepStrictEqual([table.cellTypes, table.names], [["liver", "lung"], [["A"]]]);
  deepStrictEqual(table.values, [1.5, 2]);
});

Deno.test("missing values are NaN, and so is the mean of replicates if one is missing", async () => {
  const missing = ["NA", "", "NaN", "nan", "null", "N/A", "#N/A", "<NA>", '"NA"', "None"];
  const rows = missing.map((text, i) => `G${i}\t${text}\t1`);
  const text = `id\ta\tb\n${rows.join("\n")}\nH\t1\t2\n`;
  const samples = ["a", "b"].map((sample) => ({ sample, cellType: "liver" }));
  const table = await readExpressionTable(textSource(text), { cellTypes: ["liver"], samples });
  deepStrictEqual(table.values, [...missing.map(() => NaN), 1.5]);
  strictEqual(table.invalid.size, 0);
});

Deno.test("the numbers in tables of any size are read back", async () => {
  const table = fc.integer({ min: 1, max: 6 }).chain((cellTypes) =>
    fc.record({
      rows: fc.array(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minLength: cellTypes,
          maxLength: cellTypes,
        }),
        { minLength: 1, maxLength: 8 },
      ),
      separator: fc.constantFrom("\t", ",", ";", " "),
      ending: fc.constantFrom("", "closed", "no corner"),
      quote: fc.constantFrom("", '"'),
      compressed: fc.boolean(),
    })
  );
  await fc.assert(fc.asyncProperty(table, async (drawn) => {
    const { rows, separator, ending, quote, compressed } = drawn;
    const name = (text: string) => `${quote}${text}${quote}`;
    const cellTypes = rows[0]!.map((_, i) => name(`E${i}`));
    const corner = ending === "no corner" ? [] : [name("gene_id")];
    const lines = rows.map((row, i) =>
      [name(`G${i}`), ...row.map(String)].join(separator) + (ending === "closed" ? separator : "")
    );
    const text = [[...corner, ...cellTypes].join(separator), ...lines].join("\n");
    const bytes = compressed ? gzipSync(text) : new TextEncoder().encode(text);
    const { values } = await readExpressionTable(bytesSource(Uint8Array.from(bytes)));
    // Text does not have a negative zero: String(-0) is "0".
    deepStrictEqual(values, rows.flat().map((value) => value + 0));
  }));
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty, expected rows \(x\.tsv\)$/],
  "only a header": ["gene\tE1\n", /there is only a header, expected rows \(x\.tsv\)$/],
  "only comments": ["#gene\tE1\n# b\n", /there are only comments \(x\.tsv, line 1\)$/],
  "one column": ["gene\nA", /header is "gene", expected a column for gene ids.*line 1\)$/],
  "no header": ["A\t1.5\t2\nB\t1\t2", /the header has only numbers.*line 1\)$/],
  "a last column that may be empty or missing": [
    "liver\tlung\nA\t1\t\nB\t2\t\n",
    /all rows have 3 columns, expected 2 .* has "liver" first: does it lack a title\? .*line 1\)$/,
  ],
  "a header that lacks a cell type": [
    "gene_id\tE1\nA\t1\t2\nB\t1\t2\n",
    /all rows have 3 columns, expected 2 .* "gene_id" first: does it lack a title/,
  ],
  "no header and a value missing": [
    "A\tNA\t2\nB\t1\t2",
    /the header has only numbers.*line 1\)$/,
  ],
  "GCT's sizes in hexadecimal": [
    "#1.2\n0x1\t1\nName\tDescription\tE1\nA\tB\t1\n",
    /expected GCT's sizes/,
  ],
  "GCT that ends early": ["#1.2\n2\t2\n", /GCT ends before its header/],
  "GCT without its sizes": ["#1.2\nName\tDescription\tE1\nA\tB\t1\n", /expected GCT's sizes/],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`an expression table with ${what} is refused`, async () => {
    await rejects(readExpressionTable(textSource(text, "x.tsv")), { name: "FormatError", message });
  });
}

Deno.test("text may contain separators after the wanted columns, but not before them", async () => {
  const after = "gene,lung,liver,description\nENSG00000000419,1,2,a\n";
  for (const row of ["ENSG00000000457,3,4,one, 2", "ENSG00000000457,3,4"]) {
    strictEqual(showLabels(await labelText(after + row)), "419=2 457=4");
  }
  // A value is missing, so the next one would take its place.
  await rejects(labelText(`${after}ENSG00000000457,4,one`), /has 3 columns, expected 4/);
  const before = "gene,description,liver,note\nENSG00000000419,a,2,b\n";
  await rejects(labelText(`${before}ENSG00000000457,one, 2,4,c`), /has 5 columns, expected 4/);
});

Deno.test("a table without a column of values is refused", async () => {
  const text = "gene_id\tgene_name\tdescription\nA\tB\tC\n";
  await rejects(readExpressionTable(textSource(text, "x.tsv")), {
    name: "ContractError",
    message: /x\.tsv: no column of values/,
  });
});

/** Faults of a row that matter only if it is the row of a gene. */
const BAD_ROWS: Readonly<Record<string, readonly [row: string, message: RegExp]>> = {
  "too few columns": ["\t1", /has 2 columns, expected 3 as in the header \(x\.tsv, line 3\)$/],
  "too many columns": ["\t1\t2\t3", /has 4 columns, expected 3 .*line 3\)$/],
  "a text": ["\t1\tlow", /cell type "liver": value is "low", expected a finite number .*line 3\)$/],
  "an infinity": ["\t1\tInf", /value is "Inf".*line 3\)$/],
  "a hexadecimal": ["\t1\t0x10", /value is "0x10".*line 3\)$/],
  "a thousands separator": ['\t1\t"1,234.5"', /value is "1,234\.5".*line 3\)$/],
};

for (const [what, [row, message]] of Object.entries(BAD_ROWS)) {
  Deno.test(`a row with ${what} is refused if it is a gene's`, async () => {
    const text = (id: string) => `gene\tlung\tliver\nENSG00000000419\t1\t7\n${id}${row}\n`;
    await rejects(labelText(text("ENSG00000000457")), { name: "FormatError", message });
    strictEqual(showLabels(await labelText(text("ENSG00000000999"))), "419=7");
  });
}

Deno.test("rows that describe the samples in GCT 1.3 are not genes, however many they are", async () => {
  for (const count of [0, 2, 46, 47, 48, 120]) {
    const fields = Array.from({ length: count }, (_, i) => `field${i}\tna\t${i}`);
    const head = ["#1.3", `2\t1\t1\t${count}`, "id\tDescription\tliver", ...fields];
    const text = [...head, "A\ta\t5", "B\tb\t6"].join("\n");
    const { names, values, lines } = await readExpressionTable(textSource(text));
    deepStrictEqual([names[0], values], [["A", "B"], [5, 6]], `${count} rows`);
    deepStrictEqual(lines, [count + 4, count + 5]);
  }
  const short = "#1.3\n1\t1\t1\t99\nid\tDescription\tliver\nA\ta\t5\n";
  await rejects(readExpressionTable(textSource(short)), /there is only a header, expected rows/);
});

Deno.test("a GCT file with fewer rows than it says is warned of, one with as many or more is not", async () => {
  const warningsOf = async (size: string) => {
    const warnings: string[] = [];
    const text = `${size}\nid\tDescription\tliver\nA\ta\t5\nB\tb\t6\n\n`;
    await readExpressionTable(textSource(text, "a.gct"), {
      onWarning: (message) => void warnings.push(message),
    });
    return warnings;
  };
  deepStrictEqual(await warningsOf("#1.2\n56200\t1"), [
    "a.gct: by its header this GCT file has 56,200 rows, but there are 2: was it cut short? Genes of the others get no " +
    "expression from it",
  ]);
  strictEqual((await warningsOf("#1.3\n3\t1\t1\t0")).length, 1);
  for (const size of ["#1.2\n2\t1", "#1.2\n1\t1", "#1.3\n2\t1\t1\t0"]) {
    deepStrictEqual(await warningsOf(size), [], size);
  }
});

Deno.test("a file without a header may start with a gene whose value is missing", async () => {
  const ids = ["ENSG00000000003.15", "ENSMUSG00000000003", "FBgn0000008", "AT1G01010", "7105"];
  for (const id of [...ids, "ENSGR0000182378.10", "NM_003859.3", "WBGene00000001", "YAL001C"]) {
    for (const missing of ["NA", "nan", ""]) {
      const { names, values } = await readExpressionTable(textSource(`${id}\t${missing}\nB\t4\n`));
      deepStrictEqual([names, values], [[[id, "B"]], [NaN, 4]], `${id} ${missing}`);
    }
  }
  // A cell type may have that name.
  const { names, cellTypes } = await readExpressionTable(textSource("gene\tNone\nA\t1\n"));
  deepStrictEqual([names, cellTypes], [[["A"]], ["None"]]);
});

Deno.test("a hexadecimal number is a name rather than a value", async () => {
  const { cellTypes, values } = await readExpressionTable(textSource("x\t0x10\t0x11\nA\t1\t2\n"));
  deepStrictEqual([cellTypes, values], [["0x10", "0x11"], [1, 2]]);
});

Deno.test("a row without its status is refused by its number of columns, whatever the status of the row before", async () => {
  const header = "tracking_id\tgene_id\tgene_short_name\tFPKM\tFPKM_status";
  const text = (status: string, row: string) =>
    `${header}\nENSG00000000457\tENSG00000000457\tx\t10\t${status}\n${row}\n`;
  // The status of the row before would start within a character of the short row.
  const inCharacter = `\u00e9`.repeat(40);
  for (const shift of ["", "x"]) {
    const { ragged } = await readExpressionTable(textSource(text("OK", `${shift}${inCharacter}`)));
    deepStrictEqual([...ragged], [[1, 1]]);
  }
  const row = "ENSG00000000419\tENSG00000000419\ty\t3";
  const options = { cellTypes: ["liver"], isOfOneCellType: true };
  strictEqual(showLabels(await labelText(text("OK", row), options)), "419=3 457=10");
  const failed = await labelText(text("FAIL", `${row}\tOK`), options);
  strictEqual(showLabels(failed), "419=3");
});
