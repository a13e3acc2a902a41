import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { packSequences } from "../../src/base/sequence_packer.ts";
import { attachSequences, countMaskedGenes, Dataset } from "../../src/data/mod.ts";
import { tableColumns } from "../helpers/samples.ts";
import { dnaColumns } from "../helpers/sequences.ts";

const GENOMIC = { orientation: "genomic", unknownAs: "A", source: "seq_data.csv" } as const;

/** A data set of genes with versions, among which is a copy on chromosome Y. */
function dataOf(...genes: string[]): Dataset {
  return new Dataset({ ...tableColumns(2, genes.length), genes });
}

const X = "ENSG00000182378.15";
const DATA = dataOf("ENSG00000000003.14", X, `${X}_PAR_Y`, "b");

Deno.test("genes get their sequences by their whole identifiers, whatever their versions", () => {
  const genes = ["a", "ENSG00000182378", "ENSG00000000003.15_7"];
  const named = { genes, sequences: packSequences(["AAA", "CCC", "GGG"]) };
  const joined = attachSequences(DATA.subset([5, 4, 6, 7]), named, GENOMIC);
  deepStrictEqual([0, 1, 2, 3].map((i) => joined.sequenceOf(i)?.[0]), [1, 2, undefined, undefined]);
  deepStrictEqual(joined.record.sequence, { bases: 3, ...GENOMIC });
  deepStrictEqual(countMaskedGenes(joined), { masked: 2, genes: 4 });
  deepStrictEqual(countMaskedGenes(joined.subset([0, 0])), { masked: 0, genes: 1 });
  strictEqual(joined.columns.signal, DATA.columns.signal);
});

Deno.test("bare numbers are matched as they are spelled, where the data's genes are such", () => {
  const data = dataOf("419", "7157", "ENSG00000000003");
  const names = ["0419", "7157", "3"];
  const genes = ["ENSG00000000419", "ENSG00000007157", "ENSG00000000003"];
  const named = { genes, names, sequences: packSequences(["AAA", "CCC", "GGG"]) };
  const joined = attachSequences(data, named, GENOMIC);
  deepStrictEqual([0, 1, 2].map((i) => joined.sequenceOf(i)?.[0]), [undefined, 1, 2]);
  // Whole identifiers of Ensembl are never taken for numbers.
  strictEqual(attachSequences(data, { ...named, names: genes }, GENOMIC).sequenceOf(1), undefined);
});

Deno.test("sequences that data have already are replaced", () => {
  const data = new Dataset(dnaColumns(1, 2, 30));
  const named = { genes: [data.geneOf(1)], sequences: packSequences(["ACGT"]) };
  const joined = attachSequences(data, named, GENOMIC);
  strictEqual(joined.record.sequence?.bases, 4);
  strictEqual(joined.sequenceOf(0), undefined);
  deepStrictEqual([...joined.sequenceOf(1)!], [0, 1, 2, 3]);
});

Deno.test("sequences of other genes, or of one gene twice, are refused", () => {
  const sequences = packSequences(["AAA", "CCC"]);
  throws(
    () => attachSequences(DATA, { genes: ["p", "q"], sequences }, { ...GENOMIC, name: "x.csv" }),
    /none of the 4 genes of the data, such as "ENSG00000000003.14", is among the 2 of x.csv, such as "p"/,
  );
  const twice = ["ENSG00000000003.1", "ENSG00000000003.2"];
  throws(
    () => attachSequences(DATA, { genes: twice, sequences }, GENOMIC),
    /gene "ENSG0.*\.2" twice/,
  );
});
