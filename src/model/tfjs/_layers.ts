/** The stock layer of tf.js for each layer of a model. */

import { layers } from "@tensorflow/tfjs-layers";
import { countDirections } from "../shapes.ts";
import type { ActivationLayer, LayerSpec, RecurrentLayer } from "../spec.ts";
import type { StructuralLayer } from "../wiring.ts";

/** A stock layer of tf.js. */
export type StockLayer = InstanceType<
  typeof import("@tensorflow/tfjs-layers")["LayersModel"]
>["layers"][number];

/** A layer that can be made: all but inputs. */
export type MadeLayer = LayerSpec | Exclude<StructuralLayer, { readonly type: "input" }>;

/** Name of a layer, and the shape of a sample if the model starts with it. */
interface Common {
  readonly name: string;
  readonly inputShape?: number[];
}

/**
 * Makes a layer of a model.
 *
 * @param layer The layer as plain data.
 * @param common Its name, and the shape of a sample if the model starts with it.
 */
export function makeLayer(layer: MadeLayer, common: Common): StockLayer {
  switch (layer.type) {
    case "conv1d":
      return layers.conv1d({
        ...common,
        filters: layer.filters,
        kernelSize: layer.width,
        dilationRate: layer.dilation,
        padding: layer.padding,
        kernelInitializer: layer.initializer ?? "glorotUniform",
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
    case "lstm":
      return makeRecurrent(layer, common);
    case "dense":
    case "linear":
      return layers.dense({ ...common, units: layer.units, kernelInitializer: "glorotUniform" });
    default:
      return makeStructuralLayer(layer, common);
  }
}

function makeActivation(layer: ActivationLayer, common: Common): StockLayer {
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

function makeRecurrent(layer: RecurrentLayer, common: Common): StockLayer {
  const settings = {
    units: layer.units,
    recurrentActivation: "sigmoid" as const, // as in Keras; tf.js' default is a piecewise linear one
    kernelInitializer: "glorotUniform" as const,
    recurrentInitializer: "orthogonal" as const,
    returnSequences: layer.returnSequences ?? false,
  };
  const isBidirectional = countDirections(layer) === 2;
  const make = (own: { readonly name: string }) =>
    layer.type === "lstm"
      ? layers.lstm({ ...own, ...settings, unitForgetBias: true })
      : layers.gru({ ...own, ...settings });
  // The weights of a direction are found by the name of what reads it: `weightShapes` has `forward_gru/…`.
  const made = isBidirectional
    ? layers.bidirectional({
      ...common,
      layer: make({ name: layer.type === "lstm" ? "lstm" : "gru" }),
      mergeMode: "concat",
    })
    : make(common);
  // tf.js' orthogonal initializer is slow and warns of it, for weights that are replaced right after.
  made.setFastWeightInitDuringBuild(true);
  return made;
}

function makeStructuralLayer(
  layer: Exclude<MadeLayer, LayerSpec>,
  { name }: Common,
): StockLayer {
  switch (layer.type) {
    case "reshape":
      return layers.reshape({ name, targetShape: [...layer.shape] });
    case "repeatVector":
      return layers.repeatVector({ name, n: layer.count });
    case "rescaling":
      return layers.rescaling({ name, scale: layer.scale, offset: layer.offset });
    case "add":
      return layers.add({ name });
    case "multiply":
      return layers.multiply({ name });
    case "dot":
      return layers.dot({ name, axes: [...layer.axes] });
    case "softmax":
      return layers.softmax({ name, axis: -1 });
    case "concatenate":
      return layers.concatenate({ name, axis: -1 });
    case "scale":
      return layers.dense({ name, units: 1, useBias: false, kernelInitializer: "ones" });
  }
}
