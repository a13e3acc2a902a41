import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { Dataset, type Fold, kFold } from "../../src/data/mod.ts";
import { classifyRows, splitRegimes } from "../../src/validation/mod.ts";
import { fingerprintDataset } from "../../src/training/fingerprint.ts";
import { geneGroupIndices } from "../../src/data/sample_groups.ts";
import { geneGroupKey } from "../../src/gene_id.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

/** A full table whose genes are transcripts of fewer genes, the gene of each by its place in `genesOf`. */
function transcriptDataset(cellTypes: number, genesOf: readonly number[]): Dataset {
  const columns = tableColumns(cellTypes, genesOf.length);
  return new Dataset({
    ...columns,
    genes: genesOf.map((_, i) => `ENST${String(i + 1).padStart(11, "0")}.1`),
    geneDetails: genesOf.map((gene, i) => ({
      gene: `ENSG${String(gene + 1).padStart(11, "0")}.${i + 1}`,
    })),
  });
}

const tables = fc.record({
  cellTypes: fc.integer({ min: 4, max: 6 }),
  // Every gene from 0 to 5 has at least one transcript.
  genesOf: fc.array(fc.nat(5), { maxLength: 12 }).chain((more) =>
    fc.shuffledSubarray([0, 1, 2, 3, 4, 5, ...more], { minLength: 6 + more.length })
  ),
  folds: fc.integer({ min: 2, max: 4 }),
  seed: fc.nat(),
});

function genesIn(data: Dataset): Set<string> {
  return new Set(
    Array.from(
      data.rows,
      (_, row) => geneGroupKey(data.geneOf(row), data.geneDetailsOf(row)),
    ),
  );
}

function expectDisjoint({ training, validation }: Fold): void {
  ok(training.length > 0 && validation.length > 0);
  ok(genesIn(training).isDisjointFrom(genesIn(validation)));
}

Deno.test("no fold by gene separates the transcripts of a gene, whatever the versions of its id", () => {
  fc.assert(fc.property(tables, ({ cellTypes, genesOf, folds, seed }) => {
    const data = transcriptDataset(cellTypes, genesOf);
    for (const scheme of ["by-gene", "by-both"] as const) {
      const parts = kFold(data, { folds, scheme, seed });
      parts.forEach(expectDisjoint);
      if (scheme === "by-both") continue;
      const judged = parts.flatMap(({ validation }) => [...validation.rows]);
      deepStrictEqual(judged.sort((a, b) => a - b), [...data.rows]);
    }
  }));
});

Deno.test("regimes hold out whole genes, and a transcript of a trained gene is not a new gene", () => {
  fc.assert(fc.property(tables, ({ cellTypes, genesOf, seed }) => {
    const data = transcriptDataset(cellTypes, genesOf);
    const { train, test, newGenes } = splitRegimes(data, { newGenes: 2, newCellTypes: 1, seed });
    const held = new Set(newGenes);
    strictEqual(held.size, 2);
    ok(genesIn(train).isDisjointFrom(held));
    const kinds = classifyRows(train, test);
    for (const [row, kind] of kinds.entries()) {
      const gene = geneGroupKey(test.geneOf(row), test.geneDetailsOf(row));
      strictEqual(kind === "newGene" || kind === "bothNew", held.has(gene));
    }
  }));
});

Deno.test("transcripts of one gene share a place, and genes keep their own", () => {
  const data = transcriptDataset(1, [3, 0, 3, 1, 0]);
  deepStrictEqual([...geneGroupIndices(data)], [0, 1, 0, 2, 1]);
  deepStrictEqual([...geneGroupIndices(data.subset([4, 2]))], [1, 0]);
  const genes = tableDataset(2, 3);
  deepStrictEqual([...geneGroupIndices(genes)], [...genes.geneIndices()]);
});

Deno.test("a sample of the gene as a whole belongs to the group of its transcripts", () => {
  const columns = tableColumns(1, 3);
  const data = new Dataset({
    ...columns,
    genes: ["ENSG00000000003.15", "ENST00000000001.2", "ENSG00000000005"],
    geneDetails: [{}, { gene: "ENSG00000000003.14" }, {}],
  });
  deepStrictEqual([...geneGroupIndices(data)], [0, 0, 1]);
});

Deno.test("the fingerprint notices other genes of the same transcripts, and data of genes keep theirs", async () => {
  const [one, other] = [[0, 0, 1], [0, 1, 1]].map((genes) => transcriptDataset(2, genes));
  const print = (data: Dataset) => fingerprintDataset(data);
  ok(await print(one!) !== await print(other!));
  const plain = tableColumns(2, 3);
  const detailed = { ...plain, geneDetails: plain.genes.map(() => ({ symbol: "X" })) };
  strictEqual(await print(new Dataset(plain)), await print(new Dataset(detailed)));
});
