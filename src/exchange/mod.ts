/**
 * Models come and go: as safetensors, as ONNX files, and from Keras and tf.js.
 *
 * @module
 */

export { type CardMetric, type CardOptions, modelCard } from "./card.ts";
export { modelFolder } from "./folder.ts";
export { adoptNetwork, type AdoptOptions, type ForeignNetwork } from "./network.ts";
export {
  type NamedWeightsOptions,
  takeWeights,
  WEIGHT_LAYOUTS,
  type WeightLayout,
} from "./named_weights.ts";
export type { OnnxChainOptions } from "./onnx/read_graph.ts";
export { leftOutOf, modelToOnnx, type OnnxOptions } from "./onnx_model.ts";
export { type ReadModel, readOnnx } from "./read_onnx.ts";
export {
  type ModelFileKind,
  readLayersModel,
  readModelFile,
  type ReadModelOptions,
} from "./read_any.ts";
export {
  readSafetensorsHeader,
  readTensors,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors.ts";
export { modelToSafetensors, readSafetensorsModel } from "./safetensors_model.ts";
export type { Tensor } from "./tensor.ts";
