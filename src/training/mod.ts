/**
 * Training, prediction and cross-validation on whichever engine fits.
 *
 * @module
 */

export { crossValidate, type CrossValidationOptions, type FoldResult } from "./crossval.ts";
export { type EpochRecord, fit, type FitOptions, type FitProgress, type FitResult } from "./fit.ts";
export {
  fitMany,
  type FitManyOptions,
  type FitManyProgress,
  type FitManyResult,
  type FitRun,
} from "./fit_many.ts";
export { lossOf } from "./loss.ts";
export { predict, type PredictOptions } from "./predict.ts";
