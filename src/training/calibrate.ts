import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import type { Calibration } from "../model/calibration.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { cellTypeAxis, geneGroupAxis } from "../validation/axis.ts";
import { type CalibrationFold, calibrationFolds } from "../validation/calibration_folds.ts";
import { calibrateRegimes, type HeldOutErrors, newCellTypeScale } from "../validation/conformal.ts";
import { classifyRows, type RowKind } from "../validation/regimes.ts";
import { checkSpec } from "./_check_arguments.ts";
import { resolveSpec } from "./_check_data.ts";
import { plainOptions } from "./_plain_options.ts";
import { spreadSampleWeights } from "./_sample_weights.ts";
import { trainRuns } from "./fit_many.ts";
import type { FitManyOptions, FitManyResult, FitOptions, FitRun } from "./fit_types.ts";
import { type HeldOutSamples, MarkErrorSums } from "./_mark_errors.ts";
import { predict } from "./predict.ts";

/** Options of {@linkcode calibrate}: those of each run, and the number of runs. */
export interface CalibrateOptions
  extends
    Omit<FitManyOptions, "sampleWeights" | "stop">,
    Pick<FitOptions, "seed" | "learningRate" | "validation" | "sampleWeights"> {
  /**
   * Number of groups that genes, and cell types, are divided into; see `calibrationFolds`. With five, the models of the
   * folds cost about three times what a model of all samples does.
   *
   * @default {5}
   */
  readonly folds?: number | undefined;
}

/**
 * Measures the errors of models on samples that they did not see, from which intervals are made: a model is trained for
 * each fold of `calibrationFolds`, with the settings of the model that is to be calibrated, and predicts the samples of
 * the genes and cell types that were held out. The model of all samples is trained apart; `withCalibration` joins the two.
 *
 * Models of folds see fewer cell types than the model of all samples. If they know genes, by gene effects or a panel, their
 * errors in new cell types are made smaller by √((1 + 1/n) / (1 + 1/m)), for n cell types in all and m in the fold.
 *
 * @param spec The model, or the name of a preset, as for `fit`.
 * @param data All labelled samples that the model is trained on.
 * @param options Number of folds, and the settings of each run.
 * @returns The errors by regime; a regime of which too few samples could be held out is absent.
 * @throws {RangeError} If the data have too few genes and cell types to hold some out.
 * @throws {ContractError} If the model predicts classes or ranks, or training starts from another model.
 * @throws {DivergedError} If the loss of a fold becomes NaN or infinite.
 * @throws The reason of `options.signal`, once it is aborted.
 * @throws As `fitMany` does.
 *
 * @example New genes of two cell types
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { calibrate } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 40, bins: 20 }).train);
 * const { regimes } = await calibrate("experiment1", data, { epochs: 1, engine: "wasm" });
 * deepStrictEqual(Object.keys(regimes), ["newGene"]); // new cell types need three
 * ```
 */
export async function calibrate(
  spec: ModelSpec | PresetName,
  data: Dataset,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  options = plainOptions(options, "calibrate");
  checkSpec(spec, "calibrate");
  refuseStart(options);
  const { folds, seed, learningRate, validation, ...others } = options;
  const common = { ...others, sampleWeights: spreadSampleWeights(data, others.sampleWeights) };
  const { name, loss } = resolveSpec(spec, [{ data }]);
  checkCalibrated({ name, loss: common.loss ?? loss });
  const parts = calibrationFolds(data, { folds, seed });
  const runs = foldRuns(parts, { seed, learningRate, validation });
  const results = await trainRuns(spec, runs, common);
  const diverged = results.find((result) => result.diverged !== undefined)?.diverged;
  if (diverged !== undefined) throw diverged;
  return await measureErrors(data, { parts, results, options: common });
}

/** The runs of the models of folds. */
export function foldRuns(
  parts: readonly CalibrationFold[],
  own: Pick<FitRun, "seed" | "learningRate" | "validation">,
): FitRun[] {
  return parts.map(({ training }) => ({ ...own, data: training }));
}

/** Folds with the results of their runs, in the same order. */
export interface TrainedFolds {
  readonly parts: readonly CalibrationFold[];
  readonly results: readonly FitManyResult[];
  /** Where to predict. */
  readonly options: Pick<FitManyOptions, "engine" | "threads" | "signal">;
}

/**
 * Predicts what the models of folds did not see.
 *
 * @param data All labelled samples.
 * @param trained The folds, each with its finished run.
 * @throws {ContractError} If the models predict classes or ranks.
 */
