import { deepStrictEqual, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  CellSplitter,
  findSeparator,
  type Separator,
  splitLine,
} from "../../../src/genome/expression/_cells.ts";
import { isMissing } from "../../../src/genome/missing.ts";
import { plainSampleName, syntacticName } from "../../../src/genome/expression/_sample_names.ts";
import { describeNames, parseGeneNames } from "../../../src/genome/expression/_gene_names.ts";
import type { Line } from "../../../src/text/lines.ts";

function lineOf(text: string): Line {
  const bytes = new TextEncoder().encode(text);
  return { bytes, start: 0, end: bytes.length, number: 1 };
}

const split = (text: string, separator: Separator) => splitLine(lineOf(text), separator);

Deno.test("cells end at separators outside of quotes", () => {
  deepStrictEqual(split("a\tb c\t", "\t"), ["a", "b c", ""]);
  deepStrictEqual(split('"a,b","c ""d""",e', ","), ["a,b", 'c "d"', "e"]);
  deepStrictEqual(split('a, "b,c" ,d', ","), ["a", "b,c", "d"]);
  deepStrictEqual(split('  "a b"  c\t d ', " "), ["a b", "c", "d"]);
  deepStrictEqual(split('"a;b;c', ";"), ['"a', "b", "c"]);
  deepStrictEqual(split('"a"b;c', ";"), ['"a"b', "c"]);
  deepStrictEqual(split("", "\t"), [""]);
  deepStrictEqual(split('""', "\t"), [""]);
});

Deno.test("quoted cells of any text are read back", () => {
  const cell = fc.string().map((text) => text.replace(/[\r\n]/g, "").trim());
  const row = fc.array(cell, { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(row, fc.constantFrom("\t", ";", ","), (cells, separator) => {
    const text = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator);
    deepStrictEqual(split(text, separator as Separator), cells);
  }));
});

Deno.test("numbers have the same bits as from the parser of strings", () => {
  const splitter = new CellSplitter("\t");
  const read = (text: string) => {
    splitter.split(lineOf(text));
    return splitter.number(0);
  };
  const digits = fc.tuple(fc.nat(), fc.nat({ max: 99_999_999 }), fc.nat({ max: 9 }));
  fc.assert(fc.property(digits, ([whole, rest, zeros]) => {
    for (const text of [`${whole}.${"0".repeat(zeros)}${rest}`, `${whole}.`, `.${rest}`]) {
      strictEqual(read(text), Number(text));
      strictEqual(read(` "${text}" `), Number(text));
      strictEqual(read(`"  ${text} "`), Number(text));
    }
  }));
  for (const text of ["", ".", "1.2.3", "1e", "0x1", "1,5", "--1", "Infinity"]) {
    strictEqual(read(text), NaN, text);
  }
  deepStrictEqual(["-1.5", "1e-3", "+2"].map(read), [-1.5, 0.001, 2]);
});

Deno.test("separators are detected from the header and the first row", () => {
  const find = (header: string, row: string) => findSeparator(lineOf(header), lineOf(row));
  strictEqual(find("id\tliver, adult", "A\t1"), "\t");
  strictEqual(find("id,T cell", "A,1"), ",");
  strictEqual(find('"";"a,b"', "A;1,5"), ";");
  strictEqual(find("liver lung", "A 1 2"), " ");
  strictEqual(find("liver", "A 1,5"), " ");
  strictEqual(find("liver", "A,1.5"), ",");
  strictEqual(find("liver", "A\t1.5"), "\t");
});

Deno.test("missing values are those of R, Python, SQL and spreadsheets, and no others", () => {
  for (const text of ["", "NA", "NaN", "nan", "-nan", "null", "N/A", "#N/A", "<NA>", "None"]) {
    strictEqual(isMissing(text), true, text);
  }
  for (const text of ["-", ".", "0", "Inf", "low", "#VALUE!", "NA1"]) {
    strictEqual(isMissing(text), false, text);
  }
});

Deno.test("names of samples lose directories and endings, and nothing else", () => {
  const plain = {
    "a/liver.sorted.bam": "liver",
    "liver/quant.sf": "liver",
    "./liver/star/Aligned.sortedByCoord.out.bam": "liver",
    "liver_rep1.bam": "liver_rep1",
    "T cell": "T cell",
    "CD4.primary": "CD4.primary",
    "E003": "E003",
    "quant.sf": "quant.sf",
    "GSM123_liver.counts.txt.gz": "GSM123_liver",
  };
  for (const [name, wanted] of Object.entries(plain)) strictEqual(plainSampleName(name), wanted);
  deepStrictEqual(["T cell", "5637", "_a", "a-b", ".1"].map(syntacticName), [
    "T.cell",
    "X5637",
    "X_a",
    "a.b",
    "X.1",
  ]);
});

Deno.test("names are split if that is unambiguous", () => {
  const parse = (name: string) => {
    const { id, symbol } = parseGeneNames(name);
    return [id, symbol];
  };
  const ensembl = "ENSG00000000003";
  deepStrictEqual(parse(`${ensembl}.15_TSPAN6`), [`${ensembl}.15`, "TSPAN6"]);
  deepStrictEqual(parse(`TSPAN6_${ensembl}`), [ensembl, "TSPAN6"]);
  deepStrictEqual(parse(`${ensembl}.15_7`), [`${ensembl}.15_7`, `${ensembl}.15_7`]);
  deepStrictEqual(parse(`${ensembl}.15_PAR_Y`), [`${ensembl}.15_PAR_Y`, `${ensembl}.15_PAR_Y`]);
  for (const id of [`${ensembl}.15_PAR_Y_7`, `${ensembl}.15_7_PAR_Y`, "ENSGR0000000003.10"]) {
    deepStrictEqual(parse(id), [id, id]);
    deepStrictEqual(parse(`${id}_TSPAN6`), [id, "TSPAN6"]);
    deepStrictEqual(parse(`TSPAN6_${id}`), [id, "TSPAN6"]);
    deepStrictEqual(parse(`${id}|TSPAN6`), [id, "TSPAN6"]);
  }
  deepStrictEqual(parse(`${ensembl}_7SK`), [ensembl, "7SK"]);
  deepStrictEqual(parse(`${ensembl}|TSPAN6`), [ensembl, "TSPAN6"]);
  for (const prefix of ["gene-", "gene:", "Gene:", "GENE-"]) {
    deepStrictEqual(parse(`${prefix}TSPAN6`), ["TSPAN6", "TSPAN6"]);
  }
  for (
    const id of [
      "NM_003859.3",
      "ENST00000373020.9",
      "ENST00000359512.8_PAR_Y_2",
      "ENSTR0000359512.7",
    ]
  ) {
    strictEqual(parseGeneNames(id).transcript, id);
  }
  deepStrictEqual(parse("RP11-34P13.7"), ["RP11-34P13.7", "RP11-34P13.7"]);
  deepStrictEqual(parse("HLA-A_B"), ["HLA-A_B", "HLA-A_B"]);
  strictEqual(parseGeneNames("TSPAN6|7105").entrez, "7105");
  strictEqual(parseGeneNames("7105").entrez, "7105");
  strictEqual(describeNames(["1007_s_at", "1053_at", "A"]), "probes of a microarray");
});
