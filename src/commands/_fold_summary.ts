/** What the folds of a cross-validation come to: means and standard deviations, over all samples and by regime. */

import { formatCountOf } from "../base/count.ts";
import { meanOf, sampleDeviation } from "../base/mean.ts";
import type { Agreement } from "../data/evaluate.ts";
import { describeReading } from "../panel/reading.ts";
import type { FoldResult } from "../training/crossval.ts";
import { forecastMix } from "../validation/regimes.ts";
import { JUDGED_KINDS, type RegimeAgreement } from "../validation/split_scores.ts";
import { formatMetric } from "./_metrics.ts";

/** The mean and the sample standard deviation of some values; `null` where there are too few. */
interface Spread {
  readonly mean: number | null;
  readonly sd: number | null;
}

/** A regime in the folds that have samples of it. Plain JSON. */
export interface RegimeSummary {
  readonly regime: RegimeAgreement["regime"];
  /** Number of samples in all folds; a sample can be in several. */
  readonly samples: number;
  readonly mse: Spread;
  readonly pearson: Spread;
  /** Area under the ROC curve; only if the labels are classes. */
  readonly auroc?: Spread;
  /** Mean squared error of the mean of each gene. */
  readonly geneMeanMse: Spread;
}

/** A repeat, and the means over its folds. Plain JSON. */
interface RepeatSummary {
  readonly repeat: number;
  readonly mse: number | null;
  readonly pearson: number | null;
}

/** What `metrics.json` holds of the folds. Plain JSON. */
export interface FoldSummary {
  readonly mse: number | null;
  readonly mseSd: number | null;
  readonly pearson: number | null;
  readonly pearsonSd: number | null;
  /** Area under the ROC curve, mean and standard deviation; only if the labels are classes. */
  readonly auroc?: number | null;
  readonly aurocSd?: number | null;
  /** The forecast of the competition's score, as `forecastMix`; only if there are samples of all three regimes. */
  readonly mix?: Spread;
  /** The regimes that have samples. */
  readonly regimes: readonly RegimeSummary[];
  /** The repeats, if there are several and all of their folds are finished. */
  readonly repeats?: readonly RepeatSummary[];
  readonly folds: readonly FoldFigures[];
}

/** The figures of one fold. */
interface FoldFigures extends Agreement {
  readonly fold: number;
  readonly repeat: number;
  readonly regimes: readonly RegimeAgreement[];
  /** What the model's panel knew of the fold's genes, in words; for models that read a panel. */
  readonly reading?: string;
}

/**
 * Summarises the folds that are finished.
 *
 * @param results The folds.
 * @param folds Number of folds of a repeat.
 */
export function summariseFolds(results: readonly FoldResult[], folds: number): FoldSummary {
  const finished = results.flatMap((
    { fold, repeat, evaluation, regimes, reading },
  ): FoldFigures[] =>
    evaluation === undefined ? [] : [{
      fold: fold + 1,
      repeat: repeat + 1,
      ...evaluation.overall,
      regimes,
      ...(reading && { reading: describeReading(reading) }),
    }]
  );
  const [mse, pearson] = [spreadOf(finished, "mse"), spreadOf(finished, "pearson")];
  const auroc = aurocOf(finished);
  const mixes = finished.flatMap(({ regimes }) =>
    forecastMix(Object.fromEntries(regimes.map(({ regime, mse }) => [regime, mse]))) ?? []
  );
  const repeats = [...Map.groupBy(finished, ({ repeat }) => repeat)]
    .filter(([, group]) => group.length === folds)
    .map(([repeat, group]): RepeatSummary => ({
      repeat,
      mse: spreadOf(group, "mse").mean,
      pearson: spreadOf(group, "pearson").mean,
    }));
  return {
    mse: mse.mean,
    mseSd: mse.sd,
    pearson: pearson.mean,
    pearsonSd: pearson.sd,
    ...(auroc && { auroc: auroc.mean, aurocSd: auroc.sd }),
    ...(mixes.length > 0 && { mix: spreadOfValues(mixes) }),
    regimes: summariseRegimes(finished),
    ...(repeats.length > 1 && { repeats }),
    folds: finished,
  };
}

