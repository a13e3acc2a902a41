import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { meanSquaredError } from "../../src/metrics/mean_squared_error.ts";
import { pearson } from "../../src/metrics/pearson.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { SIMULATED_EXPRESSIONS } from "../../src/simulate/options.ts";
import { simulate, type SimulatedRow } from "../../src/simulate/simulation.ts";
import { makeRidge } from "../../src/validation/baselines/ridge.ts";

const SIZE = { cellTypes: 20, genes: 4000, newCellTypes: 2, newGenes: 1000 };

const SIMULATIONS = SIMULATED_EXPRESSIONS.map((expressionTransform) => {
  const simulation = simulate({ ...SIZE, expressionTransform });
  return { expressionTransform, simulation, rows: [...simulation.rows("train")] };
});

/**
 * How many standard errors the mean of a column is from 0. Genes are independent of each other, their rows are not, so
 * the sums of genes are what is counted.
 */
function scoreOfMean(rows: readonly SimulatedRow[], column: (row: SimulatedRow) => number): number {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row.gene, (sums.get(row.gene) ?? 0) + column(row));
  const values = [...sums.values()];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean / Math.sqrt(squares / (values.length - 1) / values.length);
}

Deno.test("activity has the mean 0 and the variance 1, and labels do not depend on what they are made into", () => {
  const [first, second] = SIMULATIONS;
  ok(Math.abs(scoreOfMean(first!.rows, (row) => row.activity)) < 4);
  ok(Math.abs(scoreOfMean(first!.rows, (row) => row.activity ** 2 - 1)) < 4);
  strictEqual(first!.expressionTransform, "signed-log-difference");
  for (const [i, row] of second!.rows.entries()) {
    if (i % 97 !== 0) continue;
    strictEqual(row.rpkm, first!.rows[i]!.rpkm);
    ok(Math.abs(row.label - Math.log2(1 + row.rpkm)) < 5.1e-5, `${row.rpkm} gives ${row.label}`);
  }
});

Deno.test("each oracle predicts the mean of the labels wherever it predicts the same", () => {
  for (const { expressionTransform, rows } of SIMULATIONS) {
    for (const oracle of ["fromMarks", "fromMarksAndGene"] as const) {
      const sorted = rows.toSorted((a, b) => a[oracle] - b[oracle]);
      const tenth = sorted.length / 10;
      for (let i = 0; i < 10; i++) {
        const part = sorted.slice(i * tenth, (i + 1) * tenth);
        const score = scoreOfMean(part, (row) => row.label - row[oracle]);
        // One of 40 such scores is beyond 4 once in 400 times.
        ok(Math.abs(score) < 4, `${expressionTransform}, ${oracle}, tenth ${i}: ${score}`);
      }
    }
  }
});

Deno.test("who knows more has a smaller error, on train, eval and every regime", () => {
  for (const { expressionTransform, simulation } of SIMULATIONS) {
    const { train, eval: evaluation, evalByRegime } = simulation.truth().bestReachable;
    strictEqual(train.samples, 80_000);
    strictEqual(evaluation.samples, 20 * 1000 + 2 * 5000);
    deepStrictEqual(
      Object.values(evalByRegime).map(({ samples }) => samples),
      [20_000, 8000, 2000],
    );
    for (const scores of [train, evaluation, ...Object.values(evalByRegime)]) {
      const { fromMarks, fromMarksAndGene } = scores;
      const text = `${expressionTransform}: ${JSON.stringify(scores)}`;
      ok(fromMarksAndGene.mse < 0.75 * fromMarks.mse, text);
      ok(fromMarksAndGene.pearson > fromMarks.pearson + 0.1, text);
    }
  }
});

Deno.test("the marks tell more where they have a larger share, and the gene where it has", () => {
  const scoresOf = (shares: { visibleShare: number; hiddenShare: number }) => {
    const size = { cellTypes: 4, genes: 2000, newGenes: 1, newCellTypes: 0 };
    return simulate({ ...size, expressionTransform: "log2p1", ...shares }).truth().bestReachable
      .train;
  };
  const blind = scoresOf({ visibleShare: 0, hiddenShare: 0.5 });
  ok(Math.abs(blind.fromMarks.pearson) < 0.1 || Number.isNaN(blind.fromMarks.pearson));
  const [less, more] = [0.3, 0.8].map((visibleShare) =>
    scoresOf({ visibleShare, hiddenShare: 0.1 })
  );
  ok(more!.fromMarks.mse < 0.5 * less!.fromMarks.mse);
  const hidden = scoresOf({ visibleShare: 0.3, hiddenShare: 0.6 });
  ok(hidden.fromMarksAndGene.mse < 0.5 * less!.fromMarksAndGene.mse);
});

Deno.test("without noise the second oracle is right to the last written decimal", () => {
  for (const expressionTransform of SIMULATED_EXPRESSIONS) {
    const { bestReachable } = simulate({
      cellTypes: 2,
      genes: 200,
      newGenes: 100,
      newCellTypes: 1,
      visibleShare: 0.7,
      hiddenShare: 0.3,
      expressionTransform,
    }).truth();
    ok(bestReachable.eval.fromMarksAndGene.mse < 1e-8);
    ok(bestReachable.eval.fromMarksAndGene.pearson > 1 - 1e-8);
  }
});

Deno.test("regimes without rows have no figures", () => {
  const { bestReachable } = simulate({ cellTypes: 2, genes: 5, newCellTypes: 0, newGenes: 5 })
    .truth();
  deepStrictEqual(Object.keys(bestReachable.evalByRegime), ["newGeneSeenCellType"]);
});

Deno.test("ridge regression on the counts comes close to the first oracle and never beats it", () => {
  const size = { cellTypes: 4, genes: 1200, newCellTypes: 1, newGenes: 1200 };
  for (const expressionTransform of SIMULATED_EXPRESSIONS) {
    const { train, eval: evaluation } = simulateColumns({ ...size, expressionTransform });
    const { values } = makeRidge().fit(new Dataset(train)).predict(new Dataset(evaluation));
    const found = {
      mse: meanSquaredError(evaluation.labels!, values),
      pearson: pearson(evaluation.labels!, values),
    };
    const best = simulate({ ...size, expressionTransform }).truth().bestReachable.eval.fromMarks;
    const text = `${expressionTransform}: ridge ${JSON.stringify(found)}, oracle ${
      JSON.stringify(best)
    }`;
    ok(found.mse > best.mse, text);
    ok(found.pearson < best.pearson, text);
    ok(found.pearson > 0.4 * best.pearson, text);
  }
});