export async function measureErrors(
  data: Dataset,
  { parts, results, options: { engine, threads, signal } }: TrainedFolds,
): Promise<Calibration> {
  const errors: HeldOutErrors[] = [];
  const byMarks = results.some(({ model }) => model.panel !== undefined) && data.marks.length > 1
    ? new MarkErrorSums(data.marks)
    : undefined;
  for (const [fold, part] of parts.entries()) {
    const { model } = results[fold]!;
    const newCellTypeScale = scaleOfFold(model, { calibrated: data, measured: part.training });
    for (const held of heldOutParts(model, part, { engine, threads, signal })) {
      errors.push({ ...await errorsOf(held), newCellTypeScale });
      await byMarks?.add(held);
    }
  }
  const markErrors = byMarks?.finish();
  let [least, greatest] = [Infinity, -Infinity];
  for (const label of data.labels()) {
    least = Math.min(least, label);
    greatest = Math.max(greatest, label);
  }
  return {
    folds: parts.length,
    least,
    greatest,
    cellTypes: [...cellTypeAxis(data).places.keys()].sort(),
    genes: [...geneGroupAxis(data).places.keys()].sort(),
    regimes: calibrateRegimes(errors),
    ...(markErrors && { markErrors }),
  };
}

/** How errors in new cell types shrink from a fold's cell types to all; models that know no gene gain little from more. */
function scaleOfFold(
  { geneEffects, panel }: TrainedModel,
  { calibrated, measured }: { readonly calibrated: Dataset; readonly measured: Dataset },
): number {
  if (geneEffects === undefined && panel === undefined) return 1;
  const count = (data: Dataset) => new Set(cellTypeGroupIndices(data)).size;
  return newCellTypeScale({ calibrated: count(calibrated), measured: count(measured) });
}

/**
 * What a fold held out. For a model that reads a panel the samples of new genes are there twice: once without their marks
 * in the panel, and once with their marks in the cell types of the fold.
 */
function heldOutParts(
  model: TrainedModel,
  { training, heldOut }: CalibrationFold,
  options: TrainedFolds["options"],
): HeldOutSamples[] {
  const kinds = classifyRows(training, heldOut);
  const found: HeldOutSamples[] = [{ model, samples: heldOut, kinds, options }];
  // Marks can be added to a panel that lists its cell types only.
  if (model.panel === undefined || model.panel.cellTypes.length === 0) return found;
  const inPanel = { newGene: "newGeneInPanel", bothNew: "bothNewInPanel" } as const;
  const isNewGene = (kind: RowKind) => kind === "newGene" || kind === "bothNew";
  const samples = heldOut.filter((position) => isNewGene(kinds[position]!));
  const marks = heldOut.filter((position) => kinds[position] === "newGene");
  if (marks.length === 0) return found;
  const named = kinds.filter(isNewGene).map((kind) => inPanel[kind as keyof typeof inPanel]);
  const withMarks = { ...options, unlabelled: [marks] };
  return [...found, { model, samples, kinds: named, options: withMarks }];
}

async function errorsOf(
  { model, samples, kinds, options }: HeldOutSamples,
): Promise<HeldOutErrors> {
  return {
    predictions: await predict(model, samples, { ...options, path: "grouped" }),
    labels: samples.labels(),
    kinds,
    cellTypes: cellTypeGroupIndices(samples),
    genes: geneGroupIndices(samples),
  };
}

/**
 * Throws if training starts from another model: that may have seen the labels that folds hold out, in its weights or its
 * panel, which would make intervals too narrow.
 *
 * @throws {ContractError} If it does.
 */
export function refuseStart({ initial }: Pick<FitManyOptions, "initial">): void {
  if (initial === undefined) return;
  throw new ContractError(
    "Cannot calibrate a model that starts from another: what is held out may be what that one was trained on, expected a " +
      "start from random weights",
  );
}

/**
 * Throws unless a model predicts values, of which errors can be measured.
 *
 * @throws {ContractError} If it predicts classes, or ranks, whose unit and zero differ between models.
 */
export function checkCalibrated({ name, loss }: Pick<ModelSpec, "name" | "loss">): void {
  if (loss !== "binaryCrossentropy" && loss !== "rank") return;
  throw new ContractError(
    `Cannot calibrate "${name}": it predicts ${
      loss === "rank" ? "an order" : "the probability of a class"
    }, expected a model that predicts values`,
  );
}
