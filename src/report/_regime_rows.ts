/** Turns evaluations by regime into rows, for the figure and the table. */

import {
  describeInterval,
  type Estimate,
  type RegimeEvaluation,
  type RegimeScores,
} from "../validation/mod.ts";
import { describeRedrawn } from "../validation/interval_basis.ts";
import { formatCount } from "./_format.ts";

/** What is new about the samples of each regime, in words. */
export const REGIME_TITLES: Readonly<Record<RegimeScores["regime"], string>> = {
  newGene: "New gene, trained cell type",
  newCellType: "Trained gene, new cell type",
  bothNew: "New gene, new cell type",
  bothSeen: "Trained gene, trained cell type, new pair",
  mix: "The competition’s mix",
};

const RESAMPLED: Readonly<Record<RegimeEvaluation["resampled"], string>> = {
  "cell-types": "cell types",
  "cell-types-and-genes": "cell types and genes",
  "genes": "genes",
};

/** One predictor in one regime. */
export interface RegimeRow {
  readonly predictor: string;
  readonly isBaseline: boolean;
  /** Whether it is the baseline against which skill is measured. */
  readonly isBestBaseline: boolean;
  readonly mse: number;
  /** Ends of the interval of `mse`, if there is one. */
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly pearson: number | null;
  /** Median over genes of the correlation across cell types. */
  readonly byGene: number | null;
  /** Skill, which only models have. */
  readonly skill: number | null;
}

/** The predictors of one regime. */
export interface RegimeGroup {
  readonly title: string;
  readonly rows: readonly RegimeRow[];
}

/** Lists the regimes that have figures; the mix is the last. */
export function regimeGroups({ regimes, mix, confidence }: RegimeEvaluation): RegimeGroup[] {
  return [...regimes, mix].map((scores) => ({
    title: `${REGIME_TITLES[scores.regime]} (${formatCount(scores.rows)} samples; ${
      describeInterval(scores.interval, confidence)
    })`,
    rows: rowsOf(scores),
  })).filter(({ rows }) => rows.length > 0);
}

/** Describes the bars of a figure in a few words: with few groups they are ranges and not intervals. */
export function describeBars({ regimes, mix, confidence, resampled }: RegimeEvaluation): string {
  const percent = Math.round(confidence * 1000) / 10;
  const groups = RESAMPLED[resampled];
  const left = describeRedrawn(resampled).replace(/\.$/, "");
  const areIntervals = [...regimes, mix].every(({ interval, models, baselines }) =>
    interval.kind === "interval" || models.length + baselines.length === 0
  );
  if (areIntervals) return `${percent}% bootstrap intervals over ${groups}${left && `.${left}`}`;
  return `the middle ${percent}% of bootstrap samples over ${groups}. With few of them that is a range, as ` +
    `the headings say, and no ${percent}% interval${left && `.${left}`}`;
}

function rowsOf({ models, baselines, bestBaseline }: RegimeScores): RegimeRow[] {
  const predictors = [
    ...models.map((scores) => ({ scores, isBaseline: false, skill: scores.skill.value })),
    ...baselines.map((scores) => ({ scores, isBaseline: true, skill: null })),
  ];
  return predictors.flatMap(({ scores: { name, mse, pearson, byGene }, isBaseline, skill }) =>
    mse.value === null ? [] : [{
      predictor: name,
      isBaseline,
      isBestBaseline: isBaseline && name === bestBaseline,
      mse: mse.value,
      interval: intervalOf(mse),
      pearson: pearson.value,
      byGene: byGene?.median ?? null,
      skill,
    }]
  );
}

function intervalOf({ low, high }: Estimate): RegimeRow["interval"] {
  return low === null || high === null ? undefined : [low, high];
}
