import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { measureLabels } from "../../../src/simulate/statistics/label_statistics.ts";

/** Labels with planted variances between genes, between cell types and of the rest, `[cellType][gene]`. */
function plant(
  variances: { genes: number; cellTypes: number; rest: number },
  size = { genes: 4000, cellTypes: 30 },
): Float64Array[] {
  const stream = new RandomStream(deriveKey(1, "planted"));
  const draw = (variance: number) => Math.sqrt(variance) * stream.normal();
  const ofGenes = Float64Array.from({ length: size.genes }, () => draw(variances.genes));
  return Array.from({ length: size.cellTypes }, () => {
    const ofCellType = draw(variances.cellTypes);
    return ofGenes.map((own) => 3 + own + ofCellType + draw(variances.rest));
  });
}

function valuesOf(columns: readonly ArrayLike<number>[], name: string): readonly number[] {
  return measureLabels(columns).find((statistic) => statistic.name === name)!.values;
}

Deno.test("planted shares of the variance are found", () => {
  const columns = plant({ genes: 3, cellTypes: 0, rest: 1 });
  ok(Math.abs(valuesOf(columns, "share of variance: genes")[0]! - 0.75) < 0.02);
  ok(valuesOf(columns, "share of variance: cell types")[0]! < 0.001);
  ok(Math.abs(valuesOf(columns, "share of variance: rest")[0]! - 0.25) < 0.02);
  ok(Math.abs(valuesOf(columns, "variance")[0]! - 4) < 0.3);
  ok(Math.abs(valuesOf(columns, "mean")[0]! - 3) < 0.15);
  strictEqual(valuesOf(columns, "r of two cell types").length, 30 * 29 / 2);
  const shifted = plant({ genes: 0, cellTypes: 2, rest: 2 });
  const share = valuesOf(shifted, "share of variance: cell types")[0]!;
  // The variance of 30 drawn cell types has a relative standard error of √(2/29).
  ok(share > 0.3 && share < 0.7, `${share}`);
  ok(valuesOf(shifted, "share of variance: genes")[0]! < 0.01);
});

Deno.test("shares are 0 and 1 at the extremes, never negative", () => {
  const same = [[0, 1, 5, 2], [0, 1, 5, 2], [0, 1, 5, 2]];
  deepStrictEqual(valuesOf(same, "share of variance: genes"), [1]);
  deepStrictEqual(valuesOf(same, "share of variance: rest"), [0]);
  const opposite = [[0, 1, 5, 2], [5, 4, 0, 3]];
  deepStrictEqual(valuesOf(opposite, "share of variance: genes"), [0]);
  deepStrictEqual(valuesOf(opposite, "r of two cell types"), [-1]);
});

Deno.test("zeros and quantiles are counted over all cell types", () => {
  deepStrictEqual(valuesOf([[0, 0], [0, 8]], "share that is 0"), [0.75]);
  deepStrictEqual(valuesOf([[0, 1], [2, 3]], "quantile 50%"), [1.5]);
});

Deno.test("one cell type has no shares, and columns of different lengths are refused", () => {
  ok(measureLabels([[1, 2, 3]]).every(({ name }) => !name.startsWith("share of variance")));
  throws(() => measureLabels([[1, 2, 3], [1, 2]]), TypeError);
});
