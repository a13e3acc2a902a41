/** What two parts of a split share although they should not: each kind planted, and none where nothing is. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/mod.ts";
import type { GeneDetails } from "../../src/gene_id.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { findLeaks, type LeakKind } from "../../src/validation/mod.ts";
import { tableDataset } from "../helpers/samples.ts";

const BINS = 4;

/** Samples of genes with details in cell types; the signal is different in each unless it is given. */
function makeData(
  cellTypes: readonly string[],
  geneDetails: readonly GeneDetails[],
  signalOf: (row: number, i: number) => number = (row, i) => 1 + (row * 31 + i * 7) % 251,
): Dataset {
  const genes = geneDetails.map((_, i) => `ENSG${String(i + 1).padStart(11, "0")}`);
  const count = cellTypes.length * genes.length;
  return new Dataset({
    signal: Float32Array.from(
      { length: count * BINS },
      (_, i) => signalOf(Math.floor(i / BINS), i % BINS),
    ),
    labels: undefined,
    cellTypes,
    cellTypeIndex: Uint32Array.from({ length: count }, (_, row) => Math.floor(row / genes.length)),
    genes,
    geneDetails,
    geneIndex: Uint32Array.from({ length: count }, (_, row) => row % genes.length),
    bins: BINS,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
  });
}

/** The kinds that are found between samples at positions for which a condition holds, and all others. */
function kindsOf(data: Dataset, isTest: (position: number) => boolean): LeakKind[] {
  const train = data.filter((position) => !isTest(position));
  return findLeaks(train, data.filter(isTest)).leaks.map(({ kind }) => kind);
}

Deno.test("genes whose windows overlap are found by their distance, on one chromosome, and on either strand", () => {
  const at = (chromosome: string, tss: number): GeneDetails => ({ chromosome, tss });
  const places = [
    at("chr1", 5000),
    at("1", 5399),
    at("chr1", 5799),
    at("chr2", 5000),
    at("chr1", 90_000),
  ];
  const data = makeData(["E001"], places);
  const { leaks, hasPlaces } = findLeaks(data.subset([0]), data.subset([1, 2, 3, 4]));
  ok(hasPlaces);
  // 4 bins of 100 bp: windows of genes 399 bp apart share one base, those 400 apart none.
  deepStrictEqual(leaks, [{
    kind: "overlapping-windows",
    count: 1,
    of: 4,
    examples: [["ENSG00000000002", "ENSG00000000001"]],
  }]);
  const other = findLeaks(data.subset([1]), data.subset([2]));
  deepStrictEqual(other.leaks, []);
  strictEqual(findLeaks(tableDataset(1, 2), tableDataset(1, 2)).hasPlaces, false);
});

Deno.test("overlaps are those that a comparison of all pairs finds", () => {
  const places = fc.array(
    fc.record({
      chromosome: fc.constantFrom("chr1", "chr2"),
      tss: fc.integer({ min: 500, max: 6000 }),
    }),
    { minLength: 4, maxLength: 24 },
  );
  fc.assert(fc.property(places, (details) => {
    const data = makeData(["E001"], details);
    const isTest = (position: number) => position % 3 === 0;
    const train = details.filter((_, i) => !isTest(i));
    const expected = details.filter((own, i) =>
      isTest(i) && train.some(({ chromosome, tss }) =>
        chromosome === own.chromosome && Math.abs(tss - own.tss) < 400
      )
    ).length;
    const { leaks } = findLeaks(
      data.filter((i) =>
        !isTest(i)
      ),
      data.filter(isTest),
    );
    strictEqual(leaks.find(({ kind }) => kind === "overlapping-windows")?.count ?? 0, expected);
  }));
});

Deno.test("a gene in other cell types is no neighbour of itself, nor are its transcripts", () => {
  const details = [{ gene: "ENSG00000000001", chromosome: "chr1", tss: 5000 }, {
    gene: "ENSG00000000001",
    chromosome: "chr1",
    tss: 5100,
  }];
  const data = makeData(["E001", "E002"], details);
  deepStrictEqual(kindsOf(data, (position) => position >= 2), []);
});

Deno.test("cell types that are copies under another name are found, and windows without signal are not", () => {
  const details = [{}, {}, {}];
  const copied = makeData(["E001", "E002"], details, (row, i) => 1 + (row % 3) * 10 + i);
  deepStrictEqual(kindsOf(copied, (position) => position >= 3), ["copied-samples"]);
  const { leaks } = findLeaks(copied.slice(0, 3), copied.slice(3, 6));
  strictEqual(leaks[0]?.count, 3);
  deepStrictEqual(leaks[0].examples[0], ["ENSG00000000001 in E002", "ENSG00000000001 in E001"]);
  const silent = makeData(["E001", "E002"], details, () => 0);
  deepStrictEqual(kindsOf(silent, (position) => position >= 3), []);
  // Values that differ in their last bit are not copies.
  const near = makeData(["E001", "E002"], details, (row, i) => 1 + i + (row >= 3 ? 2 ** -22 : 0));
  deepStrictEqual(kindsOf(near, (position) => position >= 3), []);
});

Deno.test("a symbol under two identifiers is found, unless it is the same gene", () => {
  const data = makeData(["E001", "E002"], [{ symbol: "A" }, { symbol: "A" }, { symbol: "B" }]);
  deepStrictEqual(kindsOf(data, (position) => position % 3 === 1), ["shared-symbols"]);
  deepStrictEqual(kindsOf(data, (position) => position >= 3), []);
});

Deno.test("names of replicates are found, and numbers of Roadmap's cell types are not", () => {
  const isTest = (data: Dataset) => kindsOf(data, (position) => position >= 1);
  const replicates = [
    ["liver.1", "liver.2"],
    ["liver_rep1", "liver_rep2"],
    ["liver rep 1", "liver Rep 2"],
    ["liver-replicate1", "liver-replicate12"],
    ["K562_biorep1", "K562_biorep2"],
    ["liver", "liver.2"],
  ];
  for (const names of replicates) {
    deepStrictEqual(isTest(makeData(names, [{}])), ["likely-replicates"], names.join());
  }
  for (const names of [["E003", "E004"], ["CD4", "CD8"], ["H1", "H9"], ["liver", "lung"]]) {
    deepStrictEqual(isTest(makeData(names, [{}])), [], names.join());
  }
});

Deno.test("the same sample in both parts is found, spelled with another version too", () => {
  const data = makeData(["E001"], [{}, {}]);
  const { genes, ...columns } = data.columns;
  const versions = new Dataset({ ...columns, genes: genes.map((id) => `${id}.7`) });
  const { leaks } = findLeaks(data.subset([0]), versions);
  deepStrictEqual(leaks.map(({ kind, count }) => [kind, count]), [["shared-samples", 1], [
    "copied-samples",
    1,
  ]]);
});
