/** Folds of whole chromosomes and groups, folds that the labels stratify, and repeated folds. */

import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { competitionGenes, humanGeneChromosome } from "../../src/atlas/mod.ts";
import { Dataset, type Fold, FOLD_SCHEMES, kFold, placeGenes } from "../../src/data/mod.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../../src/data/sample_groups.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { foldAnyhow, placeInTurn } from "../helpers/folds.ts";
import { geneGroupsIn, groupedData, groupsIn } from "../helpers/grouped.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

const DIVIDING_BOTH = ["by-both", "by-chromosome-and-cell-type"];

/** The rows of the sides of folds. */
function rowsOf(folds: readonly Fold[]): number[][] {
  return folds.flatMap(({ training, validation }) => [[...training.rows], [...validation.rows]]);
}

/** The chromosomes of some samples. */
function chromosomesIn(data: Dataset): Set<string | undefined> {
  return new Set(
    Array.from({ length: data.length }, (_, row) => data.geneDetailsOf(row)?.chromosome),
  );
}

/** A table in which genes lie on chromosomes that are given by number, `[gene]`. */
function placedTable(cellTypes: number, chromosomes: readonly number[]): Dataset {
  const columns = tableColumns(cellTypes, chromosomes.length);
  const geneDetails = chromosomes.map((number) => ({ chromosome: `chr${number}` }));
  return new Dataset({ ...columns, geneDetails });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("by-chromosome folds judge every gene once and never train on its chromosome", () => {
  const chromosomes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 6, maxLength: 60 });
  fc.assert(
    fc.property(chromosomes, fc.integer({ min: 2, max: 4 }), fc.nat(), (places, folds, seed) => {
      fc.pre(new Set(places).size >= folds);
      const data = placedTable(2, places);
      const all = kFold(data, { folds, scheme: "by-chromosome", seed });
      for (const { training, validation, leftOut } of all) {
        ok(validation.length > 0);
        ok(chromosomesIn(training).isDisjointFrom(chromosomesIn(validation)));
        strictEqual(leftOut.length, 0);
      }
      const judged = all.flatMap(({ validation }) => [...validation.rows]);
      deepStrictEqual(judged.toSorted((a, b) => a - b), [...data.rows]);
    }),
  );
});

Deno.test("folds of the competition's genes by chromosome differ by less than 3% in size, for every seed", () => {
  const ids = competitionGenes().map(({ number }) => ensemblGeneId(number));
  const columns = { ...tableColumns(1, ids.length), genes: ids };
  const data = placeGenes(new Dataset(columns), (id) => ({ chromosome: humanGeneChromosome(id)! }));
  const seen = new Set<string>();
  for (const folds of [3, 4, 5]) {
    for (let seed = 0; seed < 8; seed++) {
      const all = kFold(data, { folds, scheme: "by-chromosome", seed });
      const sizes = all.map(({ validation }) => validation.length);
      const even = ids.length / folds;
      ok(Math.max(...sizes.map((size) => Math.abs(size / even - 1))) < 0.03, sizes.join(" "));
      seen.add(sizes.join(" "));
    }
  }
  ok(seen.size > 20, "other seeds give other folds");
});

Deno.test("by-chromosome-and-cell-type folds share neither, and leave out what crosses", () => {
  const data = placedTable(6, Array.from({ length: 40 }, (_, gene) => 1 + gene % 11));
  for (
    const { training, validation, leftOut } of foldAnyhow(data, {
      folds: 3,
      scheme: "by-chromosome-and-cell-type",
    })
  ) {
    ok(chromosomesIn(training).isDisjointFrom(chromosomesIn(validation)));
    ok(groupsIn(training).isDisjointFrom(groupsIn(validation)));
    strictEqual(training.length + validation.length + leftOut.length, data.length);
    for (let row = 0; row < leftOut.length; row++) {
      const isNewGene = chromosomesIn(validation).has(leftOut.geneDetailsOf(row)?.chromosome);
      const isNewCellType = groupsIn(validation).has(leftOut.groupOf(row));
      ok(isNewGene !== isNewCellType);
    }
  }
});

