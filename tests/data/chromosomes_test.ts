/** Chromosomes of genes: their spellings, their order, and genes whose chromosome is unknown. */

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { chromosomeKey, findChromosomes } from "../../src/data/chromosomes.ts";
import { Dataset, placeGenes, placesByGene } from "../../src/data/mod.ts";
import type { GeneDetails } from "../../src/gene_id.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

/** One cell type, with genes that have the given details. */
function dataWith(geneDetails: readonly GeneDetails[]): Dataset {
  return new Dataset({ ...tableColumns(1, geneDetails.length), geneDetails });
}

Deno.test("spellings of a chromosome have one key, and so have its alternative sequences", () => {
  const same = [
    ["chr8", "8", "Chr8", "CHR8", "chr8_KI270821v1_alt", "chr8_gl000197_random"],
    ["chrX", "X", "x"],
    ["chrM", "MT", "M", "chrMT"],
    ["chr6", "chr6_apd_hap1", "chr6_GL000250v2_alt"],
    ["2L", "chr2L"],
  ];
  for (const names of same) strictEqual(new Set(names.map(chromosomeKey)).size, 1, names.join());
  const different = [
    "chr1",
    "chr10",
    "chrUn_gl000211",
    "chrUn_gl000212",
    "2L",
    "2R",
    "chr",
    "II",
    "NC_000008.11",
    "NC_000009.12",
  ];
  strictEqual(new Set(different.map(chromosomeKey)).size, different.length);
});

Deno.test("chromosomes are in the order of their numbers, under the names that the data have", () => {
  const names = ["chrX", "chr10", "chr2", "chr2_KI270_alt", "chrY", "chr1", "chrUn_gl000211"];
  const { names: found, ofRow } = findChromosomes(
    dataWith(names.map((chromosome) => ({ chromosome }))),
  );
  deepStrictEqual(found, ["chr1", "chr2", "chr10", "chrUn_gl000211", "chrX", "chrY"]);
  deepStrictEqual([...ofRow], [4, 2, 1, 1, 5, 0, 3]);
});

Deno.test("a view has the chromosomes of its own genes, and may lack others'", () => {
  const data = dataWith([{ chromosome: "2" }, {}, { chromosome: "1" }]);
  throws(() => findChromosomes(data), {
    name: "ContractError",
    message:
      /it is unknown for 1 of 3 genes, ENSG00000000002\. Name an annotation, .* --genes \(in the library: placeGenes\)$/,
  });
  const { names, ofRow } = findChromosomes(data.subset([2, 0, 2]));
  deepStrictEqual(names, ["1", "2"]);
  deepStrictEqual([...ofRow], [0, 1, 0]);
  throws(() => findChromosomes(tableDataset(2, 5)), /unknown for 5 of 5 genes, .* and 2 more\./);
});

Deno.test("transcripts are on the chromosome of their gene, even if only one of them is placed", () => {
  const gene = "ENSG00000000009";
  const { names, ofRow } = findChromosomes(
    dataWith([{ gene }, { gene, chromosome: "chr3" }, { chromosome: "chr4" }, {
      gene,
      chromosome: "chr5",
    }]),
  );
  deepStrictEqual(names, ["chr3", "chr4"]);
  deepStrictEqual([...ofRow], [0, 0, 1, 0]);
});

Deno.test("placed genes keep what the data knew, and versions of identifiers do not matter", () => {
  const data = dataWith([
    { symbol: "A", chromosome: "chr1", tss: 7 },
    { symbol: "B", strand: "-" },
    {},
    { gene: "ENSG00000000077" },
  ]);
  const placed = placeGenes(
    data.subset([3, 1, 0]),
    placesByGene([
      ["ENSG00000000001", { chromosome: "chr9", tss: 9 }],
      ["ENSG00000000002.7", { chromosome: "chr2", tss: 2, strand: "+" }],
      ["ENSG00000000077.1", { chromosome: "chr7", tss: 70 }],
    ]),
  );
  deepStrictEqual(placed.columns.geneDetails, [
    { symbol: "A", chromosome: "chr1", tss: 7 },
    { symbol: "B", strand: "+", chromosome: "chr2", tss: 2 },
    {},
    { gene: "ENSG00000000077", chromosome: "chr7" },
  ]);
  deepStrictEqual([...placed.rows], [3, 1, 0]);
  strictEqual(placed.columns.signal, data.columns.signal);
});
