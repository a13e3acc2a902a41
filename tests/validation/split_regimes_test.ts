import { deepStrictEqual, notDeepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { classifyRows, splitRegimes } from "../../src/validation/mod.ts";
import { findChromosomes } from "../../src/data/chromosomes.ts";
import type { Dataset } from "../../src/data/mod.ts";
import { placeInTurn } from "../helpers/folds.ts";
import { tableDataset } from "../helpers/samples.ts";

const cases = fc.integer({ min: 2, max: 9 }).chain((cellTypes) =>
  fc.integer({ min: 2, max: 12 }).chain((genes) =>
    fc.record({
      cellTypes: fc.constant(cellTypes),
      genes: fc.constant(genes),
      newCellTypes: fc.integer({ min: 1, max: cellTypes - 1 }),
      newGenes: fc.integer({ min: 1, max: genes - 1 }),
      seed: fc.nat(),
    })
  )
);

Deno.test("a split of a full table has the expected number of rows of each regime, and every row once", () => {
  fc.assert(fc.property(cases, ({ cellTypes, genes, newCellTypes, newGenes, seed }) => {
    const data = tableDataset(cellTypes, genes);
    const split = splitRegimes(data, { newCellTypes, newGenes, seed });
    const rows = [...split.train.rows, ...split.test.rows].sort((a, b) => a - b);
    deepStrictEqual(rows, [...data.rows]);
    const kinds = classifyRows(split.train, split.test);
    const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
    strictEqual(count("newGene"), (cellTypes - newCellTypes) * newGenes);
    strictEqual(count("newCellType"), newCellTypes * (genes - newGenes));
    strictEqual(count("bothNew"), newCellTypes * newGenes);
    strictEqual(count("newGene") + count("newCellType") + count("bothNew"), kinds.length);
  }));
});

Deno.test("held-out genes and cell types are named", () => {
  const { train, test, newGenes, newCellTypes } = splitRegimes(tableDataset(5, 7), {
    newGenes: 2,
    newCellTypes: 1,
  });
  const inTraining = (name: string) =>
    [...train.rows.keys()].some((row) => [train.geneOf(row), train.cellTypeOf(row)].includes(name));
  strictEqual(newGenes.length, 2);
  strictEqual(newCellTypes.length, 1);
  strictEqual([...newGenes, ...newCellTypes].some(inTraining), false);
  strictEqual(test.length, 7 + 4 * 2);
});

Deno.test("by default it holds out the competition's shares, and at least one of each", () => {
  const large = splitRegimes(tableDataset(56, 120));
  strictEqual(large.newCellTypes.length, 6);
  strictEqual(large.newGenes.length, 10);
  const small = splitRegimes(tableDataset(2, 2));
  deepStrictEqual([small.newCellTypes.length, small.newGenes.length], [1, 1]);
});

Deno.test("the choice depends on the seed and the names, not on the order of the samples", () => {
  const data = tableDataset(8, 9);
  const backwards = data.subset([...data.rows].reverse());
  const chosen = ({ newGenes, newCellTypes }: ReturnType<typeof splitRegimes>) => [
    ...newGenes,
    ...newCellTypes,
  ];
  const options = { newGenes: 4, newCellTypes: 4, seed: 3 };
  deepStrictEqual(chosen(splitRegimes(backwards, options)), chosen(splitRegimes(data, options)));
  notDeepStrictEqual(
    chosen(splitRegimes(data, { ...options, seed: 4 })),
    chosen(splitRegimes(data, options)),
  );
});

Deno.test("only genes, or only cell types, can be held out", () => {
  const { test, newCellTypes } = splitRegimes(tableDataset(3, 4), { newGenes: 1, newCellTypes: 0 });
  deepStrictEqual(newCellTypes, []);
  strictEqual(test.length, 3);
});

Deno.test("a split that would leave nothing to train on or to test is refused", () => {
  const data = tableDataset(3, 4);
  throws(() => splitRegimes(data, { newGenes: 4 }), /4 of 4 genes .* expected .* 0 to 3/);
  throws(() => splitRegimes(data, { newCellTypes: 1.5 }), { name: "RangeError" });
  throws(() => splitRegimes(data, { newGenes: 0, newCellTypes: 0 }), /no gene and no cell type/);
  throws(() => splitRegimes(tableDataset(1, 4), { newCellTypes: 1 }), /1 of 1 cell types/);
  throws(() => splitRegimes(tableDataset(4, 1)), /there is 1 gene, which cannot be held out/);
});

Deno.test("a single cell type is held out only on request", () => {
  const { train, test, newGenes, newCellTypes } = splitRegimes(tableDataset(1, 24));
  deepStrictEqual([newGenes.length, newCellTypes.length], [2, 0]);
  deepStrictEqual([train.length, test.length], [22, 2]);
});

Deno.test("genes of whole chromosomes are held out, in the three regimes, and cell types as without them", () => {
  const data = placeInTurn(tableDataset(5, 21));
  const split = splitRegimes(data, { newChromosomes: ["chr3", "7"], newCellTypes: 2, seed: 4 });
  const { newCellTypes } = splitRegimes(data, { newGenes: 2, newCellTypes: 2, seed: 4 });
  deepStrictEqual(split.newCellTypes, newCellTypes);
  const expected = data.columns.genes.filter((_, i) => i % 7 === 2 || i % 7 === 6).toSorted();
  deepStrictEqual(split.newGenes, expected);
  const kinds = classifyRows(split.train, split.test);
  const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
  deepStrictEqual(["newGene", "newCellType", "bothNew"].map(count), [18, 30, 12]);
  const chromosomesOf = (part: Dataset) => new Set(findChromosomes(part).names);
  deepStrictEqual(chromosomesOf(split.train), new Set(["chr1", "chr2", "chr4", "chr5", "chr6"]));
  const bad = (options: Parameters<typeof splitRegimes>[1]) => () => splitRegimes(data, options);
  throws(bad({ newChromosomes: ["chr8"] }), /no gene is on chromosome "chr8"; genes are on chr1, /);
  throws(bad({ newChromosomes: ["1", "2", "3", "4", "5", "6", "7"] }), /every chromosome/);
  throws(bad({ newChromosomes: ["1"], newGenes: 2 }), /found newGenes and newChromosomes/);
  throws(
    bad({ newChromosomes: [], newCellTypes: 0 }),
    /no gene and no cell type is to be held out/,
  );
  throws(
    () => splitRegimes(tableDataset(5, 21), { newChromosomes: ["1"] }),
    /unknown for 21 of 21/,
  );
});
