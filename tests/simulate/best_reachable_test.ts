import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { pearson } from "../../src/metrics/pearson.ts";
import { meanSquaredError } from "../../src/metrics/mean_squared_error.ts";
import { simulate, type SimulatedRow, type Simulation } from "../../src/simulate/simulation.ts";
import type { SimulationPart } from "../../src/simulate/layout.ts";

const large = simulate({ cellTypes: 20, genes: 5000, newCellTypes: 2, newGenes: 2000 });
const trainRows = [...large.rows("train")];

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** Means over the cell types of a column, by gene: genes are independent of each other, their rows are not. */
function geneMeans(rows: readonly SimulatedRow[], column: (row: SimulatedRow) => number): number[] {
  const byGene = new Map<string, number[]>();
  for (const row of rows) {
    const values = byGene.get(row.gene) ?? [];
    values.push(column(row));
    byGene.set(row.gene, values);
  }
  return [...byGene.values()].map((all) => all.reduce((sum, value) => sum + value, 0) / all.length);
}

function close(found: number, wanted: number, tolerance: number, what: string): void {
  ok(Math.abs(found - wanted) < tolerance, `${what} is ${found}, expected ${wanted}`);
}

Deno.test("label and activity have the requested mean and variance", () => {
  // Four standard errors of independent genes: the rows of one gene share most of their variance.
  const error = (sd: number) => 4 * sd / Math.sqrt(5000);
  const labels = geneMeans(trainRows, (row) => row.label);
  close(labels.reduce((sum, value) => sum + value, 0) / 5000, -0.25, error(Math.sqrt(3.5)), "mean");
  close(variance(trainRows.map((row) => row.label)), 3.5, error(3.5 * Math.SQRT2), "variance");
  close(variance(trainRows.map((row) => row.activity)), 1, error(Math.SQRT2), "activity variance");
});

Deno.test("the label's variance is divided into the requested shares", () => {
  const scale = 4 * 3.5 * Math.SQRT2 / Math.sqrt(5000);
  const visible = trainRows.map((row) => row.fromMarks);
  const hidden = trainRows.map((row) => row.fromMarksAndGene - row.fromMarks);
  const noise = trainRows.map((row) => row.label - row.fromMarksAndGene);
  close(variance(visible), 0.3 * 3.5, scale * 0.3, "visible variance");
  close(variance(hidden), 0.3 * 3.5, scale * 0.3, "hidden variance");
  close(variance(noise), 0.4 * 3.5, scale * 0.4, "noise variance");
  close(pearson(visible, hidden), 0, 4 / Math.sqrt(5000), "correlation of visible and hidden");
  close(pearson(visible, noise), 0, 4 / Math.sqrt(100_000), "correlation of visible and noise");
});

Deno.test("a gene's hidden level is the same in all cell types, its noise is not", () => {
  const [first, second] = [trainRows.slice(0, 5000), trainRows.slice(5000, 10_000)];
  const hidden = (row: SimulatedRow) => row.fromMarksAndGene - row.fromMarks;
  const noise = (row: SimulatedRow) => row.label - row.fromMarksAndGene;
  ok(first.every((row, i) => Math.abs(hidden(row) - hidden(second[i]!)) < 1e-12));
  close(pearson(first.map(noise), second.map(noise)), 0, 4 / Math.sqrt(5000), "noise correlation");
});

Deno.test("activity is more alike in cell types of one lineage", () => {
  const simulation = simulate({ cellTypes: 50, genes: 2000, newCellTypes: 1, newGenes: 0 });
  const activity = new Map<string, number[]>();
  for (const row of simulation.rows("train")) {
    const values = activity.get(row.cellType) ?? [];
    values.push(row.activity);
    activity.set(row.cellType, values);
  }
  const alike = (a: string, b: string) => pearson(activity.get(a)!, activity.get(b)!);
  const blood = ["E037", "E038", "E047", "E050", "E062"];
  const skin = ["E027", "E028", "E057", "E058", "E059"];
  let within = 0;
  let between = 0;
  for (let i = 0; i < blood.length; i++) {
    within += alike(blood[i]!, blood[(i + 1) % blood.length]!);
    between += alike(blood[i]!, skin[i]!);
  }
  ok(within > between, `within ${within / 5}, between ${between / 5}`);
});

