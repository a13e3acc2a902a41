import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import {
  type Dataset,
  type Fold,
  FOLD_SCHEMES,
  type FoldScheme,
  kFold,
} from "../../src/data/mod.ts";
import { foldAnyhow } from "../helpers/folds.ts";
import { tableDataset } from "../helpers/samples.ts";

const tables = fc.record({
  cellTypes: fc.integer({ min: 6, max: 12 }),
  genes: fc.integer({ min: 6, max: 14 }),
  folds: fc.integer({ min: 2, max: 6 }),
  seed: fc.nat(),
});

function rowsOf(folds: readonly Fold[]): number[][] {
  return folds.flatMap(({ training, validation }) => [[...training.rows], [...validation.rows]]);
}

function genesOf(data: Dataset): Set<number> {
  return new Set(data.geneIndices());
}

/** Whether a scheme divides genes and cell types. */
function dividesBoth(scheme: FoldScheme): boolean {
  return scheme === "by-both" || scheme === "by-chromosome-and-cell-type";
}

function cellTypesOf(data: Dataset): Set<number> {
  return new Set(data.cellTypeIndices());
}

for (const scheme of FOLD_SCHEMES) {
  Deno.test(`${scheme} folds never share a sample between the sides, and keep their order`, () => {
    fc.assert(fc.property(tables, ({ cellTypes, genes, folds, seed }) => {
      const data = tableDataset(cellTypes, genes);
      const all = foldAnyhow(data, { folds, scheme, seed });
      strictEqual(all.length, folds);
      for (const { training, validation } of all) {
        ok(new Set(training.rows).isDisjointFrom(new Set(validation.rows)));
        for (const side of [training, validation]) {
          ok(side.length > 0);
          deepStrictEqual(side.rows, side.rows.toSorted());
        }
      }
    }));
  });

  Deno.test(`${scheme} folds are the same for the same seed`, () => {
    const data = tableDataset(8, 9);
    const rows = (seed?: number) => rowsOf(foldAnyhow(data, { folds: 4, scheme, seed }));
    deepStrictEqual(rows(5), rows(5));
    deepStrictEqual(rows(), rows(0));
    if (scheme === "contiguous") deepStrictEqual(rows(5), rows(6));
    else notDeepStrictEqual(rows(5), rows(6));
  });
}

for (const scheme of FOLD_SCHEMES.filter((name) => !dividesBoth(name))) {
  Deno.test(`${scheme} folds judge every sample once, the last cell type too, and train on the rest`, () => {
    fc.assert(fc.property(tables, ({ cellTypes, genes, folds, seed }) => {
      const data = tableDataset(cellTypes, genes);
      const all = foldAnyhow(data, { folds, scheme, seed });
      const judged = all.flatMap(({ validation }) => [...validation.rows]).sort((a, b) => a - b);
      deepStrictEqual(judged, [...data.rows]);
      for (const { training, validation } of all) {
        strictEqual(training.length + validation.length, data.length);
      }
      const last = cellTypes - 1;
      ok(all.some(({ training }) => cellTypesOf(training).has(last)));
      ok(all.some(({ validation }) => cellTypesOf(validation).has(last)));
    }));
  });
}

Deno.test("contiguous fold i of k is exactly positions floor(i n / k) to floor((i + 1) n / k)", () => {
  const data = tableDataset(50, 7);
  for (const folds of [2, 3, 4, 7]) {
    const ranges = kFold(data, { folds, scheme: "contiguous" }).map(({ validation }) => {
      return [validation.rows[0], validation.rows[validation.length - 1]! + 1];
    });
    const n = data.length;
    const expected = Array.from({ length: folds }, (_, i) => {
      return [Math.floor(i * n / folds), Math.floor((i + 1) * n / folds)];
    });
    deepStrictEqual(ranges, expected);
  }
});

Deno.test("the report's contiguous folds hold 12.5 cell types and leave every gene on both sides", () => {
  const data = tableDataset(50, 8);
  for (const { training, validation } of kFold(data, { folds: 4, scheme: "contiguous" })) {
    strictEqual(validation.length, 12.5 * 8);
    deepStrictEqual(genesOf(training), genesOf(validation));
  }
});

Deno.test("by-gene folds leave no gene on both sides, and their groups differ by one gene at most", () => {
  fc.assert(fc.property(tables, ({ cellTypes, genes, folds, seed }) => {
    const sizes = kFold(tableDataset(cellTypes, genes), { folds, scheme: "by-gene", seed })
      .map(({ training, validation }) => {
        ok(genesOf(training).isDisjointFrom(genesOf(validation)));
        strictEqual(cellTypesOf(validation).size, cellTypes);
        return genesOf(validation).size;
      });
    ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
  }));
});

Deno.test("by-cell-type folds leave no cell type on both sides, and differ by one at most", () => {
  fc.assert(fc.property(tables, ({ cellTypes, genes, folds, seed }) => {
    const sizes = kFold(tableDataset(cellTypes, genes), { folds, scheme: "by-cell-type", seed })
      .map(({ training, validation }) => {
        ok(cellTypesOf(training).isDisjointFrom(cellTypesOf(validation)));
        strictEqual(genesOf(validation).size, genes);
        return cellTypesOf(validation).size;
      });
    ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
  }));
});