function summariseRegimes(folds: readonly FoldFigures[]): RegimeSummary[] {
  const all = folds.flatMap(({ regimes }) => regimes);
  return JUDGED_KINDS.flatMap((regime) => {
    const own = all.filter((scores) => scores.regime === regime);
    if (own.length === 0) return [];
    const auroc = aurocOf(own);
    return [{
      regime,
      samples: own.reduce((sum, { samples }) => sum + samples, 0),
      mse: spreadOf(own, "mse"),
      pearson: spreadOf(own, "pearson"),
      ...(auroc && { auroc }),
      geneMeanMse: spreadOf(own, "geneMeanMse"),
    }];
  });
}

/** The areas under the ROC curves; `undefined` if the labels are not classes. */
function aurocOf(items: readonly Agreement[]): Spread | undefined {
  const areas = items.flatMap(({ auroc }) => auroc === undefined ? [] : [{ auroc }]);
  return areas.length === 0 ? undefined : spreadOf(areas, "auroc");
}

function spreadOf<Name extends string>(
  items: readonly Readonly<Record<Name, number | null>>[],
  name: Name,
): Spread {
  return spreadOfValues(items.map((item) => item[name]).filter((value) => value !== null));
}

function spreadOfValues(values: readonly number[]): Spread {
  if (values.length === 0) return { mean: null, sd: null };
  return { mean: meanOf(values), sd: values.length === 1 ? null : sampleDeviation(values) };
}

const NAMES: Readonly<Record<RegimeSummary["regime"], string>> = {
  newGene: "new gene",
  newCellType: "new cell type",
  bothNew: "both new",
  bothSeen: "both trained",
};

/** Formats a summary as the lines that `crossval` prints. */
export function formatFolds(summary: FoldSummary): string[] {
  const { folds, regimes, repeats, mix } = summary;
  if (folds.length === 0) return [];
  const mse = { mean: summary.mse, sd: summary.mseSd };
  const pearson = { mean: summary.pearson, sd: summary.pearsonSd };
  return [
    `Mean ± sd of ${formatCountOf(folds.length, "fold")}: MSE ${formatSpread(mse)}, Pearson r ${
      formatSpread(pearson)
    }${
      summary.auroc === undefined
        ? ""
        : `, AUROC ${formatSpread({ mean: summary.auroc, sd: summary.aurocSd ?? null })}`
    }`,
    ...formatRepeats(repeats ?? []),
    "",
    "By regime, mean ± sd of the folds:",
    ...formatRegimes(regimes),
    ...(mix === undefined ? [] : [
      `In the competition's proportions: MSE ${formatSpread(mix)}`,
    ]),
  ];
}

function formatRepeats(repeats: readonly RepeatSummary[]): string[] {
  if (repeats.length === 0) return [];
  return [
    `Means of the ${repeats.length} repeats: MSE ${
      formatSpread(spreadOf(repeats, "mse"))
    }, Pearson r ${formatSpread(spreadOf(repeats, "pearson"))}`,
  ];
}

/** A table of the regimes. */
function formatRegimes(regimes: readonly RegimeSummary[]): string[] {
  const hasClasses = regimes.some(({ auroc }) => auroc !== undefined);
  const agreement = hasClasses ? "AUROC" : "r";
  const header = ["what is new", "samples", "MSE", agreement, "gene mean's MSE"];
  const rows = [
    header,
    ...regimes.map(({ regime, samples, mse, pearson, auroc, geneMeanMse }) => [
      NAMES[regime],
      samples.toLocaleString("en-US"),
      formatSpread(mse),
      formatSpread(auroc ?? pearson),
      formatSpread(geneMeanMse),
    ]),
  ];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column]!)
    )
      .join("  ").trimEnd()
  );
}

function formatSpread({ mean, sd }: Spread): string {
  return sd === null ? formatMetric(mean) : `${formatMetric(mean)} ± ${formatMetric(sd)}`;
}
