/**
 * Training, prediction, cross-validation, ensembles and the report's experiments, on whichever engine fits.
 *
 * @module
 */

export {
  decodeCheckpoint,
  encodeCheckpoint,
  type FitCheckpoint,
  type RunCheckpoint,
} from "./checkpoint.ts";
export { CheckpointFolder, type LoadedCheckpoint } from "./checkpoint_folder.ts";
export { crossValidate, type CrossValidationOptions, type FoldResult } from "./crossval.ts";
export {
  compareEnsemble,
  type EnsembleComparison,
  type EnsembleFigures,
  type EnsembleOptions,
  type EnsemblePrediction,
  fitEnsemble,
  predictEnsemble,
} from "./ensemble.ts";
export {
  type ExperimentData,
  type ExperimentOptions,
  type ExperimentPlan,
  type ExperimentResult,
  EXPERIMENTS,
  type ExperimentScores,
  type ExperimentSummary,
  planExperiments,
  type PlanOptions,
  runExperiment,
  summariseExperiment,
} from "./experiments.ts";
export { type EpochRecord, fit, type FitOptions, type FitProgress, type FitResult } from "./fit.ts";
export {
  type CheckpointOptions,
  fitMany,
  type FitManyOptions,
  type FitManyProgress,
  type FitManyResult,
  type FitRun,
} from "./fit_many.ts";
export { fitGeneEffects, geneEffectsOf, leaveOneOutEffects } from "./gene_effects.ts";
export { labelHighLow } from "./high_low.ts";
export { lossOf } from "./loss.ts";
export { predict, type PredictOptions } from "./predict.ts";
export {
  encodeFileVersion,
  encodeScalars,
  epochScalars,
  eventFileName,
  type ScalarEvent,
} from "./tensorboard.ts";
