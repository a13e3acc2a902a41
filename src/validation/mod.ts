/**
 * Evaluation by regime: a model's error on new genes, new cell types and both, compared with baselines that any model
 * should beat, and the score that it forecasts for the competition.
 *
 * Nothing here trains a network. Baselines and features learn from a training set alone and are given test samples
 * without labels.
 *
 * Start with {@linkcode evaluateRegimes}, which makes the whole table; {@linkcode splitRegimes} holds genes and cell
 * types out, {@linkcode formatRegimeTable} prints the result.
 *
 * @module
 */

export {
  type Baseline,
  type BaselinePrediction,
  type FittedBaseline,
  hideLabels,
} from "./baselines/baseline.ts";
export {
  type Arm,
  ARM_KINDS,
  type ArmKind,
  type ArmScore,
  type ArmsOfRegime,
  type ArmsTrial,
  compareArms,
  formatArms,
} from "./compare_arms.ts";
export type { Resampled } from "./_groups.ts";
export { makeGeneMean } from "./baselines/gene_mean.ts";
export { makeNearestCellType } from "./baselines/nearest_cell_type.ts";
export { makeOverallMean } from "./baselines/overall_mean.ts";
export { makeRidge, type RidgeOptions } from "./baselines/ridge.ts";
export {
  type CalibrationFold,
  type CalibrationFoldOptions,
  calibrationFolds,
} from "./calibration_folds.ts";
export { calibrateRegimes, type HeldOutErrors } from "./conformal.ts";
export {
  type CellTypeCoverage,
  type Coverage,
  type CoveredSamples,
  measureCoverage,
  type RegimeCoverage,
} from "./coverage.ts";
export {
  evaluateRegimes,
  type EvaluateRegimesOptions,
  makeBaselines,
  type RegimeTrial,
} from "./evaluate_regimes.ts";
export { formatRegimeTable, type RegimeTableOptions } from "./format_regime_table.ts";
export {
  fitGeneHistory,
  GeneHistory,
  type GeneHistoryFeatures,
  type GeneHistoryOptions,
} from "./gene_history.ts";
export { describeVariance } from "./describe_variance.ts";
export { describeInterval, type IntervalBasis, judgeInterval } from "./interval_basis.ts";
export {
  type Intervals,
  type IntervalSamples,
  type KnownRegime,
  makeIntervals,
} from "./intervals.ts";
export {
  type AssayChoice,
  findNextAssay,
  type LackingSamples,
  type NextAssay,
} from "./next_assay.ts";
export { knownRegimes, type TrainedNames } from "./known_regimes.ts";
export type {
  BaselineScores,
  Estimate,
  GeneCorrelations,
  ModelScores,
  PredictorScores,
  RegimeEvaluation,
  RegimeScores,
} from "./regime_scores.ts";
export {
  classifyRows,
  COMPETITION_ROWS,
  forecastMix,
  type Regime,
  REGIMES,
  type RowKind,
} from "./regimes.ts";
export {
  type DataSplit,
  type NamedParts,
  type NamedUnit,
  SPLIT_PARTS,
  type SplitAxis,
  splitData,
  type SplitDataOptions,
  type SplitPart,
} from "./split_data.ts";
export { findLeaks, type Leak, type LeakKind, type LeakReport } from "./split_leaks.ts";
export type { RegimeAgreement } from "./split_scores.ts";
export { type RegimeSplit, splitRegimes, type SplitRegimesOptions } from "./split_regimes.ts";
export {
  findUnlike,
  type FindUnlikeOptions,
  typicalSignal,
  type UnlikeCellType,
  type UnlikeStatistic,
} from "./unlike.ts";
export { type VarianceComponents, type VarianceShares, varianceShares } from "./variance_shares.ts";