Deno.test("the best reachable figures match the shares, on train, eval and every regime", () => {
  const { train, eval: evaluation, evalByRegime } = large.truth().bestReachable;
  strictEqual(train.samples, 100_000);
  strictEqual(evaluation.samples, 20 * 2000 + 2 * 7000);
  strictEqual(evalByRegime.newGeneSeenCellType!.samples, 40_000);
  strictEqual(evalByRegime.seenGeneNewCellType!.samples, 10_000);
  strictEqual(evalByRegime.newGeneNewCellType!.samples, 4000);
  for (const scores of [train, evaluation, ...Object.values(evalByRegime)]) {
    // The smallest regime has 2000 independent genes.
    close(scores.fromMarks.mse, 0.7 * 3.5, 4 * 0.7 * 3.5 * Math.SQRT2 / Math.sqrt(2000), "mse");
    close(scores.fromMarks.pearson, Math.sqrt(0.3), 4 * 0.7 / Math.sqrt(2000), "pearson");
    close(
      scores.fromMarksAndGene.mse,
      0.4 * 3.5,
      4 * 0.4 * 3.5 * Math.SQRT2 / Math.sqrt(2000),
      "mse with the gene known",
    );
    close(
      scores.fromMarksAndGene.pearson,
      Math.sqrt(0.6),
      4 * 0.4 / Math.sqrt(2000),
      "pearson with the gene known",
    );
  }
});

Deno.test("without noise the second oracle is right to the last written decimal", () => {
  const { bestReachable } = simulate({
    cellTypes: 2,
    genes: 200,
    newGenes: 100,
    newCellTypes: 1,
    visibleShare: 0.7,
    hiddenShare: 0.3,
  }).truth();
  ok(bestReachable.eval.fromMarksAndGene.mse < 1e-8);
  ok(bestReachable.eval.fromMarksAndGene.pearson > 1 - 1e-8);
});

Deno.test("regimes without rows have no figures", () => {
  const { bestReachable } = simulate({ cellTypes: 2, genes: 5, newCellTypes: 0, newGenes: 5 })
    .truth();
  deepStrictEqual(Object.keys(bestReachable.evalByRegime), ["newGeneSeenCellType"]);
});

Deno.test("a linear reader of the counts comes close to the first oracle and never beats it", () => {
  const simulation = simulate({ cellTypes: 4, genes: 1200, newCellTypes: 1, newGenes: 1200 });
  const train = readFeatures(simulation, "train");
  const evaluation = readFeatures(simulation, "eval");
  const weights = fitRidge(train.features, train.labels);
  const predictions = evaluation.features.map((features) => dot(features, weights));
  const found = {
    mse: meanSquaredError(evaluation.labels, predictions),
    pearson: pearson(evaluation.labels, predictions),
  };
  const best = simulation.truth().bestReachable.eval.fromMarks;
  ok(found.mse > best.mse, `reader's mse is ${found.mse}, the oracle's ${best.mse}`);
  ok(found.pearson < best.pearson, `reader's r is ${found.pearson}, the oracle's ${best.pearson}`);
  ok(found.mse < 0.85 * 3.5, `reader's mse is ${found.mse}`);
  ok(found.pearson > 0.8 * best.pearson, `reader's r is ${found.pearson}, best ${best.pearson}`);
});

/** log(1 + count) in ten stretches of each mark, and its squares. */
function readFeatures(
  simulation: Simulation,
  part: SimulationPart,
): { features: number[][]; labels: number[] } {
  const features: number[][] = [];
  const labels: number[] = [];
  for (const block of simulation.blocks(part)) {
    block.genes.forEach((_, gene) => {
      const sums = new Float64Array(50);
      for (let bin = 0; bin < 100; bin++) {
        for (let mark = 0; mark < 5; mark++) {
          sums[mark * 10 + Math.floor(bin / 10)]! += block.signal[(gene * 100 + bin) * 5 + mark]!;
        }
      }
      const logs = Array.from(sums, Math.log1p);
      features.push([1, ...logs, ...logs.map((value) => value * value / 5)]);
      labels.push(block.labels[gene]!);
    });
  }
  return { features, labels };
}

/** Solves (XᵀX + I) w = Xᵀy by Gauss–Jordan elimination; the matrix is positive definite. */
function fitRidge(features: number[][], labels: number[]): number[] {
  const width = features[0]!.length;
  const rows = Array.from({ length: width }, (_, i) => {
    const row = new Float64Array(width + 1);
    row[i] = 1;
    return row;
  });
  features.forEach((values, sample) => {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) rows[i]![j]! += values[i]! * values[j]!;
      rows[i]![width]! += values[i]! * labels[sample]!;
    }
  });
  for (let pivot = 0; pivot < width; pivot++) {
    for (let i = 0; i < width; i++) {
      if (i === pivot) continue;
      const factor = rows[i]![pivot]! / rows[pivot]![pivot]!;
      for (let j = pivot; j <= width; j++) rows[i]![j]! -= factor * rows[pivot]![j]!;
    }
  }
  return rows.map((row, i) => row[width]! / row[i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
