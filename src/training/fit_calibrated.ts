import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { DivergedError } from "../errors.ts";
import type { Calibration } from "../model/calibration.ts";
import { withCalibration } from "../model/known_genes.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { calibrationFolds } from "../validation/calibration_folds.ts";
import { typicalSignal } from "../validation/unlike.ts";
import {
  type CalibrateOptions,
  checkCalibrated,
  foldRuns,
  measureErrors,
  refuseStart,
} from "./calibrate.ts";
import { checkSpec } from "./_check_arguments.ts";
import { resolveSpec } from "./_check_data.ts";
import { plainOptions } from "./_plain_options.ts";
import { spreadSampleWeights } from "./_sample_weights.ts";
import { type EnsembleOptions, ensembleRuns } from "./ensemble.ts";
import { trainRuns } from "./fit_many.ts";
import type { FitManyResult } from "./fit_types.ts";
import { joinSignals } from "../base/join_signals.ts";

/** Options of {@linkcode fitCalibrated}. */
export interface FitCalibratedOptions extends EnsembleOptions, Pick<CalibrateOptions, "folds"> {
  /**
   * Number of models of all samples.
   *
   * @default 1
   */
  readonly members?: number | undefined;
}

/** What {@linkcode fitCalibrated} returns. */
export interface CalibratedModels {
  /** The models of all samples, with their calibration, if there is one, and what their training signal looked like. */
  readonly members: readonly FitManyResult[];
  /** The errors of the models of folds; absent if the run was stopped, or a fold diverged. */
  readonly calibration: Calibration | undefined;
  /** Number of folds. */
  readonly folds: number;
  /** Number of folds whose models are finished. */
  readonly finishedFolds: number;
  /** Why a fold's model ended early, if its loss became NaN or infinite. */
  readonly diverged?: DivergedError;
}

/**
 * Trains a model, or an ensemble, and measures its errors: `fit` and {@linkcode calibrate} in one run, which a checkpoint
 * resumes as a whole. The models of all samples come first, so that an interruption in a fold leaves them finished. Each
 * fold is one model even of an ensemble, whose intervals are a little too wide therefore.
 *
 * @param spec A model, or the name of a preset.
 * @param data Labelled samples.
 * @param options Number of members and of folds, and the settings they share. Hooks get the folds as the runs after the
 *   members.
 * @returns The models, ready for `predictIntervals` and `findUnlike`.
 * @throws {RangeError} If `members` is out of range, or the data have too few genes and cell types to hold some out.
 * @throws {ContractError} If the model predicts classes or ranks, or training starts from another model.
 * @throws The reason of `options.signal`, once it is aborted.
 * @throws As `fitMany` does.
 *
 * @example A model that knows its errors
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitCalibrated } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 3, genes: 60, bins: 20 }).train);
 * const options = { folds: 3, epochs: 1, engine: "wasm" } as const;
 * const { members: [first] } = await fitCalibrated("experiment1", data, options);
 * ok(first!.model.calibration!.regimes.newCellType!.samples > 20);
 * ```
 */
export async function fitCalibrated(
  spec: ModelSpec | PresetName,
  data: Dataset,
  options: FitCalibratedOptions = {},
): Promise<CalibratedModels> {
  options = plainOptions(options, "train");
  checkSpec(spec, "train");
  checkDataset(data, "train");
  refuseStart(options);
  const { members: count = 1, folds, seed = 0, learningRate, validation, ...others } = options;
  const common = { ...others, sampleWeights: spreadSampleWeights(data, others.sampleWeights) };
  const own = { seed, learningRate, validation };
  const runs = ensembleRuns(data, { members: count, ...own });
  const { name, loss } = resolveSpec(spec, runs);
  checkCalibrated({ name, loss: common.loss ?? loss });
  const parts = calibrationFolds(data, { folds, seed });
  const trained = await trainRuns(spec, [...runs, ...foldRuns(parts, own)], common);
  const typical = typicalSignal(data);
  const members = trained.slice(0, count).map((result) => {
    return { ...result, model: { ...result.model, typicalSignal: typical } };
  });
  const results = trained.slice(count);
  const finished = results.filter((result) => !result.interrupted && !result.diverged);
  const diverged = results.find((result) => result.diverged !== undefined)?.diverged;
  const state = {
    folds: parts.length,
    finishedFolds: finished.length,
    ...(diverged && { diverged }),
  };
  if (finished.length < parts.length || members.some(({ interrupted }) => interrupted)) {
    return { members, calibration: undefined, ...state };
  }
  using joined = joinSignals(common.signal, common.stop);
  const measuring = { ...common, signal: joined.signal };
  const calibration = await measureErrors(data, { parts, results, options: measuring })
    .catch((error) => {
      common.signal?.throwIfAborted();
      if (common.stop?.aborted) return undefined;
      throw error;
    });
  if (calibration === undefined) return { members, calibration, ...state };
  return {
    members: members.map((result) => {
      return { ...result, model: withCalibration(result.model, calibration) };
    }),
    calibration,
    ...state,
  };
}