Deno.test("left-out samples are those of neither side, and only schemes that divide both have any", () => {
  const data = tableDataset(8, 9);
  for (const scheme of FOLD_SCHEMES) {
    for (const { training, validation, leftOut } of foldAnyhow(data, { folds: 3, scheme })) {
      const rows = [training, validation, leftOut].flatMap((part) => [...part.rows]);
      deepStrictEqual(rows.toSorted((a, b) => a - b), [...data.rows], scheme);
      strictEqual(leftOut.length > 0, DIVIDING_BOTH.includes(scheme), scheme);
    }
  }
});

Deno.test("groups of any samples stay together, joined where replicates or transcripts are shared", () => {
  let split = 0;
  fc.assert(
    fc.property(groupedData, fc.nat(), fc.integer({ min: 2, max: 9 }), (data, seed, count) => {
      const genes = geneGroupIndices(data);
      // Some samples of a gene are in another group than its others.
      const groups = Array.from(
        data.rows,
        (row, i) => `donor ${(genes[i]! + Number(row % 97 === 0)) % count}`,
      );
      let folds: Fold[];
      try {
        folds = kFold(data, { folds: 2, scheme: "by-group", seed, groups });
      } catch (error) {
        ok(/there is only 1 group, expected at least 2/.test(String(error)), String(error));
        return;
      }
      split++;
      const groupOfRow = new Map(Array.from(data.rows, (row, i) => [row, groups[i]!]));
      for (const { training, validation } of folds) {
        const [a, b] = [training, validation].map((side) =>
          new Set(Array.from(side.rows, (row) => groupOfRow.get(row)))
        );
        ok(a!.isDisjointFrom(b!));
        const keys = (side: Dataset) => {
          const [genes, cellTypes] = [geneGroupIndices(side), cellTypeGroupIndices(side)];
          return new Set(Array.from(genes, (gene, row) => `${gene} ${cellTypes[row]}`));
        };
        ok(keys(training).isDisjointFrom(keys(validation)));
      }
    }),
  );
  ok(split > 50, `${split} of 100 could be split`);
});

Deno.test("donors that gave one replicate each of a cell type are one group", () => {
  const columns = {
    ...tableColumns(4, 3),
    cellTypeGroups: ["liver", "liver", "E003", "E004"],
  };
  const data = new Dataset(columns);
  const donors = ["a", "b", "b", "c"];
  const groups = Array.from(data.cellTypeIndices(), (cellType) => donors[cellType]!);
  const folds = kFold(data, { folds: 2, scheme: "by-group", groups });
  const sides = folds.map(({ validation }) => [...new Set(validation.cellTypeIndices())].join())
    .toSorted();
  deepStrictEqual(sides, ["0,1,2", "3"]);
  throws(
    () => kFold(data, { folds: 3, scheme: "by-group", groups }),
    /there are only 2 groups, expected at least 3\. Take 2 folds \(--folds 2\)$/,
  );
});

Deno.test("groups that are folds already are taken as they are", () => {
  const data = tableDataset(6, 10);
  const given = kFold(data, { folds: 4, scheme: "by-gene", seed: 9 });
  const foldOf = new Map(
    given.flatMap(({ validation }, fold) =>
      Array.from(validation.rows, (row) => [row, `fold ${fold}`] as const)
    ),
  );
  const groups = Array.from(data.rows, (row) => foldOf.get(row)!);
  const again = kFold(data, { folds: 4, scheme: "by-group", groups });
  const sides = (folds: readonly Fold[]) =>
    folds.map(({ validation: { rows } }) => rows.join()).toSorted();
  deepStrictEqual(sides(again), sides(given));
});

