import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import {
  ensemblGeneId,
  ensemblGeneNumber,
  formatGene,
  geneKey,
  geneNumber,
  isEnsemblGeneId,
  isPseudoautosomalCopy,
  readEnsemblDigits,
  splitEnsemblGeneId,
} from "../src/gene_id.ts";

Deno.test("spellings of one gene have one key", () => {
  for (
    const id of [
      "ENSG00000000003",
      "ENSG00000000003.15",
      "ENSG00000000003.15_7",
      "ENSG00000000003_7",
    ]
  ) {
    strictEqual(geneKey(id), "ENSG00000000003", id);
  }
  strictEqual(geneKey("ENSDARG00000000001.9"), "ENSDARG00000000001");
  strictEqual(geneKey("ENSG00000182378.15_PAR_Y"), "ENSG00000182378_PAR_Y");
  strictEqual(geneKey("ENSG00000182378.15_6_PAR_Y"), "ENSG00000182378_PAR_Y");
  strictEqual(geneKey("ENSG00000182378.15-PAR-Y"), "ENSG00000182378_PAR_Y");
  for (const id of ["ENSGR0000182378", "ENSGR0000182378.10", "ENSGR0000182378.11"]) {
    strictEqual(geneKey(id), "ENSGR0000182378", id);
  }
});

Deno.test("different names have different keys, whatever digits they share", () => {
  const names = [
    "ENSG00000000419",
    "ENSMUSG00000000419",
    "419",
    "0419",
    "000419",
    "DPM1",
    "dpm1",
    "ENST00000000419",
    "ENSG00000000419_PAR_Y",
    "ENSGR0000000419",
    "ENSG419",
    "LOC419",
    "RP11-34P13.7",
    "RP11-34P13.8",
    "AT1G01010",
    "AT1G01010.1",
    "Y39B6A.48",
  ];
  strictEqual(new Set(names.map(geneKey)).size, names.length);
  strictEqual(new Set(names.map(geneNumber)).size, names.length);
});

Deno.test("human Ensembl ids and their numbers turn into each other, other ids have no number", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 11 - 1 }), (number) => {
    strictEqual(ensemblGeneNumber(ensemblGeneId(number)), number);
    strictEqual(geneNumber(`${ensemblGeneId(number)}.3`), number);
  }));
  for (const id of ["ENSMUSG00000000419", "419", "DPM1", "ENSG419", "ENSG00000000419_PAR_Y", ""]) {
    strictEqual(ensemblGeneNumber(id), undefined, id);
  }
  strictEqual(ensemblGeneId(1234567890123), "1234567890123");
});

Deno.test("bare digits are read as the numbers of Ensembl ids, with or without leading zeros", () => {
  deepStrictEqual(
    [
      "3.000000000000000000e+00",
      "1.000500000000000000e+04",
      "3",
      "000003",
      "00000000003",
      "3.0",
      "3.5",
      "ENSG00000000003.2",
      "TP53",
      "1234567890123456789",
    ].map(readEnsemblDigits),
    [
      "ENSG00000000003",
      "ENSG00000010005",
      "ENSG00000000003",
      "ENSG00000000003",
      "ENSG00000000003",
      "ENSG00000000003",
      "3.5",
      "ENSG00000000003.2",
      "TP53",
      "1234567890123456789",
    ],
  );
});

Deno.test("the numbers of names are integers that float64 holds exactly, and not those of Ensembl ids", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (name) => {
    const number = geneNumber(`x${name}`);
    ok(Number.isSafeInteger(number) && number >= 10 ** 12);
  }));
  strictEqual(geneNumber("TP53"), geneNumber("TP53"));
  notStrictEqual(geneNumber("TP53"), geneNumber("MYC"));
});

Deno.test("copies on chromosome Y are recognised by their ids", () => {
  const copies = ["ENSG00000182378.15_PAR_Y", "ENSGR0000182378.10", "ENSG00000182378_PAR_Y_2"];
  const others = ["ENSG00000182378.15", "SPRY1", "ENSGR", "PAR_Y"];
  deepStrictEqual(copies.map(isPseudoautosomalCopy), [true, true, true]);
  deepStrictEqual(others.map(isPseudoautosomalCopy), [false, false, false, false]);
});

Deno.test("a gene is shown by its id and, where it adds something, its symbol", () => {
  strictEqual(formatGene("ENSG00000000419.14", { symbol: "DPM1" }), "ENSG00000000419.14 DPM1");
  strictEqual(formatGene("DPM1", { symbol: "DPM1" }), "DPM1");
  strictEqual(formatGene("419"), "419");
});

Deno.test("an Ensembl id is separated from text joined to it, and an id alone is not split", () => {
  const ids = [
    "ENSG00000182378",
    "ENSG00000182378.15_PAR_Y_6",
    "ENSMUSG00000000003.2",
    "ENSGR0000182378.10",
  ];
  for (const id of ids) {
    strictEqual(isEnsemblGeneId(id), true, id);
    strictEqual(splitEnsemblGeneId(id), undefined, id);
    for (
      const text of [`${id}_PLCXD1`, `${id}:PLCXD1`, `${id}-PLCXD1`, `PLCXD1 ${id}`, `PLCXD1,${id}`]
    ) {
      strictEqual(isEnsemblGeneId(text), false, text);
      deepStrictEqual(splitEnsemblGeneId(text), { id, other: "PLCXD1" });
    }
  }
  strictEqual(splitEnsemblGeneId("HLA-A_B"), undefined);
  // A number tells copies of one name apart, as scanpy writes them.
  strictEqual(splitEnsemblGeneId("ENSG00000000003-1"), undefined);
  strictEqual(isEnsemblGeneId("ENST00000373020"), false);
});
