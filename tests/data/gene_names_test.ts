/** Genes by the names that people use. */

import { deepStrictEqual, match, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { GeneNames } from "../../src/data/gene_names.ts";
import type { GeneDetails } from "../../src/gene_id.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";

function dataOf(genes: readonly string[], geneDetails?: readonly GeneDetails[]): Dataset {
  return new Dataset({
    signal: new Uint8Array(2 * genes.length),
    labels: undefined,
    cellTypes: ["E003"],
    cellTypeIndex: new Uint32Array(genes.length),
    genes,
    geneIndex: Uint32Array.from(genes.keys()),
    bins: 2,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
    ...(geneDetails && { geneDetails }),
  });
}

const IDS = ["ENSG00000000419.14", "ENSG00000000938", "ENST00000373020.9", "ENST00000494424.1"];
const DETAILS: GeneDetails[] = [
  { symbol: "DPM1" },
  { symbol: "FGR" },
  { symbol: "TSPAN6-201", gene: "ENSG00000000003.15" },
  { symbol: "TSPAN6-202", gene: "ENSG00000000003.15" },
];

Deno.test("a gene is found by its id in any version, its digits, its symbol in any case, and a transcript by its gene", () => {
  const names = new GeneNames(dataOf(IDS, DETAILS));
  for (const name of [IDS[0]!, "ENSG00000000419", "ENSG00000000419.2", "419", "DPM1", "dpm1"]) {
    deepStrictEqual(names.find(name), [0], name);
  }
  for (const name of ["ENSG00000000003", "ENSG00000000003.1", "3", "000003"]) {
    deepStrictEqual(names.find(name), [2, 3], name);
  }
  deepStrictEqual(names.find("ENST00000373020.9"), [2]);
  deepStrictEqual(names.find("nothing"), []);
  deepStrictEqual(names.find("constructor"), []);
  deepStrictEqual(names.findAll(["FGR", "3", "DPM1", "fgr"], { action: "explain" }), [1, 2, 3, 0]);
});

Deno.test("symbols that differ in case are kept apart, and one that genes share finds all", () => {
  const names = new GeneNames(
    dataOf(["G1", "G2", "G3"], [{ symbol: "Abc" }, { symbol: "ABC" }, { symbol: "Abc" }]),
  );
  deepStrictEqual(names.find("Abc"), [0, 2]);
  deepStrictEqual(names.find("ABC"), [1]);
  deepStrictEqual(names.find("abc"), [0, 1, 2]);
});

Deno.test("only genes with samples in the view are known", () => {
  const names = new GeneNames(dataOf(IDS, DETAILS).subset([1]));
  deepStrictEqual(names.find("FGR"), [1]);
  deepStrictEqual(names.find("DPM1"), []);
});

Deno.test("a name that is not known is refused with the nearest ones, or with what is expected", () => {
  const refused = (data: Dataset, list: readonly string[], message: RegExp) =>
    throws(
      () =>
        new GeneNames(data).findAll(list, {
          action: "explain",
          where: (index) => ` (line ${index + 1} of genes.txt)`,
          hint: " (--gene-file names an annotation)",
        }),
      (error: Error) => (match(error.message, message), error.name === "ContractError"),
    );
  const data = dataOf(IDS, DETAILS);
  refused(
    data,
    ["FGR", "DPM2"],
    /^Cannot explain gene "DPM2" \(line 2 of genes\.txt\): the data have no gene of that name, did you mean ENSG00000000419\.14 DPM1\?$/,
  );
  refused(data, ["DPM2", "A1", "FGR", "B2"], /DPM1\? They lack 2 more names: A1, B2$/);
  refused(data, ["BRCA1", "TP53"], /14 DPM1\. They lack 1 more name: TP53$/);
  refused(data, ["BRCA1"], /expected an identifier or a symbol, such as ENSG00000000419\.14 DPM1$/);
  refused(
    dataOf(["G1"]),
    ["BRCA1"],
    /expected an identifier, since the data know no symbols \(--gene-file names an annotation\), such as G1$/,
  );
  refused(data, ["\u001b[31m" + "x".repeat(1000)], /gene "\ufffd\[31mx+…"/);
  refused(data, [""], /gene ""/);
});
