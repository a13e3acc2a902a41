/** Simulated data are like the real ones. The figures are those of docs/simulator.md, which `simulate --compare` prints. */

import { ok } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { simulate } from "../../src/simulate/simulation.ts";
import { measureLabels } from "../../src/simulate/statistics/label_statistics.ts";
import { measureStatistics } from "../../src/simulate/statistics/measure.ts";
import type { Statistic } from "../../src/simulate/statistics/statistic.ts";

function meanOf(statistics: readonly Statistic[], of: string, name: string): number {
  const found = statistics.find((statistic) => statistic.of === of && statistic.name === name);
  ok(found !== undefined, `${of}: ${name} is not measured`);
  return found.values.reduce((sum, value) => sum + value, 0) / found.values.length;
}

function check(
  statistics: readonly Statistic[],
  wanted: readonly (readonly [of: string, name: string, real: number, tolerance: number])[],
): void {
  for (const [of, name, real, tolerance] of wanted) {
    const found = meanOf(statistics, of, name);
    ok(Math.abs(found - real) <= tolerance, `${of}, ${name}: ${found}, really ${real}`);
  }
}

function labelsOf(expressionTransform: "log2p1" | "signed-log-difference"): Statistic[] {
  const size = { cellTypes: 12, genes: 6000, newCellTypes: 1, newGenes: 0 };
  const rows = [...simulate({ ...size, expressionTransform }).labels("train")];
  const columns = Map.groupBy(rows, ({ cellType }) => cellType).values();
  return measureLabels(Array.from(columns, (own) => own.map(({ label }) => label)));
}

Deno.test("log2(RPKM + 1) is distributed and divided as in GM12878, HMEC, HUVEC and K562", () => {
  check(labelsOf("log2p1"), [
    ["labels", "mean", 2.27, 0.15],
    ["labels", "variance", 4.42, 0.2],
    ["labels", "share that is 0", 0.12, 0.02],
    ["labels", "quantile 25%", 0.07, 0.08],
    ["labels", "quantile 50%", 2.07, 0.2],
    ["labels", "quantile 75%", 3.92, 0.2],
    ["labels", "quantile 99%", 7.27, 0.3],
    ["labels", "share of variance: genes", 0.71, 0.03],
    ["labels", "share of variance: cell types", 0, 0.01],
    ["labels", "r of two cell types", 0.71, 0.03],
  ]);
});

Deno.test("the competition's label is distributed and divided as in its 50 training cell types", () => {
  check(labelsOf("signed-log-difference"), [
    ["labels", "mean", -0.27, 0.15],
    ["labels", "variance", 3.49, 0.2],
    ["labels", "quantile 5%", -3.05, 0.3],
    ["labels", "quantile 50%", -0.28, 0.25],
    ["labels", "quantile 95%", 3.19, 0.25],
    ["labels", "share of variance: genes", 0.19, 0.04],
    ["labels", "share of variance: cell types", 0.01, 0.01],
  ]);
});

Deno.test("marks have the levels, spreads and shapes of real counts, and go with each other and the label as these do", () => {
  const { train } = simulateColumns({
    cellTypes: 10,
    genes: 500,
    newCellTypes: 0,
    newGenes: 1,
    expressionTransform: "log2p1",
  });
  check(measureStatistics(new Dataset(train)), [
    ["H3K27me3", "mean count of a bin", 2.75, 1],
    ["H3K36me3", "mean count of a bin", 1.76, 0.4],
    ["H3K4me1", "mean count of a bin", 3.07, 0.7],
    ["H3K4me3", "mean count of a bin", 8.91, 2.5],
    ["H3K9me3", "mean count of a bin", 1.5, 0.3],
    ["H3K27me3", "share of empty bins", 0.37, 0.07],
    ["H3K36me3", "share of empty bins", 0.37, 0.07],
    ["H3K4me1", "share of empty bins", 0.29, 0.07],
    ["H3K4me3", "share of empty bins", 0.36, 0.08],
    ["H3K9me3", "share of empty bins", 0.34, 0.07],
    ["H3K4me3", "mean count up to 0.5 kb away", 33.4, 9],
    ["H3K4me3", "mean count 1.5 to 5 kb away", 3.04, 0.9],
    ["H3K27me3", "autocorrelation, lag 1", 0.47, 0.1],
    ["H3K36me3", "autocorrelation, lag 1", 0.53, 0.1],
    ["H3K4me1", "autocorrelation, lag 1", 0.64, 0.1],
    ["H3K4me3", "autocorrelation, lag 1", 0.81, 0.1],
    ["H3K9me3", "autocorrelation, lag 1", 0.39, 0.1],
    ["H3K27me3", "r with the label", -0.29, 0.1],
    ["H3K36me3", "r with the label", 0.55, 0.1],
    ["H3K4me1", "r with the label", 0.41, 0.1],
    ["H3K4me3", "r with the label", 0.69, 0.11],
    ["H3K9me3", "r with the label", 0.01, 0.1],
    ["H3K36me3", "r of changes with the label's", 0.46, 0.12],
    ["H3K4me3", "r of changes with the label's", 0.57, 0.12],
    ["pairs of marks", "r of H3K36me3 and H3K4me3", 0.67, 0.1],
    ["pairs of marks", "r of H3K4me1 and H3K4me3", 0.65, 0.14],
    ["pairs of marks", "r of H3K27me3 and H3K4me3", -0.14, 0.25],
    ["all marks", "ridge regression: r, new genes", 0.7, 0.05],
    ["all marks", "ridge regression: r of changes", 0.56, 0.08],
    ["all marks", "ridge regression: r of errors", 0.62, 0.08],
  ]);
});
