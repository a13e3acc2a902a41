import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Dataset } from "../../../src/data/dataset.ts";
import { ContractError } from "../../../src/errors.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { simulateColumns } from "../../../src/simulate/columns.ts";
import { holdsCounts, measureStatistics } from "../../../src/simulate/statistics/measure.ts";
import { packedSignal } from "../../helpers/packed.ts";

/** Two cell types × 3 genes × 4 bins of one mark; the second cell type has twice the counts of the first. */
const FIRST = [[1, 1, 3, 3], [0, 0, 0, 0], [8, 0, 0, 0]];
const COLUMNS: SampleColumns = {
  signal: Uint8Array.from([FIRST, FIRST.map((gene) => gene.map((count) => 2 * count))].flat(2)),
  labels: Float64Array.of(1, 0, 2, 2, 0, 4),
  cellTypes: ["A", "B"],
  cellTypeIndex: Uint32Array.of(0, 0, 0, 1, 1, 1),
  genes: ["ENSG00000000001", "ENSG00000000002", "ENSG00000000003"],
  geneIndex: Uint32Array.of(0, 1, 2, 0, 1, 2),
  bins: 4,
  record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
};

function valuesOf(data: Dataset, of: string, name: string): readonly number[] | undefined {
  return measureStatistics(data).find((found) => found.of === of && found.name === name)?.values;
}

Deno.test("the statistics of a mark are those of its counts, by cell type", () => {
  const data = new Dataset(COLUMNS);
  deepStrictEqual(valuesOf(data, "H3K4me3", "mean count of a bin"), [16 / 12, 32 / 12]);
  deepStrictEqual(valuesOf(data, "H3K4me3", "share of empty bins"), [7 / 12, 7 / 12]);
  // Squared differences of neighbours, halved: (0 + 4 + 0 + 0 + 0 + 0 + 64 + 0 + 0) / 2 / 9, by the mean 16/12.
  const neighbours = valuesOf(data, "H3K4me3", "variance of neighbours by mean")!;
  ok(Math.abs(neighbours[0]! - 68 / 18 / (16 / 12)) < 1e-12);
  ok(Math.abs(neighbours[1]! - 2 * neighbours[0]!) < 1e-12);
  const [r] = valuesOf(data, "H3K4me3", "r of two cell types")!;
  ok(r! > 0.99);
  strictEqual(valuesOf(data, "H3K4me3", "r with the label")!.length, 2);
  strictEqual(valuesOf(data, "H3K4me3", "mean count up to 0.5 kb away"), undefined);
});

Deno.test("a column without a pattern has no autocorrelation, one of pairs of bins has", () => {
  const bins = 200;
  const pairs = Uint8Array.from({ length: 2 * bins }, (_, i) => (Math.floor(i / 2) * 7919) % 13);
  const data = new Dataset({
    ...COLUMNS,
    signal: pairs,
    labels: undefined,
    cellTypes: ["A"],
    cellTypeIndex: Uint32Array.of(0, 0),
    genes: COLUMNS.genes.slice(0, 2),
    geneIndex: Uint32Array.of(0, 1),
    bins,
  });
  ok(valuesOf(data, "H3K4me3", "autocorrelation, lag 1")![0]! > 0.3);
  strictEqual(valuesOf(data, "labels", "mean"), undefined);
  strictEqual(valuesOf(data, "all marks", "ridge regression: r, new genes"), undefined);
});

Deno.test("only genes that all cell types have are measured, in any order of rows", () => {
  const data = new Dataset(COLUMNS);
  const shuffled = data.subset([5, 1, 3, 0, 4, 2]);
  deepStrictEqual(
    valuesOf(shuffled, "labels", "variance"),
    valuesOf(data, "labels", "variance"),
  );
  const without = data.subset([0, 2, 3, 4, 5]);
  deepStrictEqual(valuesOf(without, "labels", "mean"), [(1 + 2 + 2 + 4) / 4]);
  throws(
    () => measureStatistics(data.subset([0, 4])),
    (error) =>
      error instanceof ContractError && /found 0 genes in all cell types/.test(error.message),
  );
});

Deno.test("signal that is not counts has statistics of labels alone", () => {
  const enriched = new Dataset({
    ...COLUMNS,
    signal: Float32Array.from(packedSignal(COLUMNS), (value) => value * 1.5),
  });
  ok(!holdsCounts(enriched));
  ok(measureStatistics(enriched).every(({ of }) => of === "labels"));
  const { train } = simulateColumns({ cellTypes: 2, genes: 10, features: "log1p" });
  ok(holdsCounts(new Dataset(train)));
  ok(measureStatistics(new Dataset(train)).some(({ of }) => of === "H3K4me3"));
});
