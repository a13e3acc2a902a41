import { deepStrictEqual } from "node:assert";
import {
  type Estimate,
  formatRegimeTable,
  type RegimeEvaluation,
  type RegimeScores,
} from "../../src/validation/mod.ts";

const none: Estimate = { value: null, low: null, high: null };
const some: Estimate = { value: 3.43688, low: 3.1, high: 3.75 };

function scores(regime: RegimeScores["regime"], mse: Estimate): RegimeScores {
  const byGene = regime === "mix"
    ? null
    : { genes: 1447, lowerQuartile: -0.05, median: 0.25, upperQuartile: 0.5 };
  const absent = { genes: 0, lowerQuartile: null, median: null, upperQuartile: null };
  return {
    regime,
    rows: 72_350,
    cellTypes: 50,
    genes: 1447,
    interval: { kind: "interval", cellTypes: 50, genes: null },
    models: [{ name: "wakawaka", mse, pearson: none, skill: { ...none, value: 0.1 }, byGene }],
    baselines: [{
      name: "gene mean",
      mse,
      pearson: none,
      byGene: byGene === null ? null : absent,
      description: "",
      fallbackRows: 0,
    }],
    bestBaseline: "gene mean",
  };
}

const evaluation: RegimeEvaluation = {
  trainingRows: 800_000,
  testRows: 72_350,
  bootstrapSamples: 1000,
  resampled: "cell-types",
  confidence: 0.95,
  seed: 0,
  regimes: [scores("newGene", some)],
  missingRegimes: ["newCellType", "bothNew"],
  mix: scores("mix", none),
};

Deno.test("a table has aligned columns, dashes for missing figures, no mix without figures, and says why there is no forecast", () => {
  deepStrictEqual(formatRegimeTable(evaluation), [
    "New gene in a trained cell type: 72,350 samples, 50 cell types × 1,447 genes; [ ] 95% interval " +
    "over 50 cell types",
    "             MSE                   r  skill  r of a gene",
    "wakawaka     3.437 [3.100, 3.750]  –  0.100  0.25 [-0.05, 0.50] of 1,447",
    "gene mean *  3.437 [3.100, 3.750]  –         –",
    "",
    "[ ] after MSE, r and skill: of 1000 bootstrap samples over cell types. * best baseline; skill is " +
    "1 − MSE / its MSE.",
    "No forecast: the test set has no samples of this kind: trained gene in a new cell type; new " +
    "gene in a new cell type.",
  ]);
});

Deno.test("if a table would be too wide, skill and the genes' correlations are on a second line", () => {
  deepStrictEqual(formatRegimeTable(evaluation, { width: 60 }).slice(1, 6), [
    "             MSE                   r",
    "             skill                 r of a gene",
    "wakawaka     3.437 [3.100, 3.750]  –",
    "             0.100                 0.25 [-0.05, 0.50] of 1,447",
    "gene mean *  3.437 [3.100, 3.750]  –",
  ]);
});
