import { checkDataset } from "../data/check_dataset.ts";
import { Dataset } from "../data/dataset.ts";
import { evaluatePredictions, type Evaluation } from "../data/evaluate.ts";
import type { FoldScheme } from "../data/fold_scheme.ts";
import { type Fold, type FoldOptions, kFold } from "../data/kfold.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { countKnown, type PanelReading } from "../panel/reading.ts";
import { type RegimeAgreement, scoreByRegime } from "../validation/split_scores.ts";
import { plainOptions } from "./_plain_options.ts";
import { spreadSampleWeights } from "./_sample_weights.ts";
import { trainRuns } from "./fit_many.ts";
import type { EpochRecord, FitManyProgress, FitManyResult, FitOptions } from "./fit_types.ts";
import { awaitHook } from "./hooks.ts";
import { predict } from "./predict.ts";

/** Options of {@linkcode crossValidate}, besides those of each run in {@linkcode FitOptions}. */
export interface CrossValidationOptions
  extends
    Omit<FitOptions, "validation" | "onEpoch" | "onProgress">,
    Pick<FoldOptions, "repeats" | "stratified" | "groups"> {
  /**
   * Number of folds.
   *
   * @default 4
   */
  readonly folds?: number | undefined;
  /**
   * How samples are divided; see `kFold`. With a single cell type take `by-gene`.
   *
   * @default {"by-both"}
   */
  readonly scheme?: FoldScheme | undefined;
  /** Called for each fold before training begins, with its number from 0 and its two parts. */
  readonly onFold?: ((fold: number, training: Dataset, validation: Dataset) => void) | undefined;
  /** Called after each epoch of a fold, with the fold's number from 0; training waits for it. */
  readonly onEpoch?: ((fold: number, record: EpochRecord) => unknown) | undefined;
  /** Called every few steps of training, which is most of the work; `runs` are the folds. */
  readonly onProgress?: ((progress: FitManyProgress) => void) | undefined;
  /** Called when a fold has been measured, after all of them were trained. */
  readonly onFoldEnd?: ((result: FoldResult) => void) | undefined;
}

/** One fold of a cross-validation. */
export interface FoldResult {
  /** Number of the fold, from 0; the folds of a second repeat follow those of the first. */
  readonly fold: number;
  /** Number of the repeat, from 0. */
  readonly repeat: number;
  /** The training run on the other folds, with the validation loss of each epoch. */
  readonly result: FitManyResult;
  /** How well the fold's own samples are predicted; absent if the run was interrupted or diverged. */
  readonly evaluation: Evaluation | undefined;
  /**
   * How well everything is predicted that was not trained on, by regime. With schemes that divide genes and cell types
   * these are also the samples left out, which are of trained genes in new cell types or of new genes in trained cell
   * types. Empty if there is no evaluation.
   */
  readonly regimes: readonly RegimeAgreement[];
  /** What the model's panel knows of the fold's genes; absent for a model without a panel. */
  readonly reading?: PanelReading;
}

/**
 * Cross-validates a model: trains one on each fold's training part, from the same seed, and measures it on
 * the part held out, and by regime. As many folds as the engine has capacity for train side by side.
 *
 * @param spec A model or the name of a preset.
 * @param data Labelled samples.
 * @param options Folds, scheme, and the settings of each run.
 * @returns One result for each fold; fewer if `options.stop` ended the run.
 * @throws {RangeError} If the data are too few for the folds.
 * @throws The reason of `options.signal`, once it is aborted.
 * @throws As `kFold` and `fitMany` do.
 *
 * @example Two folds
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { crossValidate } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const folds = await crossValidate("experiment1", data, { folds: 2, epochs: 1, engine: "wasm" });
 * strictEqual(folds[1]!.evaluation!.overall.samples, 4); // half of the genes in one of two cell types
 * strictEqual(folds[1]!.regimes.length, 3); // the others of these genes and cell types are judged too
 * ```
 */
export async function crossValidate(
  spec: ModelSpec | PresetName,
  data: Dataset,
  options: CrossValidationOptions = {},
): Promise<FoldResult[]> {
  checkDataset(data, "cross-validate");
  options = plainOptions(options, "cross-validate");
  const { folds = 4, scheme = "by-both", seed = 0, learningRate, ...others } = options;
  const { repeats, stratified, groups, sampleWeights, ...common } = others;
  const parts = kFold(data, { folds, scheme, seed, repeats, stratified, groups });
  for (const [index, { training, validation }] of parts.entries()) {
    await awaitHook(() => options.onFold?.(index, training, validation), options.signal);
  }
  const runs = parts.map(({ training, validation }) => {
    return { data: training, validation, seed, learningRate };
  });
  const trained = await trainRuns(spec, runs, {
    ...common,
    sampleWeights: spreadSampleWeights(data, sampleWeights),
  });
  const results: FoldResult[] = [];
  for (const [index, result] of trained.entries()) {
    const { repeat } = parts[index]!;
    const fold = {
      fold: index,
      repeat: repeat - 1,
      result,
      ...await measure(result, parts[index]!, options),
    };
    results.push(fold);
    await awaitHook(() => options.onFoldEnd?.(fold), options.signal);
  }
  return results;
}

async function measure(
  { model, interrupted, diverged }: FitManyResult,
  { training, validation, leftOut }: Fold,
  { engine, threads, signal }: CrossValidationOptions,
): Promise<Pick<FoldResult, "evaluation" | "regimes" | "reading">> {
  if (interrupted || diverged !== undefined) return { evaluation: undefined, regimes: [] };
  const options = { engine, threads, signal, path: "grouped" } as const;
  const judged = await predict(model, validation, options);
  const others = leftOut.length === 0 ? [] : await predict(model, leftOut, options);
  const rows = Uint32Array.from([...validation.rows, ...leftOut.rows]);
  return {
    evaluation: evaluatePredictions(validation, judged),
    regimes: scoreByRegime({
      train: training,
      test: new Dataset(validation.columns, rows),
      predictions: [...judged, ...others],
    }),
    ...(model.panel && { reading: countKnown(model.panel, validation) }),
  };
}
