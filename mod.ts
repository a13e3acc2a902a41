/**
 * Predicts gene expression from histone marks: reads binned histone data, builds the WakaWaka model, trains, evaluates
 * and predicts.
 *
 * This module has what most programs need, and loads tf.js for `buildModel`. Start with {@linkcode readDataset},
 * {@linkcode fit} and {@linkcode predict}. The parts can be imported separately, without tf.js, as `@waka/histone/io`,
 * `/genome`, `/atlas`, `/record`, `/data`, `/metrics`, `/model`, `/engine`, `/training`, `/validation`, `/search`,
 * `/runs`, `/report`, `/starter` and `/simulate`; the commands are `/cli`.
 *
 * @example
 * ```ts
 * import { Dataset, evaluatePredictions, fit, predict } from "@waka/histone";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 2, genes: 8, newCellTypes: 1, newGenes: 4, bins: 20 };
 * const simulated = simulateColumns(size);
 * const { model } = await fit("experiment1", new Dataset(simulated.train), { epochs: 2 });
 * const unseen = new Dataset(simulated.eval);
 * const predicted = await predict(model, unseen);
 * strictEqual(evaluatePredictions(unseen, predicted).overall.samples, 20);
 * ```
 *
 * @module
 */

export { type Agreement, evaluatePredictions, type Evaluation } from "./src/data/evaluate.ts";
export { Dataset } from "./src/data/dataset.ts";
export type { Sample } from "./src/data/sample.ts";
export type { FromSamplesOptions } from "./src/data/sample_columns.ts";
export { FOLD_SCHEMES, type FoldScheme } from "./src/data/fold_scheme.ts";
export { type Fold, type FoldOptions, kFold } from "./src/data/kfold.ts";
export { readDataset, type ReadDatasetOptions } from "./src/data/read_dataset.ts";
export type { EngineName } from "./src/engine/select.ts";
export {
  BusyError,
  ContractError,
  DivergedError,
  EngineUnavailableError,
  FormatError,
  HistoneError,
  NotFoundError,
  RemoteError,
  SessionDisposedError,
  UnsupportedModelError,
  WriteError,
} from "./src/errors.ts";
export { blobSource, type ByteSource, bytesSource } from "./src/files/byte_source.ts";
export { openFile } from "./src/files/file.ts";
export { type BinarySource, openSource, type OpenSourceOptions } from "./src/files/open_source.ts";
export type { PackedColumns, SampleColumns } from "./src/io/columns.ts";
export { readCompetition } from "./src/io/competition.ts";
export { readDeepchromeCsv, readDeepchromeFolder } from "./src/io/deepchrome_csv.ts";
export { openNpz } from "./src/io/npz.ts";
export { writeNpz } from "./src/io/npz_writer.ts";
export { readSequences } from "./src/genome/sequence/sequence_table.ts";
export { readPredictions, writeSubmission } from "./src/io/submission.ts";
export { auroc } from "./src/metrics/auroc.ts";
export { meanSquaredError } from "./src/metrics/mean_squared_error.ts";
export { pearson } from "./src/metrics/pearson.ts";
export { rSquared } from "./src/metrics/r_squared.ts";
export { spearman } from "./src/metrics/spearman.ts";
export {
  buildModel,
  type BuildModelOptions,
  type LayersModel,
} from "./src/model/tfjs/build_model.ts";
export { parseSpec } from "./src/model/parse_spec.ts";
export { parsePresetName, type PresetName, PRESETS, presetSpec } from "./src/model/presets.ts";
export { loadModel, saveModel } from "./src/model/save_load.ts";
export type { LayerSpec, ModelSpec } from "./src/model/spec.ts";
export type { TrainedModel } from "./src/model/trained_model.ts";
export {
  COMPETITION_RECORD,
  type DataRecord,
  DEEPCHROME_RECORD,
  type Transform,
} from "./src/record.ts";
export { loadStarter } from "./src/starter/load_starter.ts";
export { CheckpointFolder } from "./src/training/checkpoint_folder.ts";
export {
  crossValidate,
  type CrossValidationOptions,
  type FoldResult,
} from "./src/training/crossval.ts";
export { fit } from "./src/training/fit.ts";
export type {
  CheckpointOptions,
  EpochRecord,
  FitCheckpoint,
  FitOptions,
  FitProgress,
  FitResult,
} from "./src/training/fit_types.ts";
export type { AbortOptions, OnProgress, Progress } from "./src/progress.ts";
export { predict } from "./src/training/predict.ts";
export type { PredictOptions } from "./src/training/predict_options.ts";
export { samplesFor, type SamplesForOptions } from "./src/training/samples_for.ts";
