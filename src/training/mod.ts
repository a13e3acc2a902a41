/**
 * Training, prediction, cross-validation, ensembles and the report's experiments, on whichever engine fits.
 *
 * Begin with {@linkcode fit} and {@linkcode predict}. {@linkcode fitMany} trains models side by side,
 * {@linkcode crossValidate} and {@linkcode fitEnsemble} build on it; {@linkcode samplesFor} makes samples for a model
 * from arrays of your own.
 *
 * @module
 */

export { calibrate, type CalibrateOptions } from "./calibrate.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
export { CheckpointFolder, type LoadedCheckpoint } from "./checkpoint_folder.ts";
export { type CheckpointModelOptions, modelOfCheckpoint } from "./checkpoint_model.ts";
export { joinParts, PartFinished } from "./part.ts";
export { crossValidate, type CrossValidationOptions, type FoldResult } from "./crossval.ts";
export {
  compareEnsemble,
  type EnsembleComparison,
  type EnsembleFigures,
  type EnsembleOptions,
  type EnsemblePrediction,
  fitEnsemble,
  predictEnsemble,
  spreadOfMembers,
} from "./ensemble.ts";
export {
  DNA_EXPERIMENTS,
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
export { bestEpoch } from "./early_stopping.ts";
export { fit } from "./fit.ts";
export {
  type CalibratedModels,
  fitCalibrated,
  type FitCalibratedOptions,
} from "./fit_calibrated.ts";
export { fitMany } from "./fit_many.ts";
export { chooseWindow, type ChooseWindowOptions } from "./choose_window.ts";
export type {
  CheckpointOptions,
  EpochRecord,
  FitCheckpoint,
  FitManyOptions,
  FitManyProgress,
  FitManyResult,
  FitOptions,
  FitProgress,
  FitResult,
  FitRun,
  PlannedTraining,
  RunCheckpoint,
  RunPart,
  SurveyedRun,
} from "./fit_types.ts";
export { findFrozen, type FrozenPart, type FrozenWeights } from "./frozen.ts";
export {
  countKnownGenes,
  fitGeneEffects,
  geneEffectsOf,
  leaveOneOutEffects,
} from "./gene_effects.ts";
export {
  predictIntervals,
  type PredictIntervalsOptions,
  type PredictionIntervals,
} from "./intervals.ts";
export {
  type MarkPrice,
  priceMarks,
  type PriceMarksOptions,
  type RegimePrices,
} from "./mark_prices.ts";
export { labelHighLow } from "./high_low.ts";
export { lossOf } from "./loss.ts";
export { predict } from "./predict.ts";
export type { PredictOptions, TakeOutputs } from "./predict_options.ts";
export { openPredictor } from "./predictor.ts";
export type {
  Latency,
  PredictDetailsOptions,
  PredictionDetails,
  Predictor,
  PredictorCounters,
  PredictorHealth,
  PredictorOptions,
} from "./predictor_types.ts";
export { type Sample, samplesFor, type SamplesForOptions } from "./samples_for.ts";
export {
  presetSettings,
  resolveSettings,
  type SettingsLayer,
  type TrainingSettings,
} from "./settings.ts";
export {
  encodeFileVersion,
  encodeScalars,
  epochScalars,
  eventFileName,
  type ScalarEvent,
} from "./tensorboard.ts";
