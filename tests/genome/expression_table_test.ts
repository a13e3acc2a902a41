import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { bytesSource } from "../../src/io/byte_source.ts";
import { readExpressionTable } from "../../src/genome/expression_table.ts";
import { textSource } from "../helpers/text_source.ts";

Deno.test("a matrix as Roadmap writes it is read, with the tab that closes its rows", async () => {
  const text =
    "gene_id\tE000\tE003\nENSG00000000003\t23.265\t43.985\t\nENSG00000000005\t0\t1e-3\t\n";
  for (const header of [text, text.replace("E003\n", "E003\t\n")]) {
    const table = await readExpressionTable(textSource(header));
    deepStrictEqual(table.genes, ["ENSG00000000003", "ENSG00000000005"]);
    deepStrictEqual(table.cellTypes, ["E000", "E003"]);
    deepStrictEqual([...table.values], [23.265, 43.985, 0, 0.001]);
  }
});

Deno.test("genes are found whatever the version of their ids", async () => {
  const text = "gene_id\tE1\tE2\nENSG00000000003.10\t1\t2\nTP53\t3\t4\n";
  const table = await readExpressionTable(textSource(text));
  strictEqual(table.findGene("000003"), 0);
  strictEqual(table.lookup("ENSG00000000003", "E2"), 2);
  strictEqual(table.lookup("TP53", "E1"), 3);
  strictEqual(table.findGene("ENSG00000000005"), undefined);
  strictEqual(table.lookup("ENSG00000000005", "E1"), undefined);
  strictEqual(table.lookup("TP53", "E3"), undefined);
});

Deno.test("a comma-separated table with names in quotes is read", async () => {
  const text = '"","E1","E 2"\r\n"ENSG1",1,-2.5\n\r\nENSG2,3,4';
  const table = await readExpressionTable(textSource(text));
  deepStrictEqual(table.genes, ["ENSG1", "ENSG2"]);
  deepStrictEqual(table.cellTypes, ["E1", "E 2"]);
  deepStrictEqual([...table.values], [1, -2.5, 3, 4]);
});

Deno.test("spaces around names and values do not matter", async () => {
  const table = await readExpressionTable(textSource("id\t liver \t lung\nA \t 1.5 \t2 \n"));
  deepStrictEqual([table.cellTypes, table.genes], [["liver", "lung"], ["A"]]);
  deepStrictEqual([...table.values], [1.5, 2]);
  await rejects(readExpressionTable(textSource("id\tliver\nA\t \n")), /value is " "/);
});

Deno.test("values are transformed as asked for", async () => {
  const text = "gene\tE1\tE2\ta\nA\t0\t7\t0.5";
  const read = async (transform?: "none" | "log2p1" | "asinh") => [
    ...(await readExpressionTable(textSource(text), { transform })).values,
  ];
  deepStrictEqual(await read(), [0, 7, 0.5]);
  deepStrictEqual(await read("none"), [0, 7, 0.5]);
  deepStrictEqual(await read("log2p1"), [0, 3, Math.log2(1.5)]);
  deepStrictEqual(await read("asinh"), [0, Math.asinh(7), Math.asinh(0.5)]);
});

Deno.test("negative values are fine but for log2p1", async () => {
  const text = "gene\tE1\nA\t-0.5\n";
  strictEqual((await readExpressionTable(textSource(text))).values[0], -0.5);
  const table = await readExpressionTable(textSource(text), { transform: "asinh" });
  strictEqual(table.values[0], Math.asinh(-0.5));
  await rejects(readExpressionTable(textSource(text, "x.tsv"), { transform: "log2p1" }), {
    name: "FormatError",
    message:
      /gene "A", cell type "E1": value is "-0\.5", expected a finite number >= 0 \(x\.tsv, line 2\)$/,
  });
});

Deno.test("tables of any size give their numbers back", async () => {
  const table = fc.integer({ min: 1, max: 6 }).chain((cellTypes) =>
    fc.record({
      rows: fc.array(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
          minLength: cellTypes,
          maxLength: cellTypes,
        }),
        { minLength: 1, maxLength: 8 },
      ),
      separator: fc.constantFrom("\t", ","),
      closing: fc.boolean(),
      compressed: fc.boolean(),
    })
  );
  await fc.assert(fc.asyncProperty(table, async ({ rows, separator, closing, compressed }) => {
    const header = ["gene_id", ...rows[0].map((_, i) => `E${i}`)].join(separator);
    const lines = rows.map((row, i) =>
      [`G${i}`, ...row.map(String)].join(separator) + (closing ? separator : "")
    );
    const text = [header, ...lines].join("\n");
    const bytes = compressed ? gzipSync(text) : new TextEncoder().encode(text);
    const { values } = await readExpressionTable(bytesSource(Uint8Array.from(bytes)));
    // Text has no negative zero: String(-0) is "0".
    deepStrictEqual([...values], rows.flat().map((value) => value + 0));
  }));
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty, expected rows \(x\.tsv\)$/],
  "a header only": ["gene\tE1\n", /there is a header only, expected rows \(x\.tsv\)$/],
  "one column": ["gene\nA", /header is "gene", expected a column for gene ids.*line 1\)$/],
  "an empty name in the header": [
    "gene\tE1\t\tE2\n",
    /header is .* one for each cell type.*line 1\)$/,
  ],
  "a cell type twice": [
    "gene\tE1\tE2\tE1\n",
    /cell type "E1" stands in the header twice .*line 1\)$/,
  ],
  "no header": ["A\t1.5\t2\nB\t1\t2", /the header holds numbers only.*line 1\)$/],
  "a header without its first column": [
    "E1\tE2\nA\t1\t2",
    /3 columns, expected 2 as in the header\. Does the header name .*line 2\)$/,
  ],
  "too few columns": ["gene\tE1\tE2\nA\t1\t2\nB\t1", /2 columns, expected 3 .*line 3\)$/],
  "too many columns": ["gene\tE1\nA\t1\t2\t3", /4 columns, expected 2 .*line 2\)$/],
  "an empty value": [
    "gene\tE1\tE2\nA\t\t2",
    /"A", cell type "E1": value is "", expected.*line 2\)$/,
  ],
  "an empty value at the end": ["gene\tE1\tE2\nA\t1\t", /cell type "E2": value is "".*line 2\)$/],
  "a NaN": ["gene\tE1\nA\t1\nB\tNaN", /gene "B".*value is "NaN", expected a finite.*line 3\)$/],
  "a missing value of R": ["gene\tE1\nA\tNA", /value is "NA".*line 2\)$/],
  "an infinity": ["gene\tE1\nA\tinf", /value is "inf".*line 2\)$/],
  "a hexadecimal": ["gene\tE1\nA\t0x10", /value is "0x10".*line 2\)$/],
  "a nameless gene": ["gene\tE1\n\t1", /the gene id is empty \(x\.tsv, line 2\)$/],
  "a gene twice": [
    "gene\tE1\nENSG3.1\t1\nB\t2\nENSG3.2\t3",
    /gene "ENSG3\.2" stands in line 2 and in line 4, expected once \(x\.tsv, line 4\)$/,
  ],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`an expression table with ${what} is refused`, async () => {
    await rejects(readExpressionTable(textSource(text, "x.tsv")), { name: "FormatError", message });
  });
}