for (const scheme of FOLD_SCHEMES.filter((name) => name !== "contiguous")) {
  Deno.test(`stratified ${scheme} folds keep what the scheme keeps whole, and their mean labels are closer`, () => {
    const columns = tableColumns(12, 60);
    // Labels of a gene, and of a cell type, that differ widely, with ties at zero.
    const labels = Float64Array.from(columns.geneIndex, (gene, row) => {
      const level = gene % 5 === 0 ? 0 : (gene * 37 % 60) ** 2;
      return level + 300 * (columns.cellTypeIndex[row]! * 5 % 12);
    });
    const data = new Dataset({ ...columns, labels });
    const spread = (stratified: boolean) => {
      let worst = 0;
      for (let seed = 0; seed < 12; seed++) {
        const folds = foldAnyhow(data, { folds: 3, scheme, seed, stratified });
        const means = folds.map(({ validation }) => meanOf(validation.labels()));
        worst += Math.max(...means) - Math.min(...means);
        for (const { training, validation } of folds) {
          ok(new Set(training.rows).isDisjointFrom(new Set(validation.rows)));
          if (scheme !== "shuffled" && scheme !== "by-cell-type" && scheme !== "by-group") {
            ok(geneGroupsIn(training).isDisjointFrom(geneGroupsIn(validation)));
          }
        }
      }
      return worst;
    };
    ok(spread(true) < 0.8 * spread(false), `${spread(true)} of ${spread(false)}`);
  });
}

Deno.test("stratified folds are as even in size as others, for any labels", () => {
  const labels = fc.array(
    fc.oneof(fc.constant(0), fc.double({ noNaN: true, noDefaultInfinity: true })),
    {
      minLength: 8,
      maxLength: 40,
    },
  );
  fc.assert(fc.property(labels, fc.integer({ min: 2, max: 5 }), fc.nat(), (values, folds, seed) => {
    const columns = { ...tableColumns(1, values.length), labels: Float64Array.from(values) };
    const sizes = kFold(new Dataset(columns), { folds, scheme: "by-gene", seed, stratified: true })
      .map(({ validation }) => validation.length);
    ok(Math.max(...sizes) - Math.min(...sizes) <= 1, sizes.join());
  }));
});

Deno.test("repeats begin with the folds that are not repeated, and each divides all samples in another way", () => {
  const data = placeInTurn(tableDataset(8, 21));
  for (
    const scheme of FOLD_SCHEMES.filter((name) => name !== "contiguous" && name !== "by-group")
  ) {
    const once = kFold(data, { folds: 2, scheme, seed: 4 });
    const all = kFold(data, { folds: 2, scheme, seed: 4, repeats: 3 });
    deepStrictEqual(all.map(({ repeat }) => repeat), [1, 1, 2, 2, 3, 3]);
    deepStrictEqual(rowsOf(all.slice(0, 2)), rowsOf(once));
    for (const start of [2, 4]) {
      notDeepStrictEqual(rowsOf(all.slice(start, start + 2)), rowsOf(once), scheme);
      if (DIVIDING_BOTH.includes(scheme)) continue;
      const judged = all.slice(start, start + 2).flatMap(({ validation }) => [...validation.rows]);
      deepStrictEqual(judged.toSorted((a, b) => a - b), [...data.rows]);
    }
    notDeepStrictEqual(rowsOf(all.slice(2, 4)), rowsOf(all.slice(4)), scheme);
  }
});

Deno.test("what a scheme cannot do is refused in words that lead on", () => {
  const data = tableDataset(4, 6);
  const unlabelled = new Dataset({ ...data.columns, labels: undefined });
  const groups = Array.from(data.rows, String);
  const cases = [
    [data, { scheme: "by-chromosome" }, /ContractError: .*unknown for 6 of 6 genes/],
    [data, { scheme: "by-group" }, /TypeError: .*found no groups, .*with --groups$/],
    [data, { scheme: "by-gene", groups }, /TypeError: .*"by-gene": groups were given/],
    [data, { scheme: "by-group", groups: ["a"] }, /TypeError: .*found 1 groups, expected 24/],
    [data, { scheme: "contiguous", repeats: 2 }, /RangeError: .*the same every time/],
    [data, { scheme: "contiguous", stratified: true }, /RangeError: .*follow the order/],
    [unlabelled, { scheme: "by-gene", stratified: true }, /ContractError: .*have no labels/],
    [data, { scheme: "by-gene", repeats: 0 }, /RangeError: .*0 repeats: expected an integer >= 1/],
    [data, { scheme: "by-gene", repeats: 1.5 }, /RangeError: .*1.5 repeats/],
  ] as const;
  for (const [samples, options, message] of cases) {
    throws(() => kFold(samples, { folds: 2, ...options }), (error) => {
      ok(message.test(String(error)), `${error}\n${message}`);
      return true;
    });
  }
});
