/**
 * Models as plain data: layers, shapes, presets, weights, and saved models. Nothing here loads tf.js until
 * `saveModel` or `serializeModel` is called; `buildModel`, which makes tf.js models, is in the main module.
 *
 * @module
 */

export type { GeneEffects } from "./gene_effects.ts";
export { initialWeights, type Weights } from "./initial_weights.ts";
export { parseSpec } from "./parse_spec.ts";
export {
  findPreset,
  type InputShape,
  parsePresetName,
  type Preset,
  PRESET_NAMES,
  type PresetName,
  PRESETS,
  presetSpec,
  type TrainingDefaults,
} from "./presets.ts";
export { loadModel, saveModel, type SerializedModel, serializeModel } from "./save_load.ts";
export {
  convPadding,
  countParameters,
  kernelSpan,
  type SampleShape,
  sampleShapes,
  sizeOf,
  type WeightShape,
  weightShapes,
} from "./shapes.ts";
export type {
  ActivationLayer,
  BatchNormLayer,
  BidirectionalGruLayer,
  Conv1dLayer,
  DenseLayer,
  DropoutLayer,
  FlattenLayer,
  LayerSpec,
  LeakyReluLayer,
  Loss,
  MaxPool1dLayer,
  ModelSpec,
  PlainActivationLayer,
} from "./spec.ts";
export type { TrainedModel, TrainingConfig } from "./trained_model.ts";