Deno.test("by-both folds share neither gene nor cell type, and leave out only crossing samples", () => {
  fc.assert(fc.property(tables, ({ cellTypes, genes, folds, seed }) => {
    const data = tableDataset(cellTypes, genes);
    const judgedGenes: number[] = [];
    const judgedCellTypes: number[] = [];
    for (const { training, validation } of kFold(data, { folds, scheme: "by-both", seed })) {
      const heldGenes = genesOf(validation);
      const heldCellTypes = cellTypesOf(validation);
      ok(genesOf(training).isDisjointFrom(heldGenes));
      ok(cellTypesOf(training).isDisjointFrom(heldCellTypes));
      strictEqual(validation.length, heldGenes.size * heldCellTypes.size);
      strictEqual(training.length, (genes - heldGenes.size) * (cellTypes - heldCellTypes.size));
      judgedGenes.push(...heldGenes);
      judgedCellTypes.push(...heldCellTypes);
    }
    strictEqual(new Set(judgedGenes).size, genes);
    strictEqual(judgedGenes.length, genes);
    strictEqual(new Set(judgedCellTypes).size, cellTypes);
    strictEqual(judgedCellTypes.length, cellTypes);
  }));
});

Deno.test("folds of a subset know only its own samples", () => {
  const whole = tableDataset(4, 6);
  const data = whole.filter((position) => whole.geneOf(position) > "ENSG00000000003");
  for (const scheme of FOLD_SCHEMES) {
    for (const { training, validation } of foldAnyhow(data, { folds: 3, scheme })) {
      for (const row of [...training.rows, ...validation.rows]) ok(data.rows.includes(row));
    }
  }
  throws(() => kFold(data, { folds: 4, scheme: "by-gene" }), /only 3 genes/);
});

Deno.test("too few or too many folds, and an unknown scheme, are refused", () => {
  const data = tableDataset(2, 3);
  for (const folds of [1, 0, -2, 2.5, NaN]) {
    throws(() => kFold(data, { folds, scheme: "contiguous" }), {
      name: "RangeError",
      message: /expected an integer >= 2/,
    });
  }
  for (const many of [{ folds: 1e9, repeats: 1 }, { folds: 2, repeats: 1e7 }]) {
    throws(() => kFold(data, { ...many, scheme: "by-gene" }), {
      name: "RangeError",
      message: /expected an integer >= \d and <= \d+$/,
    });
  }
  const limits = {
    "contiguous": [7, /only 6 samples/],
    "shuffled": [7, /only 6 samples/],
    "by-gene": [4, /only 3 genes, expected at least 4\. Take 3 folds \(--folds 3\)$/],
    "by-cell-type": [3, /only 2 cell types/],
    "by-both": [3, /only 2 cell types/],
    "by-chromosome": [4, /only 3 chromosomes, expected at least 4\. Take 3 folds/],
    "by-chromosome-and-cell-type": [3, /only 2 cell types/],
    "by-group": [3, /only 2 groups/],
  } as const;
  for (const scheme of FOLD_SCHEMES) {
    const [folds, message] = limits[scheme];
    throws(() => foldAnyhow(data, { folds, scheme }), { name: "RangeError", message });
  }
  throws(
    () => kFold(tableDataset(1, 3), { folds: 2, scheme: "by-both" }),
    /there is only 1 cell type, expected at least 2\. Split the data by gene \(--scheme by-gene\)$/,
  );
  throws(() => kFold(data, { folds: 2, scheme: "random" as "shuffled" }), /by "random"/);
});

Deno.test("by-both folds without samples on a side are refused", () => {
  const whole = tableDataset(2, 2);
  const diagonal = whole.subset([0]);
  throws(() => kFold(diagonal, { folds: 2, scheme: "by-both" }), RangeError);
  const corner = whole.subset([0, 1, 2]);
  throws(() => kFold(corner, { folds: 2, scheme: "by-both" }), {
    name: "RangeError",
    message: /samples to train on and .* to judge by, expected some of each/,
  });
});

Deno.test("misspelt options of folds are refused, those of other functions are not", () => {
  const data = tableDataset(3, 6);
  const given = { folds: 3, scheme: "by-gene" } as const;
  const refuse = (options: object | undefined, message: RegExp) =>
    throws(() => kFold(data, options as never), { name: "TypeError", message });
  refuse(undefined, /^Cannot split data: options are missing, expected an object with folds and/);
  refuse({ ...given, sead: 3 }, /^Cannot split data: found option "sead", did you mean seed\?$/);
  refuse({ ...given, stratify: true }, /"stratify", did you mean stratified\?$/);
  const more = { ...given, epochs: 3, stratify: undefined };
  deepStrictEqual(rowsOf(kFold(data, more)), rowsOf(kFold(data, given)));
});
