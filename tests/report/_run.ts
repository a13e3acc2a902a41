/** A run with every part that a report can have, small. */

import type { EpochPoint, ReportInput } from "../../src/report/mod.ts";
import type { PredictorScores, RegimeScores } from "../../src/validation/mod.ts";

/** A name that would run a script, and break an attribute, in a page that did not escape it. */
export const HOSTILE = `<script>alert("1")</script>' onload="x" & $& url(#a)`;

const agreement = { samples: 40, mse: 3.25, pearson: 0.4, spearman: 0.38, r2: 0.15 };

/** An input; `name` stands wherever an input has a name. */
export function wholeRun(name = "E003"): ReportInput {
  const measured = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i) * 4);
  return {
    run: name,
    summary: name,
    onCompetitionData: true,
    configuration: { preset: name, dataRecord: { marks: [name, "H3K4me3"] }, threads: null },
    history: makeHistory(3.26),
    folds: [1, 2, 3, 4].map((fold) => ({ fold, history: makeHistory(3 + fold / 10) })),
    evaluation: {
      samplesName: name,
      overall: agreement,
      byCellType: [
        { ...agreement, cellType: name, mse: 3.5 },
        { ...agreement, cellType: "E004", mse: 3.125, pearson: null },
        { ...agreement, cellType: "E005", mse: null },
      ],
      pairs: { measured, predicted: measured.map((value) => value / 4 + 0.5) },
    },
    regimes: {
      trainingRows: 100,
      testRows: 40,
      bootstrapSamples: 1000,
      confidence: 0.95,
      seed: 0,
      resampled: "cell-types",
      regimes: [regimeScores("newGene", name), regimeScores("bothNew", name)],
      missingRegimes: ["newCellType"],
      mix: { ...regimeScores("mix", name), models: [], baselines: [] },
    },
    experiments: [
      makeExperiment("experiment1", 3.5, 3.75),
      makeExperiment("experiment8", 3, 3.5),
      makeExperiment(name, 3.25, null),
      makeExperiment("deepchrome", null, null),
    ],
  };
}

/** Two epochs that start at a loss. */
export function makeHistory(loss: number): EpochPoint[] {
  return [0, 1].map((i) => ({
    epoch: i + 1,
    loss: loss - i / 8,
    validationLoss: loss + 0.25 - i / 8,
    learningRate: 0.001,
    samplesPerSecond: 20_000 + i,
  }));
}

function makeExperiment(name: string, trainMse: number | null, testMse: number | null) {
  return { name, parameters: 28_221, trainMse, testMse, pearson: 0.4, seconds: 65 };
}

function regimeScores(regime: RegimeScores["regime"], name: string): RegimeScores {
  const scores = (name: string, mse: number): PredictorScores => ({
    name,
    mse: { value: mse, low: mse - 0.25, high: mse + 0.5 },
    pearson: { value: null, low: null, high: null },
    byGene: null,
  });
  const skill = { value: 0.125, low: null, high: null };
  return {
    regime,
    rows: 20,
    cellTypes: 2,
    genes: 10,
    bestBaseline: "ridge",
    interval: { kind: "range", cellTypes: 2, genes: null },
    models: [{ ...scores(name, 2.5), skill }],
    baselines: [
      { ...scores("overall mean", 3.5), description: "", fallbackRows: 0 },
      { ...scores("ridge", 3), description: "", fallbackRows: 0 },
    ],
  };
}
