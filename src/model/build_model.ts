/**
 * Models as tf.js sees them: stock layers, so that plain tf.js loads and runs what is saved here.
 *
 * @module
 */

import "@tensorflow/tfjs-backend-cpu";
import { env, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";

import { checkWeights } from "./check_weights.ts";
import { registerDilatedGradient } from "./dilated_gradient.ts";
import { initialWeights, type Weights } from "./initial_weights.ts";
import { requireSequential } from "./inputs.ts";
import { layerNames } from "./layer_names.ts";
import { parseSpec } from "./parse_spec.ts";
import { type PresetName, presetSpec } from "./presets.ts";
import { weightShapes } from "./shapes.ts";
import type {
  ActivationLayer,
  BidirectionalGruLayer,
  LayerSpec,
  ModelSpec,
  SequentialSpec,
} from "./spec.ts";
import { registerUnstackGradient } from "./unstack_gradient.ts";

/** A tf.js model: `tf.LayersModel`, of the tf.js release that this package depends on. */
export type LayersModel = InstanceType<typeof import("@tensorflow/tfjs-layers")["LayersModel"]>;

/** A stock layer of tf.js. */
type Layer = LayersModel["layers"][number];

// tf.js takes Deno for Node and advertises its Node binding on first use; the flag has no other effect by now.
env().set("IS_NODE", false);
registerDilatedGradient();
registerUnstackGradient();

/** Options of {@linkcode buildModel}. */
export interface BuildModelOptions {
  /**
   * Weights in the order of `weightShapes(spec)`, such as those of a trained model.
   *
   * Default: `initialWeights(spec, seed)`.
   */
  readonly weights?: Weights;
  /**
   * Seed of the initial weights.
   *
   * Default: `0`.
   */
  readonly seed?: number;
}

/**
 * Builds a model as a `tf.LayersModel` of stock layers, compiled with its loss and Adam at Keras' defaults
 * (learning rate 0.001), so that tf.js' own `fit` can train it too.
 *
 * Importing this function also teaches tf.js to train dilated convolutions and recurrent layers over a single
 * position, which it otherwise cannot.
 *
 * @param spec A model or the name of a preset; the report's final model by default.
 * @param options Weights or the seed of new ones.
 * @returns A model from `[sample, bins, marks]` to `[sample, 1]`; call its `dispose()` when done.
 * @throws {UnsupportedModelError} If the model is not valid; the message names the layer.
 * @throws {RangeError} If there is no preset of that name.
 * @throws {ContractError} If weights are given that do not fit the model.
 *
 * @example
 * ```ts
 * import { buildModel } from "@waka/histone";
 * import { strictEqual } from "node:assert";
 *
 * const model = buildModel();
 * strictEqual(model.countParams(), 28_221);
 * model.dispose();
 * ```
 */
export function buildModel(
  spec: ModelSpec | PresetName = "wakawaka",
  options: BuildModelOptions = {},
): LayersModel {
  const checked = typeof spec === "string" ? presetSpec(spec) : parseSpec(spec);
  const weights = options.weights ?? initialWeights(checked, options.seed ?? 0);
  const model = assembleModel(requireSequential(checked, "build"), weights);
  model.compile({ optimizer: "adam", loss: checked.loss });
  return model;
}

/**
 * Builds a model that is not compiled, for those who bring their own optimizer.
 *
 * @param spec A valid model.
 * @param weights In the order of `weightShapes(spec)`.
 * @throws {ContractError} If the weights do not fit the model.
 */
export function assembleModel(spec: SequentialSpec, weights: Weights): LayersModel {
  checkWeights(spec, weights);
  const names = layerNames(spec);
  const model = sequential({ name: spec.name });
  spec.layers.forEach((layer, index) => {
    const inputShape = index === 0 ? { inputShape: [spec.bins, spec.marks] } : {};
    model.add(makeLayer(layer, { name: names[index], ...inputShape }));
  });
  setModelWeights(model, spec, weights);
  return model;
}

function makeLayer(layer: LayerSpec, common: { name: string; inputShape?: number[] }): Layer {
  switch (layer.type) {
    case "conv1d":
      return layers.conv1d({
        ...common,
        filters: layer.filters,
        kernelSize: layer.width,
        dilationRate: layer.dilation,
        padding: layer.padding,
        kernelInitializer: "glorotUniform",
      });
    case "activation":
      return makeActivation(layer, common);
    case "batchNorm":
      return layers.batchNormalization({
        ...common,
        momentum: layer.momentum,
        epsilon: layer.epsilon,
      });
    case "maxPool1d":
      return layers.maxPooling1d({ ...common, poolSize: layer.size });
    case "dropout":
      return layers.dropout({ ...common, rate: layer.rate });
    case "flatten":
      return layers.flatten(common);
    case "bidirectionalGru":
      return makeBidirectionalGru(layer, common);
    case "dense":
    case "linear":
      return layers.dense({ ...common, units: layer.units, kernelInitializer: "glorotUniform" });
  }
}

function makeActivation(layer: ActivationLayer, common: { name: string }): Layer {
  switch (layer.kind) {
    case "relu":
    case "gelu":
      return layers.activation({ ...common, activation: layer.kind });
    case "leakyRelu":
      return layers.leakyReLU({ ...common, alpha: layer.alpha });
    case "sigmoid":
      return layers.activation({ ...common, activation: "sigmoid" });
  }
}

function makeBidirectionalGru(
  { units }: BidirectionalGruLayer,
  common: { name: string; inputShape?: number[] },
): Layer {
  const gru = layers.gru({
    name: "gru", // the weights are found by it: `weightShapes` names them `forward_gru/…`
    units,
    recurrentActivation: "sigmoid", // as in Keras; tf.js' default is a piecewise linear one
    kernelInitializer: "glorotUniform",
    recurrentInitializer: "orthogonal",
  });
  const layer = layers.bidirectional({ ...common, layer: gru, mergeMode: "concat" });
  // tf.js' orthogonal initializer is slow and warns of it, for weights that are replaced at once.
  layer.setFastWeightInitDuringBuild(true);
  return layer;
}

/**
 * Sets a model's weights from our layout (layer by layer; tf.js keeps all non-trainable ones last).
 *
 * @param model A model that {@linkcode assembleModel} made from `spec`.
 * @param spec The model as plain data.
 * @param weights In the order of `weightShapes(spec)`.
 */
export function setModelWeights(model: LayersModel, spec: ModelSpec, weights: Weights): void {
  const shapes = weightShapes(spec);
  tidy(() => {
    model.layers.forEach((layer, index) => {
      const own: Tensor[] = [];
      shapes.forEach(({ layer: owner, shape }, i) => {
        if (owner === index) own.push(tensor(weights[i], [...shape]));
      });
      if (own.length > 0) layer.setWeights(own);
    });
  });
}

/** A model's weight tensors in the order of `weightShapes(spec)`. They belong to the model. */
export function modelWeightTensors(model: LayersModel): Tensor[] {
  return model.layers.flatMap((layer) => layer.getWeights());
}
