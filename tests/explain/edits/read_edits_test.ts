import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { FormatError } from "../../../src/errors.ts";
import { describeStep, type Edit, readEdits } from "../../../src/explain/mod.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";

const read = (text: string | Uint8Array<ArrayBuffer>): Promise<Edit[]> =>
  readEdits(
    bytesSource(typeof text === "string" ? new TextEncoder().encode(text) : text, "edits.tsv"),
  );

const HEADER =
  "id\tgene\tcell_type\tedit\tmark\tstart_bp\tend_bp\tstart_bin\tend_bin\tto\tfactor\tshift_bp\tshift_bins\tfill\t" +
  "from_gene\tfrom_cell_type\tlike\tletters\tstart_base\tnote";

/** A row with these cells, by column. */
function row(cells: Readonly<Record<string, string>>): string {
  return HEADER.split("\t").map((column) => cells[column] ?? "").join("\t");
}

Deno.test("every kind of edit is read, with what it needs and no more", async () => {
  const edits = await read([
    HEADER,
    row({ edit: "remove", mark: "H3K4me3", to: "low", gene: "DPM1", cell_type: "E003" }),
    row({
      edit: "scale",
      mark: "H3K4me3, H3K27ac",
      factor: "1.5",
      start_bp: "-500",
      end_bp: "500",
    }),
    row({ edit: "move", shift_bp: "-200", fill: "wrap", gene: "*", cell_type: "*", mark: "*" }),
    row({ edit: "move", mark: "H3K4me1", shift_bins: "3", start_bin: "0", end_bin: "50" }),
    row({ edit: "swap", mark: "H3K4me3", from_gene: "FGR", from_cell_type: "E004" }),
    row({ edit: "replace", mark: "H3K4me3", like: "marks", note: "not read" }),
    row({ edit: "substitute", letters: "acgtN", start_bp: "-3" }),
    row({ edit: "substitute", letters: "A", start_base: "0" }),
  ].join("\n"));
  deepStrictEqual(edits.map(({ id }) => id), ["1", "2", "3", "4", "5", "6", "7", "8"]);
  deepStrictEqual(edits.map(({ steps }) => steps[0]), [
    { kind: "remove", marks: ["H3K4me3"], to: "low" },
    { kind: "scale", marks: ["H3K4me3", "H3K27ac"], startBp: -500, endBp: 500, factor: 1.5 },
    { kind: "move", shiftBp: -200, fill: "wrap" },
    { kind: "move", marks: ["H3K4me1"], startBin: 0, endBin: 50, shiftBins: 3 },
    { kind: "swap", marks: ["H3K4me3"], fromGene: "FGR", fromCellType: "E004" },
    { kind: "replace", marks: ["H3K4me3"], like: "marks" },
    { kind: "substitute", letters: "acgtN", startBp: -3 },
    { kind: "substitute", letters: "A", startBase: 0 },
  ]);
  deepStrictEqual(edits.map(({ gene, cellType }) => [gene, cellType]).slice(0, 3), [
    ["DPM1", "E003"],
    [undefined, undefined],
    [undefined, undefined],
  ]);
  deepStrictEqual(edits[1]!.source, { file: "edits.tsv", lines: [3] });
  deepStrictEqual(edits.map(({ steps }) => describeStep(steps[0]!)), [
    "remove H3K4me3, as in genes with least of it",
    "scale H3K4me3, H3K27ac by 1.5 from -500 to 500 bp",
    "move all marks by -200 bp, what leaves enters at the other end",
    "move H3K4me1 by 3 bins, bins from 0 to 50",
    "swap H3K4me3 for those of FGR in E004",
    "replace H3K4me3 by those of genes with like other marks",
    "substitute acgtN at -3 bp",
    "substitute A at base 0",
  ]);
});

Deno.test("rows of one id are made together, in the order of the file", async () => {
  const edits = await read(
    "edit,id,gene,mark,factor\r\nremove,a,DPM1,H3K4me3,\r\nscale,b,,H3K4me3,2\r\n" +
      'scale,a,DPM1,"H3K9me3,H3K36me3",0\r\n,,,,\r\n',
  );
  deepStrictEqual(edits.map(({ id, steps }) => [id, steps.map(({ kind }) => kind)]), [
    ["a", ["remove", "scale"]],
    ["b", ["scale"]],
  ]);
  deepStrictEqual(edits[0]!.source!.lines, [2, 4]);
  deepStrictEqual(edits[0]!.steps[1], { kind: "scale", marks: ["H3K9me3", "H3K36me3"], factor: 0 });
});

