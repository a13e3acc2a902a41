import { deepStrictEqual, match } from "node:assert";
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
    "over 50 cell types, for these genes",
    "             MSE                   r  skill  r of a gene",
    "wakawaka     3.437 [3.100, 3.750]  –  0.100  0.25 [-0.05, 0.50] of 1,447",
    "gene mean *  3.437 [3.100, 3.750]  –         –",
    "",
    "[ ] after MSE, r and skill: of 1000 bootstrap samples over cell types. Only cell types are drawn again: what the choice " +
    "of genes adds is not in the ends, which are too narrow for other genes.",
    "* best baseline; skill is 1 − MSE / its MSE.",
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

Deno.test("a range stands in round brackets, and a line says that it is no interval", () => {
  const few = {
    ...scores("newGene", some),
    interval: { kind: "range", cellTypes: 2, genes: null },
  } as const;
  const lines = formatRegimeTable({ ...evaluation, regimes: [few] });
  match(lines[0]!, /; \( \) range over 2 cell types, for these genes$/);
  match(lines[2]!, /^wakawaka {5}3\.437 \(3\.100, 3\.750\) {2}–/);
  match(
    lines.at(-3)!,
    /^\( \) after MSE.* and no interval: it holds the truth less often than one would\. Only cell types/,
  );
  const both = { ...evaluation, regimes: [few, scores("newCellType", some)] };
  match(formatRegimeTable(both).at(-3)!, /^\[ \] and \( \) after MSE/);
});

Deno.test("what was drawn again is said as it is: genes, or both", () => {
  const ofGenes = { kind: "interval", cellTypes: null, genes: 1447 } as const;
  const genes = formatRegimeTable({
    ...evaluation,
    resampled: "genes",
    regimes: [{ ...scores("newGene", some), interval: ofGenes }],
  });
  match(genes[0]!, /over 1,447 genes, for these cell types$/);
  match(genes.at(-3)!, /Only genes are drawn again: what the choice of cell types adds/);
  const ofBoth = { ...ofGenes, cellTypes: 50 };
  const both = formatRegimeTable({
    ...evaluation,
    resampled: "cell-types-and-genes",
    regimes: [{ ...scores("newGene", some), interval: ofBoth }],
  });
  match(both[0]!, /over 50 cell types and 1,447 genes$/);
  match(both.at(-3)!, /over cell types and genes\.$/);
});
