import type { Dataset } from "../data/dataset.ts";
import { evaluatePredictions, type Evaluation } from "../data/evaluate.ts";
import { type FoldScheme, kFold } from "../data/kfold.ts";
import type { ModelSpec } from "../model/spec.ts";
import { fit, type FitOptions, type FitResult } from "./fit.ts";
import { predict } from "./predict.ts";

/** Options of {@linkcode crossValidate}. */
export interface CrossValidationOptions extends Omit<FitOptions, "validation"> {
  /** Number of folds. @default 4 */
  readonly folds?: number;
  /** How samples are divided; see `kFold`. @default "contiguous" */
  readonly scheme?: FoldScheme;
  /** Called when a fold begins, with its number from 1 and its two parts. */
  readonly onFold?: (fold: number, training: Dataset, validation: Dataset) => void;
  /** Called when a fold is finished. */
  readonly onFoldEnd?: (result: FoldResult) => void;
}

/** One fold of a cross-validation. */
export interface FoldResult {
  /** Number of the fold, from 1. */
  readonly fold: number;
  /** The training run on the other folds, with the validation loss of each epoch. */
  readonly result: FitResult;
  /** How well the fold's own samples are predicted; absent if the run was interrupted. */
  readonly evaluation: Evaluation | undefined;
}

/**
 * Cross-validates a model: trains one on each fold's training part, from the same seed, and measures it on
 * the part held out.
 *
 * @param spec A model or the name of a preset.
 * @param data Labelled samples.
 * @param options Folds, scheme, and the settings of each run.
 * @returns One result a fold; fewer if `options.signal` ended the run.
 * @throws {RangeError} If the data are too few for the folds.
 */
export async function crossValidate(
  spec: ModelSpec | string,
  data: Dataset,
  options: CrossValidationOptions = {},
): Promise<FoldResult[]> {
  const { folds = 4, scheme = "contiguous", seed = 0, engine, threads, signal } = options;
  const results: FoldResult[] = [];
  for (const [index, { training, validation }] of kFold(data, { folds, scheme, seed }).entries()) {
    if (signal?.aborted) break;
    options.onFold?.(index + 1, training, validation);
    const result = await fit(spec, training, { ...options, validation });
    const evaluation = result.interrupted ? undefined : evaluatePredictions(
      validation,
      await predict(result.model, validation, { engine, threads }),
    );
    const fold = { fold: index + 1, result, evaluation };
    results.push(fold);
    options.onFoldEnd?.(fold);
  }
  return results;
}
