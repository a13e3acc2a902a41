/** The figure of a suite: the errors of all entries, regime by regime. */

import { type Figure, plotRegimes, renderFigure } from "../../../src/report/mod.ts";
import { makeDirectory, writeFileAtomic } from "../../../src/files/file.ts";
import type {
  Estimate,
  PredictorScores,
  RegimeEvaluation,
  RegimeScores,
} from "../../../src/validation/mod.ts";
import type { Scope } from "./gene_errors.ts";
import { type EntryScores, type RealEstimate, SCOPES } from "./scores.ts";
import type { SuiteResult } from "./tables.ts";

const CONFIDENCE = 0.95;

/** Plots a suite with intervals over genes. */
export function plotSuite(suite: SuiteResult): Figure {
  return { ...plotRegimes(toEvaluation(suite)), name: `real-${suite.id}` };
}

/** Writes the figure of each suite as SVG and PNG. */
export async function writeFigures(folder: string, suites: readonly SuiteResult[]): Promise<void> {
  await makeDirectory(folder);
  for (const suite of suites) {
    const { name, spec } = plotSuite(suite);
    const { svg, png } = await renderFigure(spec);
    await writeFileAtomic(`${folder}/${name}.svg`, svg);
    await writeFileAtomic(`${folder}/${name}.png`, png);
  }
}

/** A suite in the form that the package's figure takes. */
function toEvaluation(suite: SuiteResult): RegimeEvaluation {
  const scopes = SCOPES.filter((scope) =>
    suite.entries.some(({ mse }) => mse[scope] !== undefined)
  );
  const scores = scopes.map((scope) => toScores(suite, scope));
  const [firstRegime] = scores;
  const mix = scores.find(({ regime }) => regime === "mix");
  return {
    trainingRows: sum(suite.trainingRows),
    testRows: sum(suite.testRows),
    bootstrapSamples: 0,
    resampled: "genes",
    confidence: CONFIDENCE,
    seed: 0,
    regimes: scores.filter(({ regime }) => regime !== "mix"),
    missingRegimes: [],
    // Without a mix there is nothing to show last.
    mix: mix ?? { ...firstRegime!, regime: "mix", models: [], baselines: [] },
  };
}

function toScores({ entries, best, rows, genes }: SuiteResult, scope: Scope): RegimeScores {
  const isBaseline = ({ kind }: EntryScores) => kind === "baseline" || kind === "best of each";
  // The overall mean would stretch the axis, and is the worst by far.
  const described = entries.filter(({ name, mse, dropped }) =>
    mse[scope] !== undefined && dropped === undefined && name !== "overall mean"
  );
  return {
    regime: scope,
    rows: rows[scope],
    cellTypes: 0,
    genes: genes[scope],
    interval: { kind: "interval", cellTypes: null, genes: genes[scope] },
    models: described.filter((entry) => !isBaseline(entry)).map((entry) => ({
      ...toPredictor(entry, scope),
      skill: NOTHING,
    })),
    baselines: described.filter(isBaseline).map((entry) => ({
      ...toPredictor(entry, scope),
      description: "",
      fallbackRows: 0,
    })),
    bestBaseline: scope === "mix" ? null : best[scope] ?? null,
  };
}

const NOTHING: Estimate = { value: null, low: null, high: null };

function toPredictor({ name, reading, mse, pearson }: EntryScores, scope: Scope): PredictorScores {
  return {
    name: reading === "none" ? name : `${name} ${reading} the panel`,
    mse: toEstimate(mse[scope]),
    pearson: { ...NOTHING, value: pearson[scope] ?? null },
    byGene: null,
  };
}

function toEstimate(estimate: RealEstimate | undefined): Estimate {
  return estimate === undefined
    ? NOTHING
    : { value: estimate.value, low: estimate.low, high: estimate.high };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
