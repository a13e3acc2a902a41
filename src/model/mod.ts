/**
 * Models as plain data: layers, shapes, presets, weights, and saved models. Nothing here loads tf.js until
 * `saveModel` or `serializeModel` is called; `buildModel`, which makes tf.js models, is in the main module.
 *
 * Begin with {@linkcode ModelSpec}, which says what a model is, {@linkcode presetSpec} for one of the package's own,
 * and {@linkcode loadModel} for a saved one.
 *
 * @module
 */

export type {
  CalibratedRegime,
  CalibratedRegimes,
  Calibration,
  RegimeCalibration,
} from "./calibration.ts";
export {
  branchSpec,
  type BranchWeights,
  carryBranches,
  type CarryBranchesOptions,
} from "./branch_models.ts";
export type { GeneEffects } from "./gene_effects.ts";
export type { ByRegime, MarkErrors, SubsetErrors } from "./mark_errors.ts";
export {
  describeLayer,
  type Encoder,
  type GraphBranch,
  type GraphTerm,
  type LayerChain,
  layerChains,
  type ModelGraph,
  modelGraph,
  type TermPlace,
} from "./graph.ts";
export { initialWeights, type Weights } from "./initial_weights.ts";
export { withCalibration } from "./known_genes.ts";
export {
  branchInputShape,
  entryShape,
  isOverReferences,
  modelInputs,
  readsSequence,
  type ReferenceInput,
  signalShape,
} from "./inputs.ts";
export { reorderLetters } from "./letter_order.ts";
export { describeLoss, lossName } from "./loss.ts";
export { marksOnly } from "./marks_only.ts";
export { parseSpec } from "./parse_spec.ts";
export {
  type AnyPreset,
  type DnaPreset,
  type DnaPresetName,
  findPreset,
  type InputShape,
  type PanelPreset,
  type PanelPresetName,
  parsePresetName,
  type Preset,
  PRESET_NAMES,
  type PresetName,
  PRESETS,
  type PresetSpec,
  presetSpec,
  type SequentialPreset,
  type SequentialPresetName,
  type TrainingDefaults,
} from "./presets.ts";
export { readsPanel } from "./panel_inputs.ts";
export {
  loadModel,
  type LoadModelOptions,
  type ModelSources,
  type NamedModelFiles,
  saveModel,
  type SaveModelOptions,
  type SerializedModel,
  serializeModel,
} from "./save_load.ts";
export {
  convPadding,
  countDirections,
  isRecurrent,
  kernelSpan,
  makesRow,
  type SampleShape,
  sizeOf,
} from "./layer_shapes.ts";
export {
  countParameters,
  type JoinWeightShape,
  type LayerWeightShape,
  type RecurrentWeightName,
  sampleShapes,
  type WeightShape,
  weightShapes,
} from "./shapes.ts";
export {
  type ActivationLayer,
  type BatchNormLayer,
  type BidirectionalGruLayer,
  type BranchedSpec,
  type BranchSpec,
  type ContextInput,
  type Conv1dLayer,
  type DenseLayer,
  type DifferenceTerm,
  type DistanceWeightedMeanTerm,
  type DropoutLayer,
  type EncoderBranch,
  type FlattenLayer,
  type HeadSpec,
  type HuberLoss,
  type InputName,
  type InputSpec,
  isBranched,
  type JoinTerm,
  type LayerSpec,
  type LeakyReluLayer,
  type LinearLayer,
  type Loss,
  type LossName,
  type LstmLayer,
  type MarkMaskInput,
  type MaxPool1dLayer,
  type MeanTerm,
  type ModelSpec,
  type OutputTerm,
  type PlainActivationLayer,
  type RecurrentLayer,
  type ReferenceLabelsInput,
  type ReferencesInput,
  type SequenceInput,
  type SequentialSpec,
  type SharedBranch,
  type SignalInput,
  type SummaryInput,
} from "./spec.ts";
export {
  type ConstantSchedule,
  type CosineSchedule,
  describeSchedule,
  type ExponentialSchedule,
  type LinearSchedule,
  type OneCycleSchedule,
  parseSchedule,
  type Schedule,
} from "./schedule.ts";
export {
  BATCH_BY,
  type BatchBy,
  type EarlyStopping,
  type LabelScale,
  type TrainedModel,
  type TrainingConfig,
} from "./trained_model.ts";
export {
  type SignalStatistic,
  type TypicalSignal,
  type TypicalStatistic,
} from "./typical_signal.ts";