Deno.test("what is wrong is said with file, line and column", async () => {
  const faults: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [
      { edit: "delete" },
      /column "edit": it is "delete", expected remove, scale, move, swap, .* \(edits.tsv, line 3\)/,
    ],
    [{ edit: "", mark: "H3K4me3" }, /column "edit": it is empty, expected remove/],
    [
      { edit: "scale", mark: "H3K4me3" },
      /column "factor": it is empty, expected a number such as 2/,
    ],
    [
      { edit: "scale", factor: "-1" },
      /column "factor": it is -1, expected a number from 0 to 1000000/,
    ],
    [{ edit: "scale", factor: "1e7" }, /column "factor": it is 10000000, expected a number from 0/],
    [{ edit: "scale", factor: "two" }, /column "factor": it is "two", expected a number/],
    [{ edit: "scale", factor: "Infinity" }, /column "factor": it is "Infinity", expected a number/],
    [{ edit: "scale", factor: "0x10" }, /column "factor": it is "0x10", expected a number/],
    [
      { edit: "remove", factor: "2" },
      /column "factor": it is "2", but remove does not read it, expected an empty cell/,
    ],
    [
      { edit: "remove", like: "marks" },
      /column "like": it is "marks", but remove does not read it/,
    ],
    [{ edit: "remove", to: "none" }, /column "to": it is "none", expected zero, low/],
    [{ edit: "replace", like: "me" }, /column "like": it is "me", expected expression, marks, any/],
    [
      { edit: "move" },
      /column "shift_bp": it is empty, expected base pairs, or bins in shift_bins/,
    ],
    [
      { edit: "move", shift_bp: "1", shift_bins: "1" },
      /column "shift_bins": the row has shift_bp too/,
    ],
    [{ edit: "move", shift_bins: "1.5" }, /column "shift_bins": it is "1.5", expected an integer/],
    [
      { edit: "move", shift_bins: "1", fill: "x" },
      /column "fill": it is "x", expected edge, zero, wrap/,
    ],
    [{ edit: "swap", mark: "H3K4me3" }, /column "from_gene": it is empty, as from_cell_type is/],
    [{ edit: "swap", from_gene: "*" }, /column "from_gene": it is empty/],
    [
      { edit: "substitute", start_bp: "1" },
      /column "letters": it is empty, expected letters such as ACGT/,
    ],
    [
      { edit: "substitute", letters: "ACX", start_bp: "1" },
      /column "letters": it is "ACX", expected A, C, G, T and N alone/,
    ],
    [
      { edit: "substitute", letters: "A" },
      /column "start_bp": it is empty, expected base pairs, or a base/,
    ],
    [
      { edit: "substitute", letters: "A", start_bp: "1", start_base: "1" },
      /"start_base": the row has start_bp too/,
    ],
    [
      { edit: "substitute", letters: "A", start_bp: "1", mark: "H3K4me3" },
      /column "mark": .* substitute does not read it/,
    ],
    [
      { edit: "remove", start_bp: "1", end_bin: "1" },
      /column "end_bin": the row has a range in bp too/,
    ],
    [{ edit: "remove", mark: "A,,B" }, /column "mark": it is empty, expected a name/],
    [{ edit: "remove", mark: "A,A" }, /column "mark": it names A twice/],
    [{ edit: "remove", gene: "a\u0007b" }, /column "gene": .* has control characters/],
    [{ edit: "remove", id: "x".repeat(300) }, /column "id": .* has 300 characters/],
  ];
  const good = row({ edit: "remove", id: "good" });
  for (const [cells, message] of faults) {
    await rejects(read(`${HEADER}\n${good}\n${row({ id: "bad", ...cells })}`), message);
  }
});

Deno.test("bad headers and rows that contradict each other are refused", async () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["", /it has no rows, expected a header and rows/],
    [HEADER, /it has no rows, expected a header and rows/],
    [
      "gene\tmark\nDPM1\tH3K4me3",
      /its header is "gene mark", expected a column "edit" \(edits.tsv, line 1\)/,
    ],
    [
      "edit\tmarks\nremove\tH3K4me3",
      /its header has "marks", expected columns among id, gene, cell_type/,
    ],
    ["edit\tedit\nremove\tremove", /its header has "edit" twice/],
    [
      "edit\tmark\nremove\tH3K4me3\tx",
      /3 cells, expected 2 as in the header \(edits.tsv, line 2\)/,
    ],
    [
      "id\tgene\tedit\na\tDPM1\tremove\na\tFGR\tremove",
      /edit "a" is of FGR in all cell types, but of DPM1 in all cell types in line 2, expected the same \(edits.tsv, line 3\)/,
    ],
    [
      "id\tcell_type\tedit\na\tE003\tremove\na\t*\tremove",
      /edit "a" is of all genes in all cell types, but of all genes in E003 in line 2/,
    ],
    [
      "id\tedit\n2\tremove\n\tremove",
      /"2" is the id of this row and of line 2, one of which has no id/,
    ],
    [
      "id\tedit\n\tremove\n1\tremove",
      /"1" is the id of this row and of line 2, one of which has no id/,
    ],
  ];
  for (const [text, message] of faults) await rejects(read(text), message);
  await rejects(read(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)), /it is a zip file, as .xlsx are/);
  await rejects(read("edit\tgene\nremove\tD\xff".replace("\xff", "\ufffd")), FormatError);
});

Deno.test("whatever a table holds, it is read or refused with its place", async () => {
  const cell = fc.constantFrom(
    "",
    "*",
    "remove",
    "scale",
    "H3K4me3",
    "1",
    "-1",
    "1e400",
    "a,b",
    '"',
    "low",
  );
  const columns = fc.uniqueArray(fc.constantFrom(...HEADER.split("\t")), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(columns, fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 4 }), async (
      header,
      rows,
    ) => {
      const text = [header, ...rows].map((cells) => cells.join("\t")).join("\n");
      try {
        strictEqual((await read(text)).every(({ steps }) => steps.length > 0), true);
      } catch (error) {
        strictEqual(
          error instanceof FormatError && error.file === "edits.tsv",
          true,
          String(error),
        );
      }
    }),
    { numRuns: 300 },
  );
});
